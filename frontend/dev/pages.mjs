/** The mock's pages: the skeleton of docs/design/frontend.md, as the templates would render it. */

const NAMES = {
  "zh-Hans": [
    ["东门岗亭", "滨江商场"], ["地下车库 B2 出口", "滨江商场"], ["收银台 3 号", "滨江商场"], ["货运电梯厅", "滨江商场"],
    ["中庭扶梯", "滨江商场"], ["南广场全景（含公交站台与非机动车停放区，夜间补光）", "滨江商场"], ["消防通道 1", "滨江商场"], ["大堂前台", "江汉路写字楼"],
    ["12 层走廊", "江汉路写字楼"], ["电梯 2 轿厢", "江汉路写字楼"], ["屋顶平台", "江汉路写字楼"], ["北侧围墙", "江汉路写字楼"],
    ["停车场入口", "江汉路写字楼"], ["停车场出口", "江汉路写字楼"], ["监控室门口", "江汉路写字楼"], ["配电间", "江汉路写字楼"],
  ],
  en: [
    ["East gate post", "Riverside Mall"], ["Car park B2 exit", "Riverside Mall"], ["Till 3", "Riverside Mall"], ["Goods lift hall", "Riverside Mall"],
    ["Atrium escalator", "Riverside Mall"], ["South square overview with the bus stop and the bicycle racks, lit at night", "Riverside Mall"], ["Fire lane 1", "Riverside Mall"], ["Lobby desk", "Jianghan Offices"],
    ["Corridor, floor 12", "Jianghan Offices"], ["Lift 2 cabin", "Jianghan Offices"], ["Roof terrace", "Jianghan Offices"], ["North wall", "Jianghan Offices"],
    ["Car park entry", "Jianghan Offices"], ["Car park exit", "Jianghan Offices"], ["Control room door", "Jianghan Offices"], ["Switch room", "Jianghan Offices"],
  ],
};
const REASONS = {
  "zh-Hans": [["patrol", "日常值守"], ["incident", "处置突发情况"], ["police", "配合公安机关", true], ["maintenance", "设备维护"]],
  en: [["patrol", "Regular watch"], ["incident", "Incident on site"], ["police", "Request of the police", true], ["maintenance", "Maintenance"]],
};
const WORDS = {
  "zh-Hans": { home: "首页", wall: "视频墙", playback: "回放", cameras: "摄像机", exports: "复制件", register: "台账", people: "人员", other: "English", title: "明察", person: "李卫", theme: "切换深浅主题", opening: "正在打开…" },
  en: { home: "Home", wall: "Video wall", playback: "Playback", cameras: "Cameras", exports: "Copies", register: "Register", people: "People", other: "中文", title: "Mingcha", person: "Li Wei", theme: "Switch theme", opening: "Opening…" },
};

const BEHAVIOURS = { 2: "lost", 4: "frozen", 6: "transcoded", 7: "forbidden", 9: "stalled", 11: "connecting" };

/** The cameras of the mock; `calm` gives them all good pictures. */
export function mockCameras(locale, count, calm) {
  return Array.from({ length: count }, (_, index) => {
    const [name, site] = NAMES[locale][index % 16];
    return { id: `cam_${String(index).padStart(16, "0")}`, name: index < 16 ? name : `${name} ${Math.floor(index / 16) + 1}`, site, hasSub: true, behaviour: calm ? "" : (BEHAVIOURS[index] ?? "") };
  });
}

export function config(page, query, cameras) {
  const locale = query.get("locale") ?? "zh-Hans";
  const wanted = query.getAll("camera");
  return {
    version: 1,
    locale,
    timeZone: "Asia/Shanghai",
    serverNowUs: Date.now() * 1000,
    person: { id: query.get("person") ?? "per_0000000000000001", name: WORDS[locale].person },
    mediaOrigin: "",
    csrfToken: "mock",
    cameras: cameras.map(({ behaviour, ...camera }) => camera),
    reasons: query.has("noreason") ? [] : REASONS[locale].map(([code, label, needsNote]) => ({ code, label, needsNote: needsNote === true })),
    rights: { live: true, playback: true, snapshot: true, export: true },
    urls: {
      viewings: query.has("refuse") ? "/api/refused" : "/api/viewings",
      renew: "/api/viewings/{grant}/renew",
      close: "/api/viewings/{grant}/close",
      exports: "/api/exports",
      wall: "/wall",
      playback: "/playback",
    },
    start: { cameras: wanted, atUs: query.has("at") ? Number(query.get("at")) : null },
  };
}

const icon = (name) => `<svg class="icon" aria-hidden="true"><use href="/dist/icons.svg#${name}"></use></svg>`;

function topbar(words, page, slot) {
  const link = (name, glyph) => `<a class="topbar__link" href="/${name}"${name === page ? ' aria-current="page"' : ""}>${icon(glyph)}<span>${words[name]}</span></a>`;
  return `<a class="skip-link" href="#main">↓</a><header class="topbar">
<a class="wordmark" href="/wall"><svg class="wordmark__mark" aria-hidden="true"><use href="/dist/icons.svg#mark"></use></svg><span class="wordmark__zh" lang="zh-Hans">明察</span><span class="wordmark__en">Mingcha</span></a>
<nav class="topbar__nav">${link("home", "pulse")}${link("wall", "wall")}${link("playback", "playback")}${link("cameras", "camera")}${link("exports", "download")}${link("register", "register")}${link("people", "people")}</nav>
${slot ? '<div class="topbar__slot" id="island-tools"></div>' : ""}
<div class="topbar__end"><button class="button button--quiet" type="button">${icon("language")}<span>${words.other}</span></button><button class="button button--quiet button--icon" type="button" data-theme-switch aria-label="${words.theme}" title="${words.theme}">${icon("theme")}</button>
<details class="menu" data-menu><summary class="button button--quiet">${icon("person")}<span class="menu__name">${words.person}</span>${icon("chevron-down")}</summary><div class="menu__panel"><a class="menu__item" href="#">${icon("settings")}…</a></div></details></div></header>`;
}

function head(locale, theme, words, manifest, room, script) {
  const file = (key) => `/dist/${manifest[key].file}`;
  return `<!doctype html><html lang="${locale}" data-theme="${theme}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${words.title}</title><link rel="icon" href="/dist/favicon.svg" type="image/svg+xml"><link rel="stylesheet" href="${file("src/styles/office.css")}">
${room ? `<link rel="stylesheet" href="${file("src/styles/room.css")}">` : ""}<script type="module" src="${file("src/office.ts")}"></script>${script ? `<script type="module" src="${file(script)}"></script>` : ""}</head>`;
}

/** A room page. */
export function roomPage(page, query, manifest, cameras) {
  const locale = query.get("locale") ?? "zh-Hans";
  const words = WORDS[locale];
  const data = JSON.stringify(config(page, query, cameras)).replaceAll("<", "\\u003c");
  return `${head(locale, query.get("theme") ?? "dark", words, manifest, true, `src/${page}.ts`)}<body class="shell shell--room">${topbar(words, page, true)}
<main class="room" id="${page}" data-island="${page}"><div class="empty"><p class="empty__title">${words.opening}</p></div></main>
<script type="application/json" id="island-config">${data}</script></body></html>`;
}

/** An office page around a given body. */
export function officePage(query, manifest, body, plain) {
  const locale = query.get("locale") ?? "zh-Hans";
  const words = WORDS[locale];
  return `${head(locale, query.get("theme") ?? "light", words, manifest, false, "")}<body class="shell${plain ? " shell--plain" : ""}">${topbar(words, "cameras", false)}${body}</body></html>`;
}
