/** Instants and their writing. Inside, every instant is an integer number of microseconds UTC (`Us`); local time exists only
 * on the screen, in the site's zone. */

export type Us = number;

export const SECOND_US = 1_000_000;
export const MINUTE_US = 60 * SECOND_US;
export const HOUR_US = 60 * MINUTE_US;
export const DAY_US = 24 * HOUR_US;

const two = (value: number): string => String(value).padStart(2, "0");
const three = (value: number): string => String(value).padStart(3, "0");

interface WallFields {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
}

/** Writes and reads instants in one IANA time zone. */
export class Zone {
  readonly name: string;
  private readonly format: Intl.DateTimeFormat;

  constructor(name: string) {
    this.name = name;
    this.format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
  }

  /** The zone in words for people: its name in their language, and how far it is from UTC at that instant. */
  written(us: Us, locale: string): string {
    const parts = (style: "long" | "longOffset"): string =>
      new Intl.DateTimeFormat(locale, { timeZone: this.name, timeZoneName: style })
        .formatToParts(new Date(Math.floor(us / 1000)))
        .find((part) => part.type === "timeZoneName")?.value ?? this.name;
    return `${parts("long")} (${parts("longOffset").replace("GMT", "UTC")})`;
  }

  private fields(us: Us): WallFields {
    const fields: Record<string, number> = {};
    for (const part of this.format.formatToParts(new Date(Math.floor(us / 1000)))) {
      fields[part.type] = Number(part.value);
    }
    return fields as unknown as WallFields;
  }

  /** Zone offset from UTC at that instant. */
  offsetUs(us: Us): Us {
    const f = this.fields(us);
    const asUtc = Date.UTC(f.year, f.month - 1, f.day, f.hour, f.minute, f.second) * 1000;
    return asUtc - Math.floor(us / SECOND_US) * SECOND_US;
  }

  /** `2026-11-21` */
  day(us: Us): string {
    const f = this.fields(us);
    return `${f.year}-${two(f.month)}-${two(f.day)}`;
  }

  /** `14:03:12` */
  clock(us: Us): string {
    const f = this.fields(us);
    return `${two(f.hour)}:${two(f.minute)}:${two(f.second)}`;
  }

  /** `14:03` */
  clockShort(us: Us): string {
    return this.clock(us).slice(0, 5);
  }

  /** `14:03:12.480` */
  clockExact(us: Us): string {
    return `${this.clock(us)}.${three(Math.floor(mod(us, SECOND_US) / 1000))}`;
  }

  /** `2026-11-21 14:03:12` */
  dateTime(us: Us): string {
    return `${this.day(us)} ${this.clock(us)}`;
  }

  /** The clock alone when the instant is of the same local day as `now`, else with its day. */
  since(us: Us, now: Us): string {
    return this.day(us) === this.day(now) ? this.clock(us) : this.dateTime(us);
  }

  /** First instant of a local day given as `2026-11-21`. NaN when the text is not a day. */
  dayStart(day: string): Us {
    return this.parse(day, "00:00:00");
  }

  /** First instant of the local day after the one that holds `us` (days are not always 24 h). */
  nextDayStart(us: Us): Us {
    return this.dayStart(this.day(this.dayStart(this.day(us)) + DAY_US + 2 * HOUR_US));
  }

  /** Local day and clock (`14:03`, `14:03:12`, `14:03:12.48`) to an instant; NaN when they are not that. */
  parse(day: string, clock: string): Us {
    const d = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day.trim());
    const c = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?$/.exec(clock.trim());
    if (!d || !c) return NaN;
    const [hour, minute, second] = [Number(c[1]), Number(c[2]), Number(c[3] ?? 0)];
    if (hour > 23 || minute > 59 || second > 59) return NaN;
    const fraction = Number((c[4] ?? "").padEnd(6, "0"));
    const asUtc = Date.UTC(Number(d[1]), Number(d[2]) - 1, Number(d[3]), hour, minute, second) * 1000;
    // Twice: the offset at the guess may differ from the one at the true instant.
    const first = asUtc - this.offsetUs(asUtc);
    return asUtc - this.offsetUs(first) + fraction;
  }
}

/** Always-positive remainder. */
export function mod(value: number, base: number): number {
  return ((value % base) + base) % base;
}

/** `3:05`, `1:02:03`, `12.4` below ten seconds when `exact`. */
export function writeDuration(us: Us, exact = false): string {
  const seconds = us / SECOND_US;
  if (exact && seconds < 60) return `0:${seconds.toFixed(2).padStart(5, "0")}`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** `4.2 MB`; decimal units, as disks are sold. */
export function writeBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
