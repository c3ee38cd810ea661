/** Runs the tests: Vite turns each tests/*.test.ts into JavaScript in a temporary directory, node:test runs them. (Node 20 does not
 * read TypeScript by itself.) */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const HOME = fileURLToPath(new URL("..", import.meta.url));
const names = readdirSync(join(HOME, "tests")).filter((name) => name.endsWith(".test.ts"));
const out = mkdtempSync(join(tmpdir(), "mingcha-frontend-tests-"));
try {
  symlinkSync(join(HOME, "node_modules"), join(out, "node_modules"));
  await build({
    root: HOME,
    configFile: false,
    logLevel: "warn",
    build: {
      ssr: true,
      target: "node20",
      outDir: out,
      emptyOutDir: false,
      rollupOptions: {
        input: Object.fromEntries(names.map((name) => [basename(name, ".ts"), join(HOME, "tests", name)])),
        output: { entryFileNames: "[name].mjs", chunkFileNames: "chunk-[name].mjs" },
      },
    },
  });
  const files = names.map((name) => join(out, `${basename(name, ".ts")}.mjs`));
  const run = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit", env: { ...process.env, MINGCHA_FRONTEND: HOME } });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
