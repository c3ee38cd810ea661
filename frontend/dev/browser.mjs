/** Drives headless Chromium by its own protocol, without a driver package. Needs `node --experimental-websocket` on node 20. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = process.env.MINGCHA_CHROMIUM ?? "/usr/bin/chromium";

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Page {
  static async open({ width = 1366, height = 768, scale = 1, mobile = false } = {}) {
    const page = new Page();
    page.profile = mkdtempSync(join(tmpdir(), "mingcha-browser-"));
    const flags = ["--headless=new", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--autoplay-policy=no-user-gesture-required", "--hide-scrollbars", `--user-data-dir=${page.profile}`, "--remote-debugging-port=0", "about:blank"];
    page.process = spawn(PROGRAM, flags, { stdio: ["ignore", "ignore", "pipe"] });
    const address = await new Promise((resolve, reject) => {
      let text = "";
      page.process.stderr.on("data", (data) => {
        text += data;
        const found = /DevTools listening on (ws:\S+)/.exec(text);
        if (found) resolve(found[1]);
      });
      page.process.on("exit", () => reject(new Error(text)));
    });
    const host = new URL(address).host;
    const targets = await (await fetch(`http://${host}/json`)).json();
    await page.connect(targets.find((target) => target.type === "page").webSocketDebuggerUrl);
    await page.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: scale, mobile });
    await page.send("Runtime.enable");
    await page.send("Page.enable");
    return page;
  }

  async connect(address) {
    this.socket = new WebSocket(address);
    this.answers = new Map();
    this.number = 0;
    this.problems = [];
    this.socket.onmessage = (event) => this.heard(JSON.parse(event.data));
    await new Promise((resolve) => (this.socket.onopen = resolve));
    await this.send("Log.enable");
  }

  heard(message) {
    if (message.id) {
      this.answers.get(message.id)?.(message);
      this.answers.delete(message.id);
    } else if (message.method === "Runtime.exceptionThrown") {
      const { exceptionDetails } = message.params;
      this.problems.push(exceptionDetails.exception?.description ?? exceptionDetails.text);
    } else if (message.method === "Log.entryAdded" && message.params.entry.level === "error") {
      this.problems.push(`${message.params.entry.text} ${message.params.entry.url ?? ""}`);
    } else if (message.method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(message.params.type)) {
      this.problems.push(message.params.args.map((arg) => arg.value ?? arg.description).join(" "));
    }
  }

  send(method, params = {}) {
    this.number += 1;
    this.socket.send(JSON.stringify({ id: this.number, method, params }));
    return new Promise((resolve) => this.answers.set(this.number, resolve));
  }

  async go(url) {
    await this.send("Page.navigate", { url });
    await pause(600);
  }

  /** Evaluates an expression in the page. */
  async eval(expression) {
    const { result } = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (result.exceptionDetails) throw new Error(result.exceptionDetails.exception?.description ?? result.exceptionDetails.text);
    return result.result.value;
  }

  async until(expression, timeoutMs = 10_000) {
    const end = Date.now() + timeoutMs;
    while (Date.now() < end) {
      if (await this.eval(expression)) return;
      await pause(50);
    }
    throw new Error(`never true: ${expression}`);
  }

  click(selector) {
    return this.eval(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  async key(key, code = key) {
    const text = key.length === 1 ? key : undefined;
    await this.send("Input.dispatchKeyEvent", { type: "keyDown", key, code, text });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key, code });
  }

  async mouse(type, x, y, more = {}) {
    await this.send("Input.dispatchMouseEvent", { type, x, y, button: "left", clickCount: 1, ...more });
  }

  async shot(path) {
    const { result } = await this.send("Page.captureScreenshot", { format: "png" });
    writeFileSync(path, Buffer.from(result.data, "base64"));
  }

  async close() {
    this.socket.close();
    this.process.kill();
    await new Promise((resolve) => this.process.once("exit", resolve));
    // Chromium's helpers write into the profile for a moment after their parent is gone.
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
  }
}
