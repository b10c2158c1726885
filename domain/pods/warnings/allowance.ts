import type { EpochMillis } from '../types';

/** Warnings about one pod that are told at once, before the pace below counts. */
const BURST = 10;
/** One more for each of these, milliseconds. */
const PACE_MILLIS = 30_000;

/** How much may still be told about one pod: a bucket that fills slowly. Plain data. */
export interface Allowance {
  readonly left: number;
  /** When `left` was counted, epoch milliseconds. */
  readonly at: EpochMillis;
}

/**
 * Takes one warning from an allowance, so that a pod in trouble cannot flood the virtual cluster.
 * @param before null: nothing has been told about the pod yet
 * @returns `until` null: tell it; otherwise when there is room again
 */
export function takeOne(before: Allowance | null, now: EpochMillis): { readonly after: Allowance; readonly until: EpochMillis | null } {
  const left = before === null ? BURST : Math.min(BURST, before.left + (now - before.at) / PACE_MILLIS);
  if (left >= 1) return { after: { left: left - 1, at: now }, until: null };
  return { after: { left, at: now }, until: now + Math.ceil((1 - left) * PACE_MILLIS) };
}
