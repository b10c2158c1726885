import type { AskedReclaim } from '../reclaim';
import type { EpochMillis, WindowState } from '../windows';
import type { ExtensionLimits, LeaseOverride } from './types';

/**
 * The window as the saga sees it: that of the calendar, moved by an override as far as the lender allows.
 *
 * - `extend`: open until `until`, at most `maxExtensionSeconds` past the edge. The lender's word of today counts, so an edit
 *   that takes the consent back ends the extension.
 * - the others: closed from `until` until they expire, whatever the calendar says; they never open anything.
 */
export function effectiveWindow(
  window: WindowState,
  override: LeaseOverride | null,
  limits: ExtensionLimits,
  now: EpochMillis,
): WindowState {
  if (override === null || isSpent(override, now)) {
    return window;
  }
  return override.kind === 'extend' ? extended(window, override, limits, now) : ended(window, override, now);
}

function extended(window: WindowState, override: LeaseOverride, limits: ExtensionLimits, now: EpochMillis): WindowState {
  const edge = window.open ? window.closesAt : limits.closedAt;
  if (edge === null) {
    return window;
  }
  const until = Math.min(override.until, edge + Math.max(0, limits.maxExtensionSeconds) * 1000);
  if (window.open) {
    return { open: true, closesAt: Math.max(edge, until) };
  }
  return until > now ? { open: true, closesAt: until } : window;
}

function ended(window: WindowState, { until, expires }: LeaseOverride, now: EpochMillis): WindowState {
  if (!window.open) {
    return window;
  }
  if (until <= now) {
    return { open: false, opensAt: expires };
  }
  return { open: true, closesAt: Math.min(until, window.closesAt ?? until) };
}

/** Whether an override has had its day: an extension at its end, any other when the calendar counts again. */
export function isSpent({ kind, until, expires }: LeaseOverride, now: EpochMillis): boolean {
  return kind === 'extend' ? until <= now : expires !== null && expires <= now;
}

/**
 * Who asked for the node, if somebody did: the borrower who returns it, with the policy's grace, or the lender with his own.
 * A shortened lease just ends earlier.
 */
export function askedBack(override: LeaseOverride | null): AskedReclaim | null {
  if (override?.kind === 'return') {
    return { at: override.until, graceSeconds: null };
  }
  return override?.kind === 'reclaim' ? { at: override.until, graceSeconds: override.graceSeconds ?? 0 } : null;
}
