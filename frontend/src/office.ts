/** Progressive enhancement of every page; the attributes are listed in docs/design/frontend.md. Without it all pages still work. */
import { setLocale } from "./i18n/index.ts";
import { bindAutosubmit, bindBusy, bindConfirm, bindProbe } from "./office/forms.ts";
import { bindSignature } from "./office/signature.ts";
import { bindThemeSwitch } from "./office/theme.ts";
import { bindKeyAdd, bindKeyAsk } from "./office/webauthn.ts";
import { bindBytes, bindCopy, bindFilter, bindMenus, bindRelativeTimes } from "./office/words.ts";

/** Where only the icon of a place is shown, hovering names it. */
function nameIcons(root: ParentNode): void {
  for (const link of root.querySelectorAll<HTMLElement>(".topbar__link")) link.title ||= link.textContent?.trim() ?? "";
}

/** What stands in elements; again for parts that htmx brings in later. */
function enhance(root: ParentNode): void {
  bindThemeSwitch(root);
  bindProbe(root);
  bindAutosubmit(root);
  bindRelativeTimes(root);
  bindBytes(root);
  bindCopy(root);
  bindFilter(root);
  bindKeyAsk(root);
  bindKeyAdd(root);
  bindSignature(root);
  nameIcons(root);
}

setLocale(document.documentElement.lang);
bindConfirm();
bindBusy();
bindMenus();
enhance(document);
document.addEventListener("htmx:load", (event) => {
  const part = (event as CustomEvent<{ elt?: Element }>).detail?.elt;
  if (part && part !== document.body) enhance(part);
});
