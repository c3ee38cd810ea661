/** Where the map's cameras come from: pages of them once, then only which of them do not record, again and again. */
import { getOffice } from "../shell/http.ts";
import { isMark, type Mark } from "./marks.ts";

const ASK_AGAIN_MS = 15_000;

/** All rows, page after page; `arrived` is told after each, so that something is seen at once. */
export async function fetchRows<Row extends readonly unknown[]>(url: string, arrived: (rows: Row[]) => void): Promise<void> {
  for (let after: string | null = ""; after !== null; ) {
    const separator: string = url.includes("?") ? "&" : "?";
    const page: { cameras: Row[]; next: string | null } | null = await getOffice(after ? `${url}${separator}after=${after}` : url);
    if (page === null) return;
    arrived(page.cameras);
    after = page.next;
  }
}

/** Marks by camera as they change; cameras that are not named record. Pauses while nobody looks. */
export function watchMarks(url: string, changed: (marks: Map<string, Mark>) => void, failed: (error: unknown) => void): void {
  let tag = "";
  const ask = async (): Promise<void> => {
    if (document.hidden) return;
    try {
      const answer = await getOffice<{ marks: Record<string, string[]> }>(url, { tag, tagged: (next) => (tag = next) });
      if (answer) changed(marksOf(answer.marks));
    } catch (error) {
      failed(error);
    }
  };
  window.setInterval(() => void ask(), ASK_AGAIN_MS);
  document.addEventListener("visibilitychange", () => void ask());
}

export function marksOf(answer: Record<string, string[]>): Map<string, Mark> {
  const marks = new Map<string, Mark>();
  for (const [mark, ids] of Object.entries(answer)) if (isMark(mark)) for (const id of ids) marks.set(id, mark);
  return marks;
}
