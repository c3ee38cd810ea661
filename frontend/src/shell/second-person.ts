/** Where the house wants a second person for a look: why, what may be seen without, and that person's own sign-in on this screen. */
import { t } from "../i18n/index.ts";
import type { IslandConfig } from "./config.ts";
import { messageOf, openDialog } from "./dialogs.ts";
import { el, icon } from "./dom.ts";
import { ApiError, getOffice, postOffice } from "./http.ts";
import { type Us, Zone } from "./time.ts";

/** What is to be opened, as the office is asked. */
export interface Look {
  mode: string;
  cameras: string[];
  from_us: Us | null;
  to_us: Us | null;
  reason: string;
  note: string;
}

interface Why {
  why: string[];
  own: { from_us: Us; to_us: Us } | null;
}

type Answered = { state: "waiting" | "given" | "used" | "over" | "refused" | "withdrawn"; note: string };

const POLL_MS = 2_000;

/** The look to open now, be it the same with a consent or less of it; null when nobody approved. */
export async function askSecondPerson(config: IslandConfig, look: Look): Promise<Look | null> {
  const { second, askSecond, approval } = config.urls;
  if (!second || !askSecond || !approval) return null;
  const known = await postOffice<Why>(second, config.csrfToken, look);
  return new Promise((resolve) => new SecondPerson(config, look, known, resolve));
}

class SecondPerson {
  private readonly config: IslandConfig;
  private readonly look: Look;
  private readonly content = el("div", { class: "form" });
  private readonly foot = el("div", { class: "dialog__actions" });
  private readonly error = el("p", { class: "field__error", role: "alert", hidden: true });
  private readonly dialog: HTMLDialogElement;
  private answer: Look | null = null;
  private approval = "";
  private timer = 0;

  constructor(config: IslandConfig, look: Look, known: Why, resolve: (answer: Look | null) => void) {
    this.config = config;
    this.look = look;
    this.dialog = openDialog(t("second.title"), [this.content], [this.foot], () => {
      window.clearTimeout(this.timer);
      resolve(this.answer);
    });
    this.offer(known);
  }

  private offer({ why, own }: Why): void {
    this.content.replaceChildren(el("p", { class: "dialog__lead" }, t("second.lead", { why: why.join(t("listComma")) })), this.error);
    const ask = el("button", { type: "button", class: "button button--primary", onclick: () => void this.ask() }, t("second.ask"));
    this.foot.replaceChildren(ask);
    if (!own) return;
    const zone = new Zone(this.config.timeZone);
    const words = { from: zone.clockShort(own.from_us), to: zone.clockShort(own.to_us) };
    // The shift that is not over yet goes on to the end of the range.
    const said = own.to_us > this.config.serverNowUs ? t("second.ownSince", words) : t("second.own", words);
    const less = { ...this.look, from_us: own.from_us, to_us: own.to_us };
    this.foot.prepend(el("button", { type: "button", class: "button", onclick: () => this.close(less) }, said));
  }

  private async ask(): Promise<void> {
    try {
      this.approval = (await postOffice<{ approval: string }>(this.config.urls.askSecond ?? "", this.config.csrfToken, this.look)).approval;
    } catch (error) {
      this.say(error);
      return;
    }
    const name = field("second-name", t("second.name"), { autocapitalize: "none", spellcheck: false });
    const password = field("second-password", t("second.password"), { type: "password" });
    const code = field("second-code", t("second.code"), { inputmode: "numeric", autocapitalize: "none" });
    const form = el("form", { class: "form", id: "second-form", novalidate: true, autocomplete: "off" }, name.node, password.node, code.node);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.confirm({ username: name.input.value, password: password.input.value, code: code.input.value }, [password.input, code.input]);
    });
    const lead = el("p", { class: "dialog__lead" }, t("second.here"));
    this.content.replaceChildren(lead, this.error, form, el("p", { class: "muted" }, t("second.elsewhere")));
    this.foot.replaceChildren(el("button", { class: "button button--primary", type: "submit", form: "second-form" }, t("second.ok")));
    name.input.focus();
    this.wait();
  }

  private async confirm(given: Record<string, string>, secrets: HTMLInputElement[]): Promise<void> {
    for (const input of secrets) input.value = "";
    try {
      await postOffice(`${this.address}/confirm`, this.config.csrfToken, given);
    } catch (error) {
      this.say(error);
      return;
    }
    this.close(this.look);
  }

  /** Somebody may approve on a screen of their own meanwhile. */
  private wait(): void {
    this.timer = window.setTimeout(() => void this.poll(), POLL_MS);
  }

  private async poll(): Promise<void> {
    let known: Answered | null = null;
    try {
      known = await getOffice<Answered>(this.address);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
    if (!this.dialog.isConnected) return;
    if (known?.state === "given") this.close(this.look);
    else if (!known || known.state === "waiting") this.wait();
    else this.tell(known.state === "refused" ? t("second.refused", { note: known.note }) : t("second.over"));
  }

  private get address(): string {
    return (this.config.urls.approval ?? "").replace("{approval}", encodeURIComponent(this.approval));
  }

  private say(error: unknown): void {
    if (!(error instanceof ApiError)) throw error;
    this.tell(messageOf(error));
  }

  private tell(text: string): void {
    this.error.replaceChildren(icon("alert"), el("span", {}, text));
    this.error.hidden = false;
  }

  private close(answer: Look): void {
    this.answer = answer;
    this.dialog.close();
  }
}

function field(id: string, label: string, attributes: Record<string, string | boolean>): { node: HTMLElement; input: HTMLInputElement } {
  const input = el("input", { class: "input", id, autocomplete: "off", ...attributes });
  return { node: el("div", { class: "field" }, el("label", { class: "field__label", for: id }, label), input), input };
}
