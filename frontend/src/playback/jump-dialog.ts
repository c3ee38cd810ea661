/** Going to an exact instant, and choosing up to four cameras. */
import { t } from "../i18n/index.ts";
import type { CameraConfig } from "../shell/config.ts";
import { openDialog } from "../shell/dialogs.ts";
import { el, icon } from "../shell/dom.ts";
import type { Us, Zone } from "../shell/time.ts";

export const MAX_CAMERAS = 4;
/** With fewer cameras a search field would only be in the way. */
const SEARCH_FROM = 9;
/** No recorder is older: a day before it is a slip of the keyboard. */
const FIRST_DAY = "2000-01-01";

export function openJump(zone: Zone, us: Us, nowUs: Us, onJump: (us: Us) => void): void {
  const day = el("input", { class: "input tabular", type: "date", id: "jump-day", min: FIRST_DAY, max: zone.day(nowUs), required: true });
  const time = el("input", { class: "input tabular", type: "text", id: "jump-time", inputmode: "numeric", placeholder: "14:03:12", autocomplete: "off", required: true });
  const error = el("p", { class: "field__error", hidden: true, role: "alert" }, icon("alert"), t("jump.bad"));
  day.value = zone.day(us);
  time.value = zone.clock(us);
  const form = el(
    "form",
    { class: "form", id: "jump-form", novalidate: true },
    el(
      "div",
      { class: "form__row" },
      el("div", { class: "field" }, el("label", { class: "field__label", for: "jump-day" }, t("jump.day")), day),
      el("div", { class: "field" }, el("label", { class: "field__label", for: "jump-time" }, t("jump.time")), time),
    ),
    error,
    el("p", { class: "muted" }, t("jump.zone", { zone: zone.written(Date.now() * 1000, document.documentElement.lang) })),
  );
  const ok = el("button", { type: "submit", class: "button button--primary", form: "jump-form" }, t("jump.ok"));
  const dialog = openDialog(t("jump.title"), [form], [ok]);
  time.select();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // A Chinese keyboard types full-width colons.
    const target = zone.parse(day.value, time.value.replaceAll("：", ":"));
    error.hidden = Number.isFinite(target) && target <= nowUs && day.value >= FIRST_DAY;
    if (!error.hidden) return;
    dialog.close();
    onJump(target);
  });
}

export function openCameras(cameras: readonly CameraConfig[], chosen: readonly string[], onChoose: (cameras: string[]) => void): void {
  const count = el("p", { class: "muted", role: "status" });
  const boxes = cameras.map((camera) => {
    const box = el("input", { type: "checkbox", value: camera.id, checked: chosen.includes(camera.id) });
    return { box, label: el("label", { class: "choice" }, box, el("span", {}, camera.name), camera.site !== "" && el("span", { class: "choice__more" }, camera.site)) };
  });
  const ticked = (): string[] => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  const ok = el("button", { type: "submit", class: "button button--primary", form: "cameras-form" }, t("cameras.ok"));
  const update = (): void => {
    const picked = ticked();
    for (const { box } of boxes) box.disabled = !box.checked && picked.length >= MAX_CAMERAS;
    ok.disabled = picked.length === 0;
    count.textContent = t("cameras.count", { count: picked.length, most: MAX_CAMERAS });
  };
  const search = el("input", { class: "input", type: "search", placeholder: t("chooser.search"), "aria-label": t("chooser.search"), autofocus: true, hidden: cameras.length < SEARCH_FROM });
  search.addEventListener("input", () => {
    for (const { label } of boxes) label.hidden = !(label.textContent ?? "").toLowerCase().includes(search.value.trim().toLowerCase());
  });
  const form = el("form", { class: "form", id: "cameras-form" }, search, count, el("div", { class: "choices choices--list" }, ...boxes.map(({ label }) => label)));
  const dialog = openDialog(t("cameras.title"), [form], [ok]);
  form.addEventListener("change", update);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
    // In the order in which they were chosen before; new ones at the end.
    const picked = ticked();
    onChoose([...chosen.filter((camera) => picked.includes(camera)), ...picked.filter((camera) => !chosen.includes(camera))]);
  });
  update();
}
