import type { ResourceLeasingPolicySpec } from '../../api/names/types';
import { type Calendar, type EpochMillis, evaluateWindows, lastClosing, type WindowState } from '../windows';
import { countingOverride, type KnownOverride } from './counting';
import { effectiveWindow } from './effective';
import type { LeaseOverride } from './types';

/** When a node is lent, and by whose word. */
export interface SteeredWindow {
  /** What the calendar alone says. */
  readonly calendar: WindowState;
  /** What counts. */
  readonly window: WindowState;
  readonly override: LeaseOverride | null;
  /** Why what was asked of the lease cannot be followed; `null`: nothing is wrong. */
  readonly overrideFault: string | null;
}

/** The window of a policy's calendar at an instant, as far as somebody has moved it. */
export function steeredWindow(
  { maxExtensionSeconds = 0 }: Pick<ResourceLeasingPolicySpec, 'maxExtensionSeconds'>,
  windows: Calendar,
  { asked, now }: { readonly asked?: KnownOverride; readonly now: EpochMillis },
): SteeredWindow {
  const calendar = evaluateWindows(windows, now);
  const { override, fault } = countingOverride(asked, (at) => openingAfter(windows, at), now);
  const outlasts = override?.kind === 'extend' && !calendar.open;
  const limits = { maxExtensionSeconds, closedAt: outlasts ? lastClosing(windows, now) : null };
  return { calendar, window: effectiveWindow(calendar, override, limits, now), override, overrideFault: fault };
}

/** The first opening after the window that is open at an instant; `null`: none. */
function openingAfter(windows: Calendar, at: EpochMillis): EpochMillis | null {
  const then = evaluateWindows(windows, at);
  if (!then.open) {
    return then.opensAt;
  }
  const after = then.closesAt === null ? then : evaluateWindows(windows, then.closesAt);
  return after.open ? null : after.opensAt;
}
