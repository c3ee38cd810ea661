/** Switching the theme: the page at once, the server by a cookie, one per surface (control room, office). */

export type Theme = "dark" | "light";

const YEAR_S = 365 * 86_400;

export function themeCookie(isRoom: boolean, theme: Theme): string {
  return `mingcha_theme_${isRoom ? "room" : "office"}=${theme}; Path=/; Max-Age=${YEAR_S}; SameSite=Lax`;
}

export function otherTheme(theme: string | undefined): Theme {
  return theme === "dark" ? "light" : "dark";
}

export function bindThemeSwitch(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLElement>("[data-theme-switch]")) {
    button.addEventListener("click", () => {
      const page = document.documentElement;
      const theme = otherTheme(page.dataset["theme"]);
      page.dataset["theme"] = theme;
      const secure = location.protocol === "https:" ? "; Secure" : "";
      document.cookie = themeCookie(document.body.classList.contains("shell--room"), theme) + secure;
    });
  }
}
