/** Progressive enhancement of every page; the attributes are listed in docs/design/frontend.md. Without it all pages still work. */
import { setLocale } from "./i18n/index.ts";
import { bindAutosubmit, bindBusy, bindConfirm, bindProbe } from "./office/forms.ts";
import { bindThemeSwitch } from "./office/theme.ts";
import { bindBytes, bindCopy, bindFilter, bindMenus, bindRelativeTimes } from "./office/words.ts";

/** What stands in elements; again for parts that htmx brings in later. */
function enhance(root: ParentNode): void {
  bindThemeSwitch(root);
  bindProbe(root);
  bindAutosubmit(root);
  bindRelativeTimes(root);
  bindBytes(root);
  bindCopy(root);
  bindFilter(root);
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
