/** Forms: a question before a serious act, no second click, a connection tried without leaving the page. */
import { t, tCode } from "../i18n/index.ts";
import { openDialog } from "../shell/dialogs.ts";
import { el, icon } from "../shell/dom.ts";
import { ApiError, postOffice } from "../shell/http.ts";

const CONFIRMED = "confirmed";

/** The button that says yes bears the words and the colour of the one that was pressed. */
function ask(text: string, pressed: HTMLElement | null, onYes: () => void): void {
  const danger = pressed?.classList.contains("button--danger") === true;
  const words = pressed?.textContent?.trim() || t("confirm.ok");
  const yes = el("button", { type: "button", class: `button ${danger ? "button--danger" : "button--primary"}` }, words);
  // The safe answer has the focus.
  const no = el("button", { type: "button", class: "button", autofocus: true, onclick: () => dialog.close() }, t("confirm.cancel"));
  const dialog = openDialog(t("confirm.title"), [el("p", {}, text)], [no, yes]);
  yes.addEventListener("click", () => {
    dialog.close();
    onYes();
  });
}

/** `data-confirm` on a form or on one of its submit buttons. */
export function bindConfirm(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const submitter = event.submitter as HTMLButtonElement | null;
    const source = submitter?.dataset["confirm"] !== undefined ? submitter : form;
    const text = source.dataset["confirm"];
    if (text === undefined || form.dataset[CONFIRMED] === "yes") {
      delete form.dataset[CONFIRMED];
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(text, submitter, () => {
      form.dataset[CONFIRMED] = "yes";
      form.requestSubmit(submitter);
    });
  });
}

/** `data-busy`: the pressed button shows that work goes on; a second press does nothing. */
export function bindBusy(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.dataset["busy"] === undefined || event.defaultPrevented) return;
    if (form.dataset["sent"] === "yes") {
      event.preventDefault();
      return;
    }
    form.dataset["sent"] = "yes";
    (event.submitter ?? form.querySelector("button[type=submit], button:not([type])"))?.setAttribute("aria-busy", "true");
  });
  // Coming back by the back button shows the page as it was left.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
      delete form.dataset["sent"];
      form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
    }
  });
}

interface ProbeAnswer {
  ok: boolean;
  message: string;
  detail?: string;
}

/** `data-probe`: sends the form's fields as JSON and writes the answer beside it. */
export function bindProbe(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("[data-probe]")) {
    button.addEventListener("click", () => void probe(button));
  }
}

async function probe(button: HTMLButtonElement): Promise<void> {
  const form = button.closest("form");
  const result = document.getElementById(button.dataset["probeResult"] ?? "");
  if (!form || !result || button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  const fields = Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string")) as Record<string, string>;
  const token = fields["csrfmiddlewaretoken"] ?? "";
  delete fields["csrfmiddlewaretoken"];
  let answer: ProbeAnswer;
  try {
    answer = await postOffice<ProbeAnswer>(button.dataset["probe"] ?? "", token, fields);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    answer = { ok: false, message: error.message || tCode("error", error.code) };
  }
  button.removeAttribute("aria-busy");
  const words = el("div", {}, el("strong", {}, answer.message), answer.detail ? el("p", {}, answer.detail) : null);
  result.replaceChildren(el("div", { class: `alert alert--${answer.ok ? "ok" : "danger"}`, role: "status" }, icon(answer.ok ? "check" : "alert"), words));
}

/** `data-autosubmit`: a choice sends its form. */
export function bindAutosubmit(root: ParentNode): void {
  for (const select of root.querySelectorAll<HTMLSelectElement>("select[data-autosubmit]")) {
    select.addEventListener("change", () => select.form?.requestSubmit());
  }
}
