/** Minutes in a day. */
export const DAY_MINUTES = 24 * 60;
/** Names of the days as policies write them; the index is the day of the week, Sunday first. */
export const WEEKDAYS: readonly string[] = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
];

/** The minute of the day that `HH:MM` names, or `null`: exactly five characters, 00:00 to 23:59. */
export function minuteOfDay(text: string): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  return hours === undefined || minutes === undefined ? null : Number(hours) * 60 + Number(minutes);
}

/** The day of the week (Sunday is 0) that a full English name means in any case, or `null`. */
export function weekdayOf(name: string): number | null {
  const index = WEEKDAYS.indexOf(name.toLowerCase());
  return index < 0 ? null : index;
}

const DAY_MS = DAY_MINUTES * 60_000;

/** Days since 1970-01-01 of the day that `YYYY-MM-DD` names, or `null`: one of the calendar, 2000 to 2099. */
export function dayNumber(text: string): number | null {
  const midnight = /^20\d\d-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  const exists = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text);
  return exists ? midnight / DAY_MS : null;
}
