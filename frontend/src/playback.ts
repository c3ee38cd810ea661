/** Entry of the playback page. */
import { setLocale } from "./i18n/index.ts";
import { pageReceivedAtMs, readConfig, ServerClock } from "./shell/config.ts";
import { Playback } from "./playback/playback.ts";

const root = document.getElementById("playback");
if (root) {
  const config = readConfig();
  setLocale(config.locale);
  void new Playback(root, config, new ServerClock(config.serverNowUs, pageReceivedAtMs())).start();
}

// A page that the browser kept while it was away has closed its viewings: it begins anew.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload();
});
