import { earliest } from '../time/earliest';
import type { EpochMillis, WindowState } from '../windows';
import type { ReclaimTerms } from './terms';

/** Somebody asked to have the node back: the lender at once, or the borrower who gives it back. */
export interface AskedReclaim {
  readonly at: EpochMillis;
  /** Seconds until force; `null`: as many as the terms say. */
  readonly graceSeconds: number | null;
}

/** Everything that decides when the steps of a reclaim are due. */
export interface TimelineFacts {
  readonly window: WindowState;
  readonly terms: ReclaimTerms;
  /** When the reclaim began, as it was noted; `null` where it was not. */
  readonly edge: EpochMillis | null;
  /** The end of the lease that borrowers have been told so far; `null`: none. */
  readonly announcedEnd: EpochMillis | null;
  /** Holds in an open window too; whoever keeps it forgets it when a window opens next. */
  readonly asked: AskedReclaim | null;
  /** When somebody asked to skip what was left of the grace; counts only for the reclaim that ran then. */
  readonly forcedAt: EpochMillis | null;
  /** Since when pods are being deleted; `null`: they are not. */
  readonly forcedSince: EpochMillis | null;
  readonly now: EpochMillis;
}

/** When the steps of a reclaim are due; `null`: never, as things stand. */
export interface Timeline {
  readonly noticeAt: EpochMillis | null;
  /** From here on no new pods. */
  readonly beginsAt: EpochMillis | null;
  /** From here on pods are deleted. */
  readonly deadline: EpochMillis | null;
}

/** What a kubelet may need beyond a pod's grace until its object is gone, seconds. */
const SETTLE_SECONDS = 5;

/**
 * When a reclaim is due. It begins at the window's edge, or a grace before it where the terms say so, or when somebody
 * asks; the deadline is a grace later. A grace is never cut short by accident: where the end of the window comes earlier
 * than borrowers have been told, it counts from when that was seen.
 * @param stopSeconds longest termination grace of the pods that will have to go
 */
export function timelineOf(facts: TimelineFacts, stopSeconds: number): Timeline {
  const { terms, asked, window } = facts;
  const byWindow = beginningOf(facts);
  const beginsAt = earliest(byWindow, asked?.at ?? null);
  const noticed = window.open && byWindow !== null && terms.noticeSeconds > 0;
  const forcedByWindow = terms.force && byWindow !== null ? windowDeadline(facts, byWindow, stopSeconds) : null;
  return {
    noticeAt: noticed ? byWindow - terms.noticeSeconds * 1000 : null,
    beginsAt,
    deadline: earliest(forcedByWindow, askedDeadline(facts), forcedAtOnce(facts, beginsAt)),
  };
}

/** When pods are deleted because somebody asked to have the node back; `null`: nobody did. */
export function askedDeadline({ asked, terms }: Pick<TimelineFacts, 'asked' | 'terms'>): EpochMillis | null {
  return asked === null ? null : asked.at + (asked.graceSeconds ?? terms.graceSeconds) * 1000;
}

function forcedAtOnce({ forcedAt }: TimelineFacts, beginsAt: EpochMillis | null): EpochMillis | null {
  return forcedAt !== null && beginsAt !== null && forcedAt >= beginsAt ? forcedAt : null;
}

/** Whether the calendar alone wants a taint on the vnode by now: for a notice, or because the reclaim has begun. */
export function isTaintDue({ window, terms, now }: Pick<TimelineFacts, 'window' | 'terms' | 'now'>): boolean {
  if (!window.open) {
    return true;
  }
  const lead = terms.noticeSeconds + (terms.before ? terms.graceSeconds : 0);
  return lead > 0 && window.closesAt !== null && window.closesAt - lead * 1000 <= now;
}

/** What decides when the calendar alone makes a reclaim begin. */
export type BeginningFacts = Pick<TimelineFacts, 'window' | 'terms' | 'edge' | 'announcedEnd' | 'now'>;

/**
 * When a reclaim began that borrowers had been told of; `null`: none has. An edited policy closes a window at the edit, so
 * the calendar alone does not say.
 */
export function announcedBeginning({ terms, announcedEnd, now }: Omit<BeginningFacts, 'window' | 'edge'>): EpochMillis | null {
  if (announcedEnd === null || announcedEnd > now) {
    return null;
  }
  return terms.before ? announcedEnd - terms.graceSeconds * 1000 : announcedEnd;
}

/** When the window alone makes the reclaim begin, or made it; `null`: it never closes. */
export function beginningOf({ window, terms, edge, announcedEnd, now }: BeginningFacts): EpochMillis | null {
  if (!window.open) {
    return edge ?? now;
  }
  if (window.closesAt === null || !terms.before) {
    return window.closesAt;
  }
  const planned = window.closesAt - terms.graceSeconds * 1000;
  if (planned > now) {
    return planned;
  }
  return edge ?? (isSameSecond(announcedEnd, window.closesAt) ? planned : now);
}

/** Annotations tell whole seconds. */
function isSameSecond(a: EpochMillis | null, b: EpochMillis): boolean {
  return a !== null && Math.floor(a / 1000) === Math.floor(b / 1000);
}

/** Before the edge pods need time to stop, so that they are gone at it; after it they take their time then. */
function windowDeadline({ window, terms, forcedSince }: TimelineFacts, beginsAt: EpochMillis, stopSeconds: number): EpochMillis {
  const afterGrace = beginsAt + terms.graceSeconds * 1000;
  if (!window.open || window.closesAt === null || !terms.before || afterGrace > window.closesAt) {
    return afterGrace;
  }
  const inTime = window.closesAt - (stopSeconds + SETTLE_SECONDS) * 1000;
  // Pods that have gone meanwhile do not bring the grace back.
  return Math.max(beginsAt, Math.min(inTime, forcedSince ?? inTime));
}
