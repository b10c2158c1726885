import type { TimeWindow } from '../../api/names/types';
import { DAY_MINUTES } from './time-of-day';
import { isInside, minutesUntil, openSpans, type Span, WEEK_MINUTES } from './week';
import { clockChange, type EpochMillis, type IanaZone, MINUTE_MS, offsetAt } from './zone';

/** Whether lending is allowed now, and the instant at which that changes; `null` where it never does. */
export type WindowState =
  | { readonly open: true; readonly closesAt: EpochMillis | null }
  | { readonly open: false; readonly opensAt: EpochMillis | null };

/** An instant at which windows open or close. */
export interface WindowEdge {
  readonly at: EpochMillis;
  readonly opens: boolean;
}

/** 1970-01-01 was a Thursday; weeks here begin on Sunday. */
const EPOCH_MINUTE_OF_WEEK = 4 * DAY_MINUTES;
/** Clock changes passed while looking for an edge; a week holds one or two. */
const MAX_CLOCK_CHANGES = 16;
/** Every weekly edge comes round within this, also when one of its nights lost the hour. */
const LOOKBACK_MS = 15 * DAY_MINUTES * MINUTE_MS;

/**
 * Whether a policy's windows are open at `now` on the wall clock of `zone`, and until when (spec leasing.md 1.3).
 *
 * - No windows: always open. Windows that are all invalid: never open; see `validateWindows`.
 * - Both minutes, `start` and `end`, are inside, so a window closes at `end` + 1 minute. `end` before `start` wraps
 *   midnight and belongs to the day on which it started. Windows that overlap or touch are one.
 * - The wall clock decides, minute by minute. A minute that the clock skips never comes: a window inside a skipped hour
 *   does not open that night, one that starts or ends there does so at the jump. A repeated minute is inside both times.
 *
 * @throws RangeError where the zone is unknown.
 */
export function evaluateWindows(
  windows: readonly TimeWindow[] | undefined,
  now: EpochMillis,
  zone: IanaZone,
): WindowState {
  const spans = openSpans(windows);
  const open = isInside(spans, minuteOfWeek(now + offsetAt(zone, now)));
  const changesAt = firstInstant(!open, { spans, zone, from: now });
  return open ? { open, closesAt: changesAt } : { open, opensAt: changesAt };
}

/** The edges after `range.after` and not after `range.until`, in order. Same rules as {@link evaluateWindows}. */
export function edgesWithin(
  windows: readonly TimeWindow[] | undefined,
  range: { readonly after: EpochMillis; readonly until: EpochMillis },
  zone: IanaZone,
): WindowEdge[] {
  const edges: WindowEdge[] = [];
  let edge = edgeAfter(windows, range.after, zone);
  while (edge !== null && edge.at <= range.until) {
    edges.push(edge);
    edge = edgeAfter(windows, edge.at, zone);
  }
  return edges;
}

/** The latest instant at or before `now` at which the windows closed, or `null` where they did not in the last two weeks. */
export function lastClosing(
  windows: readonly TimeWindow[] | undefined,
  now: EpochMillis,
  zone: IanaZone,
): EpochMillis | null {
  const closings = edgesWithin(windows, { after: now - LOOKBACK_MS, until: now }, zone).filter((edge) => !edge.opens);
  return closings.at(-1)?.at ?? null;
}

function edgeAfter(windows: readonly TimeWindow[] | undefined, now: EpochMillis, zone: IanaZone): WindowEdge | null {
  const state = evaluateWindows(windows, now, zone);
  const at = state.open ? state.closesAt : state.opensAt;
  return at === null ? null : { at, opens: !state.open };
}

interface Search {
  readonly spans: readonly Span[];
  readonly zone: IanaZone;
  readonly from: EpochMillis;
}

/** Follows the wall clock from one change of the clock to the next until it is inside (or outside) the spans. */
function firstInstant(inside: boolean, { spans, zone, from }: Search): EpochMillis | null {
  let start = from;
  for (let changes = 0; changes <= MAX_CLOCK_CHANGES; changes++) {
    const wait = waitOnClock(inside, spans, start + offsetAt(zone, start));
    if (wait === null) {
      return null;
    }
    const change = clockChange(zone, start, start + wait);
    if (change === null) {
      return start + wait;
    }
    start = change;
  }
  return null;
}

/** Milliseconds that an undisturbed wall clock takes to be inside (or outside) the spans; `null` for never. */
function waitOnClock(inside: boolean, spans: readonly Span[], local: number): number | null {
  const minutes = minutesUntil(inside, spans, minuteOfWeek(local));
  if (minutes === null || minutes === 0) {
    return minutes;
  }
  const intoMinute = local - Math.floor(local / MINUTE_MS) * MINUTE_MS;
  return minutes * MINUTE_MS - intoMinute;
}

function minuteOfWeek(local: number): number {
  const minutes = Math.floor(local / MINUTE_MS) + EPOCH_MINUTE_OF_WEEK;
  return ((minutes % WEEK_MINUTES) + WEEK_MINUTES) % WEEK_MINUTES;
}
