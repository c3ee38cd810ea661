/** The dialogs and messages that both islands share: reason before a viewing, list of keys, passing messages. */
import { t, tCode } from "../i18n/index.ts";
import type { IslandConfig } from "./config.ts";
import { el, icon, iconButton } from "./dom.ts";
import type { ApiError } from "./http.ts";
import type { IconName } from "./icon-shapes.ts";
import type { Reason } from "./viewing.ts";

/** An empty `<dialog class="dialog">` with head and body; removed when it closes. */
export function openDialog(title: string, body: Node[], foot: Node[], onClose?: () => void): HTMLDialogElement {
  const id = `dialog-${Math.random().toString(36).slice(2, 8)}`;
  const dialog = el(
    "dialog",
    { class: "dialog", "aria-labelledby": id },
    el(
      "div",
      { class: "dialog__head" },
      el("h2", { class: "dialog__title", id, tabindex: -1 }, title),
      iconButton("close", t("close"), () => dialog.close()),
    ),
    el("div", { class: "dialog__body" }, ...body),
    foot.length > 0 && el("div", { class: "dialog__foot" }, ...foot),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    onClose?.();
  });
  // Inside the element in full screen, or the dialog would open behind it.
  (document.fullscreenElement ?? document.body).appendChild(dialog);
  dialog.showModal();
  // Without a field or answer that asks for it, the title takes the focus: the close button is not the first thing to press.
  if (!dialog.querySelector("[autofocus]")) dialog.querySelector<HTMLElement>(".dialog__title")?.focus();
  return dialog;
}

const REASON_MEMORY = "mingcha.reason";

interface Remembered {
  person: string;
  reason: string;
  note: string;
}

/** What this tab gave as its reason; a reload within one sitting does not ask again. */
function rememberedReason(config: IslandConfig): Reason | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(REASON_MEMORY) ?? "null") as Remembered | null;
    const known = kept && kept.person === config.person.id && config.reasons.some((reason) => reason.code === kept.reason);
    return known ? { reason: kept.reason, note: kept.note } : null;
  } catch {
    return null;
  }
}

/** The fields of a reason: a list and a note. `read` gives null (and shows why) while something is missing. */
export function reasonFields(config: IslandConfig): { nodes: Node[]; read: () => Reason | null } {
  const kept = rememberedReason(config);
  const note = el("input", { class: "input", id: "reason-note", maxlength: 200, autocomplete: "off" });
  note.value = kept?.note ?? "";
  const error = el("p", { class: "field__error", id: "reason-error", hidden: true });
  const choices = config.reasons.map((reason, index) =>
    el(
      "label",
      { class: "choice" },
      el("input", { type: "radio", name: "reason", value: reason.code, checked: kept ? kept.reason === reason.code : index === 0 }),
      el("span", {}, reason.label),
    ),
  );
  const group = el("fieldset", { class: "choices" }, el("legend", { class: "field__label" }, t("reason.legend")), ...choices);
  const nodes = [
    group,
    el("div", { class: "field" }, el("label", { class: "field__label", for: "reason-note" }, t("reason.note")), note, error),
  ];
  const read = (): Reason | null => {
    const code = group.querySelector<HTMLInputElement>("input:checked")?.value ?? config.reasons[0]?.code ?? "";
    const needed = config.reasons.find((reason) => reason.code === code)?.needsNote === true;
    const missing = needed && note.value.trim() === "";
    error.hidden = !missing;
    note.setAttribute("aria-invalid", String(missing));
    if (missing) {
      error.replaceChildren(icon("alert"), t("reason.noteMissing"));
      note.focus();
      return null;
    }
    return { reason: code, note: note.value.trim() };
  };
  return { nodes, read };
}

/** Asks once a sitting why somebody looks; null when the dialog is closed without an answer. */
export function askReason(config: IslandConfig, title: string): Promise<Reason | null> {
  if (config.reasons.length === 0) return Promise.resolve({ reason: "", note: "" });
  const kept = rememberedReason(config);
  if (kept) return Promise.resolve(kept);
  return new Promise((resolve) => {
    let answer: Reason | null = null;
    const fields = reasonFields(config);
    const form = el("form", { class: "form", id: "reason-form", novalidate: true }, el("p", { class: "dialog__lead" }, t("reason.lead")), ...fields.nodes);
    const ok = el("button", { class: "button button--primary", type: "submit", form: "reason-form", autofocus: true }, t("reason.ok"));
    const dialog = openDialog(title, [form], [ok], () => resolve(answer));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      answer = fields.read();
      if (!answer) return;
      sessionStorage.setItem(REASON_MEMORY, JSON.stringify({ person: config.person.id, ...answer }));
      dialog.close();
    });
  });
}

/** Rows of keys and what they do. */
export function openHelp(rows: [string[], string][]): void {
  const list = el(
    "dl",
    { class: "keys" },
    ...rows.flatMap(([keys, meaning]) => [
      el("dt", {}, ...keys.map((key) => el("kbd", {}, key))),
      el("dd", {}, meaning),
    ]),
  );
  openDialog(t("help.title"), [list], []);
}

/** The server's own sentence, else ours for the code. */
export function messageOf(error: ApiError): string {
  return error.message || tCode("error", error.code);
}

let toasts: HTMLElement | null = null;

/** A passing message; also read out. */
export function toast(text: string, kind: "info" | "ok" | "warn" | "danger" = "info"): void {
  toasts ??= el("div", { class: "toasts", role: "status", "aria-live": "polite" });
  (document.fullscreenElement ?? document.body).appendChild(toasts);
  const icons: Record<typeof kind, IconName> = { info: "info", ok: "check", warn: "alert", danger: "alert" };
  const item = el("div", { class: `toast toast--${kind}` }, icon(icons[kind]), el("span", {}, text));
  toasts.appendChild(item);
  window.setTimeout(() => item.remove(), kind === "danger" || kind === "warn" ? 7_000 : 4_000);
}

/** A whole-surface message: nothing to show, forbidden, lost. */
export function emptyState(name: IconName, title: string, text: string, ...actions: Node[]): HTMLElement {
  const glyph = el("div", { class: "empty__icon" }, icon(name));
  return el(
    "div",
    { class: "empty" },
    glyph,
    el("p", { class: "empty__title" }, title),
    text !== "" && el("p", { class: "empty__text" }, text),
    actions.length > 0 && el("div", { class: "empty__actions" }, ...actions),
  );
}
