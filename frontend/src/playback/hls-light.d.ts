/** The light build of hls.js (no DRM, no subtitles, no alternate audio) has the full build's types. */
declare module "hls.js/light" {
  export * from "hls.js";
  export { default } from "hls.js";
}
