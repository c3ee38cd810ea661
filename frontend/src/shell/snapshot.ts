/** Saving one picture exactly as shown, by way of the media server (which enters it as served). */
import { t } from "../i18n/index.ts";
import { messageOf, toast } from "./dialogs.ts";
import { el } from "./dom.ts";
import { ApiError, type MediaClient } from "./http.ts";
import type { Us, Zone } from "./time.ts";
import type { Reason, ViewingDesk } from "./viewing.ts";

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

export interface SnapshotHost {
  desk: ViewingDesk;
  media: MediaClient;
  zone: Zone;
  reason: Reason | null;
}

/** Registers the snapshot, then saves exactly the picture shown at `atUs`. A snapshot is an act of its own: its ticket covers
 * one camera and one instant. */
export async function saveSnapshot(host: SnapshotHost, camera: { id: string; name: string }, atUs: Us): Promise<void> {
  const { desk, media, zone, reason } = host;
  if (!reason || !Number.isFinite(atUs)) return;
  const at = Math.round(atUs);
  try {
    const viewing = await desk.open("snapshot", [camera.id], reason, at, at + 1);
    const { blob, instantUs } = await media.picture(media.url("/snapshot", { camera: camera.id, at }), viewing.ticket).finally(() => desk.close(viewing));
    saveBlob(blob, snapshotName(camera.name, Number.isFinite(instantUs) ? instantUs : at, zone));
    toast(t("snapshot.saved", { camera: camera.name }), "ok");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    toast(messageOf(error), "danger");
  }
}
