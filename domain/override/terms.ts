import type { EpochMillis } from '../windows';
import type { LeaseOverride, LeaseTerms } from './types';

/** Where a calendar stands at an instant, found without the calendar. */
export interface CalendarPosition {
  readonly open: boolean;
  /** Where the window closes or, when it is closed, where it closed; `null`: nowhere known. */
  readonly edge: EpochMillis | null;
  /** Its next opening after that edge; `null`: none known. */
  readonly opensNext: EpochMillis | null;
}

/** Where the calendar of the last pass stands now; an edge may have passed since. */
export function positionAt({ open, closedAt, edges }: LeaseTerms, now: EpochMillis): CalendarPosition {
  const passed = edges.findLast(({ at }) => at <= now);
  const ahead = edges.filter(({ at }) => at > now);
  const isOpen = passed?.opens ?? open;
  const lastClosing = passed?.opens === false ? passed.at : closedAt;
  return {
    open: isOpen,
    edge: isOpen ? (ahead.find(({ opens }) => !opens)?.at ?? null) : lastClosing,
    opensNext: ahead.find(({ opens }) => opens)?.at ?? null,
  };
}

/** When the lease ends as things stand; `null`: it has no end. Only of a lease that has not ended. */
export function endOf({ edge }: CalendarPosition, override: LeaseOverride | null): EpochMillis | null {
  if (override === null) {
    return edge;
  }
  if (edge === null) {
    return override.kind === 'extend' ? null : override.until;
  }
  return override.kind === 'extend' ? Math.max(edge, override.until) : Math.min(edge, override.until);
}
