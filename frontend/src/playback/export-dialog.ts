/** Copying a range out: what exactly, why, then progress in bytes, then the files with their hashes. */
import { t, tCode, tWhy } from "../i18n/index.ts";
import type { CameraConfig, IslandConfig } from "../shell/config.ts";
import { messageOf, openDialog, reasonFields } from "../shell/dialogs.ts";
import { el, icon, setText } from "../shell/dom.ts";
import { ApiError, type MediaClient } from "../shell/http.ts";
import { type Us, writeBytes, writeDuration, type Zone } from "../shell/time.ts";
import type { Viewing, ViewingDesk } from "../shell/viewing.ts";
import { type CameraRecord, coveredLength, gapsWithin, type Gap } from "./coverage.ts";

interface ExportState {
  state: "running" | "done" | "failed";
  bytes_done: number;
  bytes_total: number;
  files: { name: string; bytes: number; sha256: string }[];
  gaps: Gap[];
  preroll_us: number;
  manifest?: string;
  proof?: string[];
  bundle?: string;
  error?: string | { code?: string; message?: string };
}

export interface ExportChoice {
  camera: CameraConfig;
  record: CameraRecord;
}

export interface ExportHost {
  config: IslandConfig;
  desk: ViewingDesk;
  media: MediaClient;
  zone: Zone;
  choices: ExportChoice[];
  /** Index of the camera offered first. */
  first: number;
  fromUs: Us;
  toUs: Us;
}

const POLL_MS = 400;

export class ExportDialog {
  private readonly host: ExportHost;
  private readonly dialog: HTMLDialogElement;
  private readonly content = el("div", { class: "copy" });
  private readonly foot = el("div", { class: "dialog__actions" });
  private viewing: Viewing | null = null;
  private ticket: Promise<string> | null = null;
  private isClosed = false;

  constructor(host: ExportHost) {
    this.host = host;
    this.dialog = openDialog(t("copy.title"), [this.content], [this.foot], () => this.closed());
    this.ask();
  }

  /** A running copy goes on; what ends is the watching of it. The ticket is kept a while for downloads in progress. */
  private closed(): void {
    this.isClosed = true;
    const { viewing } = this;
    if (viewing) window.setTimeout(() => this.host.desk.close(viewing), 10 * 60_000);
  }

  private range(): HTMLElement {
    const { zone, fromUs, toUs } = this.host;
    return el(
      "dl",
      { class: "facts" },
      el("dt", {}, t("copy.from")),
      el("dd", { class: "tabular" }, `${zone.day(fromUs)} ${zone.clockExact(fromUs)}`),
      el("dt", {}, t("copy.to")),
      el("dd", { class: "tabular" }, `${zone.day(toUs)} ${zone.clockExact(toUs)}`),
      el("dt", {}, t("copy.length")),
      el("dd", { class: "tabular" }, writeDuration(toUs - fromUs, true)),
      el("dt", {}, t("copy.zone")),
      el("dd", {}, zone.written(fromUs, this.host.config.locale)),
    );
  }

  private ask(): void {
    const { choices, first, config } = this.host;
    const select = el("select", { class: "input", id: "copy-camera" }, ...choices.map((choice, index) => el("option", { value: index }, choice.camera.name)));
    select.value = String(first);
    const gaps = el("div", {});
    const reason = reasonFields(config);
    const form = el(
      "form",
      { class: "form", id: "copy-form", novalidate: true },
      el("div", { class: "field" }, el("label", { class: "field__label", for: "copy-camera" }, t("copy.camera")), select),
      this.range(),
      gaps,
      ...(config.reasons.length > 0 ? reason.nodes : []),
    );
    const ok = el("button", { class: "button button--primary", type: "submit", form: "copy-form", autofocus: true }, icon("download"), t("copy.start"));
    const chosen = (): ExportChoice => choices[Number(select.value)] as ExportChoice;
    const drawGaps = (): void => {
      const { fromUs, toUs } = this.host;
      const { record } = chosen();
      ok.disabled = coveredLength(record.coverage, fromUs, toUs) === 0;
      gaps.replaceChildren(this.gapNote(gapsWithin(record.gaps, fromUs, toUs), ok.disabled));
    };
    select.addEventListener("change", drawGaps);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const why = reason.read();
      if (why) void this.run(chosen().camera, why);
    });
    drawGaps();
    this.content.replaceChildren(form);
    this.foot.replaceChildren(...this.holdLink(() => chosen().camera), ok);
  }

  /** Leads those who may to the page that keeps this range beyond its time. */
  private holdLink(chosen: () => CameraConfig): HTMLElement[] {
    const { config, fromUs, toUs } = this.host;
    const { hold } = config.urls;
    if (!hold) return [];
    const link = el("a", { class: "button button--quiet", href: hold }, icon("lock"), t("copy.hold"));
    const aim = (): void => {
      link.href = `${hold}?${new URLSearchParams({ camera: chosen().id, from: String(Math.floor(fromUs)), to: String(Math.ceil(toUs)) })}`;
    };
    for (const kind of ["pointerdown", "focus", "click"]) link.addEventListener(kind, aim);
    return [link];
  }

  private gapNote(gaps: Gap[], isEmpty: boolean): HTMLElement {
    const { zone } = this.host;
    if (isEmpty) return el("div", { class: "alert alert--danger" }, icon("alert"), el("div", {}, t("copy.nothing")));
    if (gaps.length === 0) return el("div", { class: "alert alert--ok" }, icon("check"), el("div", {}, t("copy.whole")));
    const rows = gaps.map((gap) =>
      el("li", {}, `${zone.clockExact(gap.from)} – ${zone.clockExact(gap.to)} · ${tWhy(gap.reason)}`),
    );
    return el("div", { class: "alert alert--warn" }, icon("gap"), el("div", {}, t("copy.gaps", { count: gaps.length }), el("ul", { class: "copy__gaps tabular" }, ...rows)));
  }

  private async run(camera: CameraConfig, why: { reason: string; note: string }): Promise<void> {
    const { desk, media, fromUs, toUs } = this.host;
    const bar = el("progress", { class: "progress", "aria-label": t("copy.progress") });
    const words = el("p", { class: "tabular", role: "status" }, t("copy.registering"));
    this.content.replaceChildren(el("p", {}, camera.name), bar, words);
    this.foot.replaceChildren();
    try {
      this.viewing = await desk.openExport(camera.id, fromUs, toUs, why);
      const body = { camera: camera.id, from: fromUs, to: toUs };
      const { export: id } = await media.post<{ export: string }>(media.url("/exports"), this.viewing.ticket, body);
      void desk.noteExport(this.viewing, id);
      const url = media.url(`/exports/${encodeURIComponent(id)}`);
      for (;;) {
        const state = await media.json<ExportState>(url, this.viewing.ticket);
        if (this.isClosed) return;
        if (state.bytes_total > 0) {
          bar.max = state.bytes_total;
          bar.value = state.bytes_done;
        }
        const isWritten = state.bytes_total > 0 && state.bytes_done >= state.bytes_total;
        setText(words, isWritten ? t("copy.proving") : t("copy.bytes", { done: writeBytes(state.bytes_done), total: writeBytes(state.bytes_total) }));
        if (state.state === "done") return this.done(url, state, this.viewing);
        if (state.state === "failed") return this.failed(state.error);
        await new Promise((resolve) => window.setTimeout(resolve, POLL_MS));
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.failed({ code: error.code, message: messageOf(error) });
    }
  }

  private failed(error: ExportState["error"]): void {
    const code = typeof error === "string" ? error : (error?.code ?? "");
    const message = typeof error === "object" ? error.message : "";
    this.content.replaceChildren(
      el("div", { class: "alert alert--danger", role: "alert" }, icon("alert"), el("div", {}, t("copy.failed"), " ", message || tCode("error", code))),
    );
    this.foot.replaceChildren(el("button", { type: "button", class: "button", onclick: () => this.ask() }, t("copy.again")));
  }

  private done(url: string, state: ExportState, viewing: Viewing): void {
    const link = (name: string, kind: string): HTMLElement => this.link(`${url}/files/${encodeURIComponent(name)}`, name, kind, viewing);
    const files = state.files.map((file) =>
      el(
        "li",
        { class: "copy__file" },
        link(file.name, ""),
        el("span", { class: "tabular nowrap" }, writeBytes(file.bytes)),
        el("code", { class: "code copy__hash", title: "SHA-256" }, file.sha256),
      ),
    );
    const notes: Node[] = [el("div", { class: "alert alert--ok", role: "status" }, icon("check"), el("div", {}, t("copy.done")))];
    if (state.gaps.length > 0) notes.push(this.gapNote(state.gaps, false));
    if (state.preroll_us > 0) notes.push(el("p", { class: "muted" }, t("copy.preroll", { seconds: (state.preroll_us / 1e6).toFixed(2) })));
    if (state.bundle) files.unshift(el("li", { class: "copy__file" }, this.link(`${url}/${state.bundle}`, t("copy.zip"), "button--primary", viewing), el("span", { class: "muted" }, t("copy.bundle"))));
    if (state.manifest) files.push(el("li", { class: "copy__file" }, link(state.manifest, ""), el("span", { class: "muted" }, t("copy.manifest"))));
    for (const name of state.proof ?? []) files.push(el("li", { class: "copy__file" }, link(name, ""), el("span", { class: "muted" }, t(name === "proof.json" ? "copy.proof" : "copy.verifier"))));
    this.content.replaceChildren(...notes, el("ul", { class: "copy__files" }, ...files));
    const { copies } = this.host.config.urls;
    const further = copies ? [el("a", { class: "button button--quiet", href: copies }, icon("arrow-right"), t("copy.further"))] : [];
    this.foot.replaceChildren(...further, el("button", { type: "button", class: "button", autofocus: true, onclick: () => this.dialog.close() }, t("close")));
  }

  /** A file to save. The first click has the download written down; the ticket that comes back serves all files of this copy. */
  private link(address: string, name: string, kind: string, viewing: Viewing): HTMLElement {
    const link = el("a", { class: `button ${kind}`, href: address, download: "" }, icon("download"), el("span", {}, name));
    link.addEventListener("click", (event) => {
      if (link.href.includes("?ticket=")) return;
      event.preventDefault();
      this.ticket ??= this.host.desk.openDownload(viewing);
      this.ticket.then(
        (ticket) => {
          link.href = `${address}?ticket=${encodeURIComponent(ticket)}`;
          link.click();
        },
        (error: unknown) => {
          this.ticket = null;
          if (!(error instanceof ApiError)) throw error;
          this.content.prepend(el("div", { class: "alert alert--danger", role: "alert" }, icon("forbidden"), el("div", {}, messageOf(error))));
        },
      );
    });
    return link;
  }
}
