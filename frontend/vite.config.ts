/** Builds the islands and style sheets into `dist/`; writes the icon sprite and the favicon beside them. */
import { defineConfig, type Plugin } from "vite";
import { faviconMarkup, spriteMarkup } from "./src/shell/icon-shapes.ts";

const icons: Plugin = {
  name: "mingcha-icons",
  generateBundle() {
    this.emitFile({ type: "asset", fileName: "icons.svg", source: spriteMarkup() });
    this.emitFile({ type: "asset", fileName: "favicon.svg", source: faviconMarkup() });
  },
};

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [icons],
  build: {
    manifest: "manifest.json",
    // Desks in public places run old browsers; MSE, ResizeObserver and requestVideoFrameCallback are in all of these.
    target: ["chrome87", "edge88", "firefox95", "safari15"],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      input: ["src/wall.ts", "src/playback.ts", "src/map.ts", "src/office.ts", "src/styles/office.css", "src/styles/room.css"],
    },
  },
});
