/** The wall's tools in the top bar, and its keys. */
import { t } from "../i18n/index.ts";
import { openHelp } from "../shell/dialogs.ts";
import { el, icon, iconButton, isTyping, setText } from "../shell/dom.ts";
import type { IconName } from "../shell/icon-shapes.ts";
import { GRID_SIZES, type GridSize } from "./layout.ts";
import type { Wall } from "./wall.ts";

const SIZE_KEYS: Record<string, GridSize> = { "1": 1, "4": 4, "9": 9, "6": 16 };

export class WallTools {
  private readonly wall: Wall;
  private readonly sizes = new Map<GridSize, HTMLButtonElement>();
  private readonly pageText = el("span", { class: "tabular nowrap" });
  private pager: HTMLElement | null = null;
  private choose: HTMLButtonElement | null = null;

  constructor(wall: Wall) {
    this.wall = wall;
  }

  mount(): void {
    const slot = document.getElementById("island-tools");
    if (!slot || this.pager) return;
    const segmented = el("div", { class: "segmented", role: "group", "aria-label": t("wall.layout") });
    for (const size of GRID_SIZES) {
      const label = t("wall.grid", { size });
      const button = el(
        "button",
        { type: "button", class: "segmented__item", title: label, "aria-label": label, onclick: () => this.wall.setSize(size) },
        icon(`grid-${size}` as IconName),
        el("span", { "aria-hidden": "true" }, String(size)),
      );
      this.sizes.set(size, button);
      segmented.appendChild(button);
    }
    this.pager = el(
      "div",
      { class: "room-pager" },
      iconButton("arrow-left", t("wall.previousPage"), () => this.wall.turnPage(-1)),
      this.pageText,
      iconButton("arrow-right", t("wall.nextPage"), () => this.wall.turnPage(1)),
    );
    this.choose = el(
      "button",
      { type: "button", class: "button button--quiet", onclick: () => this.wall.toggleChooser() },
      icon("swap"),
      el("span", {}, t("chooser.open")),
    );
    slot.replaceChildren(
      segmented,
      this.pager,
      this.choose,
      iconButton("fullscreen", t("wall.fullscreen"), () => this.wall.toggleFullscreen()),
      iconButton("keyboard", t("help.title"), () => this.help()),
    );
    document.addEventListener("keydown", (event) => this.key(event));
    this.draw();
  }

  draw(): void {
    for (const [size, button] of this.sizes) button.setAttribute("aria-pressed", String(size === this.wall.size));
    const page = this.wall.page;
    setText(this.pageText, `${page.at} / ${page.of}`);
    if (this.pager) this.pager.hidden = page.of < 2;
    this.choose?.setAttribute("aria-pressed", String(this.wall.isChooserOpen));
  }

  private help(): void {
    openHelp([
      [["←", "↑", "→", "↓"], t("key.move")],
      [["Enter"], t("key.enlarge")],
      [["1", "4", "9", "6"], t("key.sizes")],
      [["PgUp", "PgDn"], t("key.pages")],
      [["C"], t("key.choose")],
      [["T"], t("key.turn")],
      [["Del"], t("key.remove")],
      [["S"], t("key.snapshot")],
      [["P"], t("key.playback")],
      [["F"], t("key.fullscreen")],
      [["Esc"], t("key.escape")],
      [["?"], t("key.help")],
    ]);
  }

  private key(event: KeyboardEvent): void {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.navigate(event) || this.command(event.key)) event.preventDefault();
  }

  private navigate(event: KeyboardEvent): boolean {
    const onTile = event.target === document.body || (event.target instanceof Element && event.target.matches(".tile, main"));
    if (event.key.startsWith("Arrow") && onTile) this.wall.moveFocus(event.key);
    else if (event.key === "Enter" && onTile) this.wall.toggleEnlarged();
    else if (event.key === "Delete" && onTile) this.wall.removeFocused();
    else if (event.key === "PageDown") this.wall.turnPage(1);
    else if (event.key === "PageUp") this.wall.turnPage(-1);
    else return false;
    return true;
  }

  private command(key: string): boolean {
    const size = SIZE_KEYS[key];
    const commands: Record<string, () => void> = {
      f: () => this.wall.toggleFullscreen(),
      s: () => this.wall.snapshot(),
      c: () => this.wall.toggleChooser(),
      t: () => this.wall.turnFocused(),
      p: () => this.wall.toPlayback(),
      "?": () => this.help(),
      Escape: () => (this.wall.isEnlarged ? this.wall.toggleEnlarged() : undefined),
    };
    const command = size ? () => this.wall.setSize(size) : commands[key.length === 1 ? key.toLowerCase() : key];
    command?.();
    return command !== undefined;
  }
}
