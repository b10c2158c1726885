import type { TimeWindow } from '../../api/names/types';
import { joined, type Span } from './spans';
import { DAY_MINUTES, minuteOfDay, weekdayOf } from './time-of-day';

/** Minutes in a week; minute 0 is Sunday 00:00 on the wall clock. */
export const WEEK_MINUTES = 7 * DAY_MINUTES;

/**
 * When a week of these windows is open, in minutes of the week: sorted spans that neither overlap nor touch, except that one may end at the
 * week's end and another begin at its start. A window after midnight belongs to the day on which it started.
 * A window with a bad time contributes nothing, nor does a day that is no full English name; the others still count.
 */
export function openSpans(windows: readonly TimeWindow[] | undefined): Span[] {
  if (windows === undefined || windows.length === 0) {
    return [[0, WEEK_MINUTES]];
  }
  return joined(windows.flatMap(spansOf));
}

function spansOf({ start, end, days }: TimeWindow): Span[] {
  const from = minuteOfDay(start);
  const last = minuteOfDay(end);
  if (from === null || last === null) {
    return [];
  }
  const length = (last < from ? last + DAY_MINUTES : last) - from + 1;
  return startDays(days).flatMap((day) => withinWeek(day * DAY_MINUTES + from, length));
}

function startDays(days: readonly string[] | undefined): number[] {
  return days === undefined || days.length === 0
    ? [0, 1, 2, 3, 4, 5, 6]
    : days.map(weekdayOf).filter((day) => day !== null);
}

function withinWeek(from: number, length: number): Span[] {
  const overrun = from + length - WEEK_MINUTES;
  return overrun > 0
    ? [
        [from, WEEK_MINUTES],
        [0, overrun],
      ]
    : [[from, from + length]];
}

/** Whether a minute of the week is inside one of the spans. */
export function isInside(spans: readonly Span[], minute: number): boolean {
  return spans.some(([from, to]) => from <= minute && minute < to);
}

/**
 * Minutes from a minute of the week to the next one that is inside (`true`) or outside (`false`): 0 where it is already,
 * `null` where the week has no such minute.
 */
export function minutesUntil(inside: boolean, spans: readonly Span[], minute: number): number | null {
  if (isInside(spans, minute) === inside) {
    return 0;
  }
  const edges = spans
    .map(([from, to]) => (inside ? from : to))
    .filter((edge) => isInside(spans, edge % WEEK_MINUTES) === inside);
  const waits = edges.map((edge) => (edge > minute ? edge - minute : edge + WEEK_MINUTES - minute));
  return waits.length === 0 ? null : Math.min(...waits);
}
