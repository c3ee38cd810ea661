/** Entry of the map's pages. */
import { setLocale } from "./i18n/index.ts";
import { readMapConfig } from "./map/config.ts";
import { Overview } from "./map/overview.ts";
import { Plan } from "./map/plan.ts";
import "./styles/map.css";

const root = document.getElementById("map");
if (root) {
  const config = readMapConfig();
  setLocale(config.locale);
  void (config.mode === "plan" ? new Plan(root, config) : new Overview(root, config)).start();
}
