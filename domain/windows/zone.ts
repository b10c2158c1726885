/** An IANA time zone name such as `Europe/Berlin`. */
export type IanaZone = string;
/** Milliseconds since the epoch. */
export type EpochMillis = number;

/** Windows are counted in minutes. */
export const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** From an instant on, the wall clock is so many milliseconds ahead of UTC. */
interface Era {
  readonly from: EpochMillis;
  readonly offset: number;
}

/** Asking Intl costs a thousand times as much as looking up; neither cache holds anything that a replay could tell apart. */
const formatters = new Map<IanaZone, Intl.DateTimeFormat>();
const years = new Map<string, readonly Era[]>();

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
  return erasOf(zone, yearOf(instant)).findLast(({ from }) => from <= instant)?.offset ?? 0;
}

/**
 * The first instant after `from` and not after `to` at which the clock of a zone has been moved, or `null`.
 * @throws RangeError where the zone is unknown.
 */
export function clockChange(zone: IanaZone, from: EpochMillis, to: EpochMillis): EpochMillis | null {
  const before = offsetAt(zone, from);
  for (let year = yearOf(from); startOf(year) <= to; year++) {
    const change = erasOf(zone, year).find((era) => era.from > from && era.offset !== before);
    if (change !== undefined) {
      return change.from <= to ? change.from : null;
    }
  }
  return null;
}

/** The eras of one year, of which the first begins with it. */
function erasOf(zone: IanaZone, year: number): readonly Era[] {
  const key = `${year} ${zone}`;
  const known = years.get(key);
  if (known !== undefined) {
    return known;
  }
  const eras = [...findEras(zone, year)];
  years.set(key, eras);
  return eras;
}

/** A day at a time: no zone moves its clock and moves it back within one. */
function* findEras(zone: IanaZone, year: number): Generator<Era> {
  const end = startOf(year + 1);
  let era = { from: startOf(year), offset: askOffset(zone, startOf(year)) };
  yield era;
  for (let day = era.from; day < end; day += DAY_MS) {
    const offset = askOffset(zone, day + DAY_MS);
    const from = offset === era.offset ? end : bisect(zone, day, day + DAY_MS);
    if (from < end) {
      era = { from, offset };
      yield era;
    }
  }
}

function bisect(zone: IanaZone, from: EpochMillis, to: EpochMillis): EpochMillis {
  const before = askOffset(zone, from);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    [low, high] = askOffset(zone, middle) === before ? [middle, high] : [low, middle];
  }
  return high;
}

function askOffset(zone: IanaZone, instant: EpochMillis): number {
  const text = formatterOf(zone).format(instant);
  const [, sign, hours, minutes, seconds = '0'] = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
  const ahead = (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -ahead : ahead;
}

function yearOf(instant: EpochMillis): number {
  return new Date(instant).getUTCFullYear();
}

function startOf(year: number): EpochMillis {
  return Date.UTC(year, 0, 1);
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
