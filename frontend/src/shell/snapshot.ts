/** Saving one picture exactly as shown, by way of the media server (which enters it as served). */
import { t, tCode } from "../i18n/index.ts";
import { toast } from "./dialogs.ts";
import { el } from "./dom.ts";
import { ApiError, type MediaClient } from "./http.ts";
import type { Us, Zone } from "./time.ts";

/** `东门岗亭_2026-11-21_14-03-12.480.jpg`, without what file systems refuse. */
export function snapshotName(camera: string, us: Us, zone: Zone): string {
  const clean = camera.replace(/[\\/:*?"<>|\u0000-\u001f]+/g, " ").trim().slice(0, 80) || "camera";
  return `${clean}_${zone.day(us)}_${zone.clockExact(us).replaceAll(":", "-")}.jpg`;
}

/** Hands a blob to the browser's downloads. */
export function saveBlob(blob: Blob, name: string): void {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export async function saveSnapshot(
  media: MediaClient,
  ticket: string,
  camera: { id: string; name: string },
  atUs: Us,
  zone: Zone,
): Promise<void> {
  try {
    const known = Number.isFinite(atUs);
    const url = media.url("/snapshot", { camera: camera.id, at: known ? Math.round(atUs) : undefined } as Record<string, number | string>);
    const { blob, instantUs } = await pictureOrNewest(media, url, ticket, camera.id);
    saveBlob(blob, snapshotName(camera.name, Number.isFinite(instantUs) ? instantUs : atUs, zone));
    toast(t("snapshot.saved", { camera: camera.name }), "ok");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(error.message || tCode("error", error.code), "danger");
  }
}

/** A live ticket covers no past instant, however near: when the exact picture is refused, the newest one is taken. */
async function pictureOrNewest(media: MediaClient, url: string, ticket: string, camera: string): Promise<{ blob: Blob; instantUs: number }> {
  try {
    return await media.picture(url, ticket);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    return media.picture(media.url("/snapshot", { camera }), ticket);
  }
}
