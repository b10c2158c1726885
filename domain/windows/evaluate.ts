import type { LeaseException } from '../../api/names/types';
import type { Calendar } from './calendar';
import { exceptionFor } from './exceptions';
import { isOpenAt, minutesUntilOpen, type Timeline, timelineOf } from './timeline';
import { clockChange, type EpochMillis, isKnownZone, MINUTE_MS, offsetAt } from './zone';

/** Whether lending is allowed now, and the instant at which that changes; `null` where it never does. */
export type WindowState =
  | { readonly open: true; readonly closesAt: EpochMillis | null }
  | { readonly open: false; readonly opensAt: EpochMillis | null };

/** An instant at which lending begins or ends. */
export interface WindowEdge {
  readonly at: EpochMillis;
  readonly opens: boolean;
}

/** Clock changes passed while looking for an edge: those of the century in which exceptions may be, and more. */
const MAX_CLOCK_CHANGES = 1_000;
/** Every weekly edge comes round within this, also when one of its nights lost the hour. */
const LOOKBACK_MS = 15 * 24 * 60 * MINUTE_MS;

/**
 * Whether a calendar lends at `now`, and until when (spec leasing.md 1.3, and docs/windows.md for what exceptions add).
 *
 * - No windows: always open. Windows that are all invalid: never open, but by an exception; see `validateCalendar`.
 * - Both minutes, `start` and `end`, are inside, so a window closes at `end` + 1 minute. `end` before `start` wraps
 *   midnight and belongs to the day on which it started. Windows that overlap or touch are one.
 * - An exception decides about its minutes of its days, whatever the windows say; `Closed` beats `Open`.
 * - The wall clock decides, minute by minute. A minute that the clock skips never comes: a window inside a skipped hour
 *   does not open that night, one that starts or ends there does so at the jump. A repeated minute is inside both times.
 * - A zone that this process does not know: never open.
 */
export function evaluateWindows(calendar: Calendar, now: EpochMillis): WindowState {
  return isKnownZone(calendar.zone) ? stateAt(timelineOf(calendar), now) : { open: false, opensAt: null };
}

/** The edges after `range.after` and not after `range.until`, in order. Same rules as {@link evaluateWindows}. */
export function edgesWithin(
  calendar: Calendar,
  range: { readonly after: EpochMillis; readonly until: EpochMillis },
): WindowEdge[] {
  if (!isKnownZone(calendar.zone)) {
    return [];
  }
  const timeline = timelineOf(calendar);
  const edges: WindowEdge[] = [];
  let edge = edgeAfter(timeline, range.after);
  while (edge !== null && edge.at <= range.until) {
    edges.push(edge);
    edge = edgeAfter(timeline, edge.at);
  }
  return edges;
}

/** The latest instant at or before `now` at which lending ended, or `null` where it did not in the last two weeks. */
export function lastClosing(calendar: Calendar, now: EpochMillis): EpochMillis | null {
  const closings = edgesWithin(calendar, { after: now - LOOKBACK_MS, until: now }).filter((edge) => !edge.opens);
  return closings.at(-1)?.at ?? null;
}

/** When what a state says changes; `null`: never. */
export function nextEdgeOf(state: WindowState): EpochMillis | null {
  return state.open ? state.closesAt : state.opensAt;
}

/** The exception that decides at an instant, or `null`: the weekly windows do, or the zone is unknown. */
export function exceptionAt({ exceptions, zone }: Calendar, instant: EpochMillis): LeaseException | null {
  return isKnownZone(zone) ? exceptionFor(exceptions, minuteAt(instant + offsetAt(zone, instant))) : null;
}

function stateAt(timeline: Timeline, now: EpochMillis): WindowState {
  const open = isOpenAt(timeline, minuteAt(now + offsetAt(timeline.zone, now)));
  const changesAt = firstInstant(!open, timeline, now);
  return open ? { open, closesAt: changesAt } : { open, opensAt: changesAt };
}

function edgeAfter(timeline: Timeline, now: EpochMillis): WindowEdge | null {
  const state = stateAt(timeline, now);
  const at = nextEdgeOf(state);
  return at === null ? null : { at, opens: !state.open };
}

/** Follows the wall clock from one change of the clock to the next until lending is open (or closed). */
function firstInstant(open: boolean, timeline: Timeline, from: EpochMillis): EpochMillis | null {
  let start = from;
  for (let changes = 0; changes <= MAX_CLOCK_CHANGES; changes++) {
    const wait = waitOnClock(open, timeline, start + offsetAt(timeline.zone, start));
    if (wait === null) {
      return null;
    }
    const change = clockChange(timeline.zone, start, start + wait);
    if (change === null) {
      return start + wait;
    }
    start = change;
  }
  return null;
}

/** Milliseconds that an undisturbed wall clock takes until lending is open (or closed); `null` for never. */
function waitOnClock(open: boolean, timeline: Timeline, local: number): number | null {
  const minute = minuteAt(local);
  const minutes = minutesUntilOpen(open, timeline, minute);
  return minutes === null || minutes === 0 ? minutes : (minute + minutes) * MINUTE_MS - local;
}

function minuteAt(local: number): number {
  return Math.floor(local / MINUTE_MS);
}
