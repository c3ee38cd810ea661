/** The keys of playback. */
import { t } from "../i18n/index.ts";
import { openHelp } from "../shell/dialogs.ts";
import { isTyping } from "../shell/dom.ts";

export interface PlaybackCommands {
  toggle: () => void;
  step: (direction: 1 | -1) => void;
  shuttle: (key: "j" | "k" | "l") => void;
  faster: (step: 1 | -1) => void;
  move: (seconds: number) => void;
  markIn: () => void;
  markOut: () => void;
  copy: () => void;
  snapshot: () => void;
  jump: () => void;
  gaps: () => void;
  cameras: () => void;
  zoom: (factor: number) => void;
  fullscreen: () => void;
}

export function openPlaybackHelp(): void {
  openHelp([
    [["Space"], t("key.play")],
    [["J", "K", "L"], t("key.shuttle")],
    [[",", "."], t("key.step")],
    [["<", ">"], t("key.speed")],
    [["←", "→"], t("key.seconds")],
    [["Shift", "←", "→"], t("key.minute")],
    [["+", "−"], t("key.zoom")],
    [["G"], t("jump.title")],
    [["[", "]"], t("key.marks")],
    [["X"], t("key.copy")],
    [["S"], t("key.snapshot")],
    [["C"], t("cameras.title")],
    [["U"], t("gaps.title")],
    [["F"], t("key.fullscreen")],
    [["?"], t("key.help")],
  ]);
}

export function bindKeys(commands: PlaybackCommands): void {
  const table: Record<string, (event: KeyboardEvent) => void> = {
    " ": commands.toggle,
    ",": () => commands.step(-1),
    ".": () => commands.step(1),
    j: () => commands.shuttle("j"),
    k: () => commands.shuttle("k"),
    l: () => commands.shuttle("l"),
    "<": () => commands.faster(-1),
    ">": () => commands.faster(1),
    ArrowLeft: (event) => commands.move(event.shiftKey ? -60 : -5),
    ArrowRight: (event) => commands.move(event.shiftKey ? 60 : 5),
    "[": commands.markIn,
    "]": commands.markOut,
    "+": () => commands.zoom(0.5),
    "=": () => commands.zoom(0.5),
    "-": () => commands.zoom(2),
    x: commands.copy,
    s: commands.snapshot,
    g: commands.jump,
    u: commands.gaps,
    c: commands.cameras,
    f: commands.fullscreen,
    "?": openPlaybackHelp,
  };
  document.addEventListener("keydown", (event) => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    // Space on a focused button presses that button.
    if (event.key === " " && event.target instanceof HTMLButtonElement) return;
    const act = table[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act(event);
  });
}
