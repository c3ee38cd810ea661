/** Finding a camera by its name, its site or its GB/T 28181 code. Pure. */

export interface Findable {
  readonly name: string;
  readonly site: string;
  readonly gbCode: string;
}

/** Folds width and case, so that `ＣＡＭ１` is found as `cam1`. */
export function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** Places in the list of all cameras that hold every word, those whose name begins with the text first; at most `limit`. */
export function find(cameras: readonly Findable[], text: string, limit: number): number[] {
  const words = fold(text).split(/\s+/).filter(Boolean);
  const first = words[0];
  if (first === undefined) return [];
  const [front, rest]: [number[], number[]] = [[], []];
  cameras.forEach((camera, index) => {
    const name = fold(camera.name);
    const all = `${name} ${fold(camera.site)} ${camera.gbCode}`;
    if (words.every((word) => all.includes(word))) (name.startsWith(first) ? front : rest).push(index);
  });
  return [...front, ...rest].slice(0, limit);
}
