import { earliest } from '../time/earliest';
import type { Calendar } from './calendar';
import { type Override, overridesOf } from './exceptions';
import type { Span } from './spans';
import { DAY_MINUTES } from './time-of-day';
import { isInside, minutesUntil, openSpans, WEEK_MINUTES } from './week';
import type { IanaZone } from './zone';

/** A calendar made ready for questions about minutes on its wall clock, counted from 1970-01-01T00:00. */
export interface Timeline {
  /** Of the week. */
  readonly spans: readonly Span[];
  readonly overrides: readonly Override[];
  readonly zone: IanaZone;
}

/** 1970-01-01 was a Thursday; weeks here begin on Sunday. */
const EPOCH_MINUTE_OF_WEEK = 4 * DAY_MINUTES;

/** Builds the timeline of a calendar. */
export function timelineOf({ windows, exceptions, zone }: Calendar): Timeline {
  return { spans: openSpans(windows), overrides: overridesOf(exceptions), zone };
}

/** Whether lending is open in a minute. */
export function isOpenAt({ spans, overrides }: Timeline, minute: number): boolean {
  return overrideAt(overrides, minute)?.opens ?? isInside(spans, minuteOfWeek(minute));
}

/** Minutes from a minute to the next one in which lending is open (or closed): 0 where it is already, `null` for never. */
export function minutesUntilOpen(open: boolean, timeline: Timeline, minute: number): number | null {
  let at = minute;
  while (isOpenAt(timeline, at) !== open) {
    const next = nextBoundary(timeline, at);
    if (next === null) {
      return null;
    }
    at = next;
  }
  return at - minute;
}

/** The next minute at which lending may change: where an exception begins or ends, or a window outside of one. */
function nextBoundary({ spans, overrides }: Timeline, minute: number): number | null {
  const current = overrideAt(overrides, minute);
  if (current !== undefined) {
    return current.to;
  }
  const week = minuteOfWeek(minute);
  const wait = minutesUntil(!isInside(spans, week), spans, week);
  const override = overrides.find(({ from }) => from > minute)?.from ?? null;
  return earliest(override, wait === null ? null : minute + wait);
}

function overrideAt(overrides: readonly Override[], minute: number): Override | undefined {
  return overrides.find(({ from, to }) => from <= minute && minute < to);
}

function minuteOfWeek(minute: number): number {
  return (((minute + EPOCH_MINUTE_OF_WEEK) % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES;
}
