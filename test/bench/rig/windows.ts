import type { TimeWindow } from '../../../api/names/types';

const MINUTE_MS = 60_000;
/** For so long at least a window is open, so that the vnode can be seen without the taint. */
export const LEAST_OPEN_MS = 15_000;

/**
 * A window that stays open for `leastOpen` milliseconds at least and a minute more at most, and the instant after its end minute.
 */
export function windowEndingSoon(instant: number, leastOpen = LEAST_OPEN_MS): { window: TimeWindow; edge: number } {
  const edge = Math.ceil((instant + leastOpen) / MINUTE_MS) * MINUTE_MS;
  return { window: { start: timeOfDay(edge - 120 * MINUTE_MS), end: timeOfDay(edge - MINUTE_MS) }, edge };
}

/** A window that opens in two hours. */
export function closedWindow(instant: number): TimeWindow {
  return { start: timeOfDay(instant + 120 * MINUTE_MS), end: timeOfDay(instant + 180 * MINUTE_MS) };
}

/** `HH:MM` in UTC, the zone of the workers. */
function timeOfDay(instant: number): string {
  return new Date(instant).toISOString().slice(11, 16);
}
