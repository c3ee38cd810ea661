/** Small comforts on a page: relative times, sizes, copying, filtering a table, menus that close. */
import { localeTag, t } from "../i18n/index.ts";
import { writeBytes } from "../shell/time.ts";

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** `3 minutes ago`; null when it is more than a month away and the date says more. */
export function relative(thenMs: number, nowMs: number, locale: string): string | null {
  const seconds = Math.round((thenMs - nowMs) / 1000);
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 31 * 86_400) return null;
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? (["second", 1] as const);
  return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

export function bindRelativeTimes(root: ParentNode): void {
  const times = [...root.querySelectorAll<HTMLTimeElement>("time[data-relative]")];
  for (const time of times) time.title ||= time.textContent?.trim() ?? "";
  const write = (): void => {
    for (const time of times) {
      const text = relative(Date.parse(time.dateTime), Date.now(), localeTag());
      if (text !== null) time.textContent = text;
    }
  };
  write();
  if (times.length > 0) window.setInterval(write, 30_000);
}

export function bindBytes(root: ParentNode): void {
  for (const node of root.querySelectorAll<HTMLElement>("[data-bytes]")) {
    const bytes = Number(node.dataset["bytes"]);
    if (Number.isFinite(bytes)) node.textContent = writeBytes(bytes);
  }
}

export function bindCopy(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLElement>("[data-copy], [data-copy-text]")) {
    button.addEventListener("click", () => void copy(button));
  }
}

async function copy(button: HTMLElement): Promise<void> {
  const source = button.dataset["copy"] ? document.querySelector(button.dataset["copy"]) : null;
  const text = button.dataset["copyText"] ?? (source instanceof HTMLInputElement ? source.value : (source?.textContent ?? ""));
  // Absent where the page was not loaded securely: then the text is only selected.
  if (!navigator.clipboard) {
    if (source) window.getSelection()?.selectAllChildren(source);
    return;
  }
  await navigator.clipboard.writeText(text.trim());
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  label.textContent = button.dataset["copied"] ?? t("copied");
  window.setTimeout(() => (label.textContent = before), 2_000);
}

/** Whether a row's text holds all the words. */
export function matches(row: string, query: string): boolean {
  const text = row.toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

export function bindFilter(root: ParentNode): void {
  for (const input of root.querySelectorAll<HTMLInputElement>("input[data-filter]")) {
    const table = document.querySelector(input.dataset["filter"] ?? "");
    const count = input.dataset["filterCount"] ? document.querySelector(input.dataset["filterCount"]) : null;
    const filter = (): void => {
      let left = 0;
      for (const row of table?.querySelectorAll<HTMLElement>("tbody > tr") ?? []) {
        row.hidden = !matches(row.textContent ?? "", input.value);
        left += row.hidden ? 0 : 1;
      }
      if (count) count.textContent = String(left);
    };
    input.addEventListener("input", filter);
    if (input.value !== "") filter();
  }
}

export function bindMenus(): void {
  const open = (): NodeListOf<HTMLDetailsElement> => document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
