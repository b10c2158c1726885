/** An IANA time zone name such as `Europe/Berlin`. */
export type IanaZone = string;
/** Milliseconds since the epoch. */
export type EpochMillis = number;

export const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Building a formatter costs a thousand times its use; the cache holds nothing that a replay could tell apart. */
const formatters = new Map<IanaZone, Intl.DateTimeFormat>();

/** Whether this process has rules for a time zone. */
export function isKnownZone(zone: string): boolean {
  try {
    formatterOf(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * Milliseconds that the wall clock of a zone is ahead of UTC at an instant.
 * @throws RangeError where the zone is unknown; see {@link isKnownZone}.
 */
export function offsetAt(zone: IanaZone, instant: EpochMillis): number {
  const text = formatterOf(zone).format(instant);
  const [, sign, hours, minutes, seconds = '0'] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
  const ahead = (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ahead : ahead;
}

/** The first instant after `from` and not after `to` at which the clock of a zone has been moved, or `null`. */
export function clockChange(zone: IanaZone, from: EpochMillis, to: EpochMillis): EpochMillis | null {
  const before = offsetAt(zone, from);
  for (let same = from; same < to; same += DAY_MS) {
    // A day at a time: no zone moves its clock and moves it back within one.
    const probe = Math.min(same + DAY_MS, to);
    if (offsetAt(zone, probe) !== before) {
      return bisect(zone, same, probe);
    }
  }
  return null;
}

function bisect(zone: IanaZone, from: EpochMillis, to: EpochMillis): EpochMillis {
  const before = offsetAt(zone, from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    [low, high] = offsetAt(zone, middle) === before ? [middle, high] : [low, middle];
  }
  return high;
}

function formatterOf(zone: IanaZone): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) {
    return known;
  }
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' });
  formatters.set(zone, formatter);
  return formatter;
}
