import type { EpochMillis } from '../windows';
import { formatInstant } from './instant';
import { type CalendarPosition, endOf, positionAt } from './terms';
import type { Asked, LeaseOverride, LeaseTerms } from './types';

/** What is known of a lease when somebody asks to change it. */
export interface SteeringFacts {
  /** Phase of the `leasedNode` workflow. */
  readonly phase: string;
  /** `null`: no pass has found a policy that lends the node. */
  readonly terms: LeaseTerms | null;
  readonly override: LeaseOverride | null;
  readonly now: EpochMillis;
}

/** Granted: the lease ends at `until`, by this override or, where it is `null`, by its calendar alone. Refused: why, in a sentence. */
export type SteeringDecision =
  | { readonly granted: true; readonly until: EpochMillis; readonly override: LeaseOverride | null }
  | { readonly granted: false; readonly why: string };

/** From here on pods are being deleted, or are gone: nothing can be taken back. */
const BEYOND: readonly string[] = ['Forced', 'Verified', 'Closed'];
/** On the way back for good: no window decides any more. */
const LEAVING: readonly string[] = ['Returning', 'Returned'];

const refused = (why: string): SteeringDecision => ({ granted: false, why });

/**
 * Whether a lease may end later. The lender's promise comes first: not after he took the node back, not once pods are being
 * deleted, and past the window's edge only as far as his policy consents. What an earlier shortening took away is given
 * back up to the edge.
 */
export function decideExtend(facts: SteeringFacts, until: EpochMillis, asked: Asked): SteeringDecision {
  const { terms, override, now, phase } = facts;
  if (terms === null || LEAVING.includes(phase)) return refused(notLent(phase));
  const position = positionAt(terms, now);
  const end = endOf(position, override);
  const why = whyNotLonger(facts, until, end);
  if (why !== null) return refused(why);
  if (until === end) return { granted: true, until, override };
  const { edge } = position;
  if (edge !== null && until > edge) return pastTheEdge(facts, { until, edge, asked, terms });
  return { granted: true, until, override: until === edge ? null : shorten(facts, until, position, asked) };
}

/** What speaks against any extension, whatever the policy allows; `null`: nothing. */
function whyNotLonger({ override, now, phase }: SteeringFacts, until: EpochMillis, end: EpochMillis | null): string | null {
  if (until <= now) return `${formatInstant(until)} is past.`;
  if (override?.kind === 'reclaim') return `The lender took the node back at ${formatInstant(override.at)}.`;
  if (BEYOND.includes(phase)) return `The reclaim is too far gone (${phase}): an extension would not bring the pods back.`;
  if (end === null) return 'The lease has no end.';
  const longer = `The lease lasts longer already, until ${formatInstant(end)}; to end it earlier is shortenLease.`;
  return until < end ? longer : null;
}

interface LongExtension {
  readonly until: EpochMillis;
  readonly edge: EpochMillis;
  readonly asked: Asked;
  readonly terms: LeaseTerms;
}

function pastTheEdge(facts: SteeringFacts, { until, edge, asked, terms }: LongExtension): SteeringDecision {
  const { policy, maxExtensionSeconds } = terms;
  const latest = edge + maxExtensionSeconds * 1000;
  if (until <= latest) return { granted: true, until, override: extend(facts, until, asked) };
  const field = `spec.maxExtensionSeconds of ResourceLeasingPolicy ${policy}`;
  const window = `The window closes at ${formatInstant(edge)}`;
  return refused(
    maxExtensionSeconds > 0
      ? `${window}, and ${field} allows ${maxExtensionSeconds} s more: at most until ${formatInstant(latest)}.`
      : `${window}, and only its lender may allow more, by ${field}.`,
  );
}

/** Whether a lease may end earlier: while it lasts. The calendar counts again when the window opens next. */
export function decideShorten(facts: SteeringFacts, until: EpochMillis, asked: Asked): SteeringDecision {
  const { terms, now, phase } = facts;
  if (terms === null || LEAVING.includes(phase)) return refused(notLent(phase));
  if (until <= now) return refused(`${formatInstant(until)} is past; to give the node back now is returnLease.`);
  const position = positionAt(terms, now);
  const end = endOf(position, facts.override);
  if (end !== null && end <= now) return refused(`The lease has ended already, at ${formatInstant(end)}.`);
  if (end !== null && until > end) return refused(`The lease ends earlier already, at ${formatInstant(end)}; to end it later is extendLease.`);
  if (until === end) return { granted: true, until, override: facts.override };
  const { edge } = position;
  if (until === edge) return { granted: true, until, override: null };
  const stillExtended = edge !== null && until > edge;
  const override = stillExtended ? extend(facts, until, asked) : shorten(facts, until, position, asked);
  return { granted: true, until, override };
}

/** Whether the borrower may give the node back now: unless it is on its way already. */
export function decideReturn(facts: SteeringFacts, asked: Asked): SteeringDecision {
  const { terms, override, now, phase } = facts;
  if (terms === null || LEAVING.includes(phase)) return refused(notLent(phase));
  const position = positionAt(terms, now);
  const end = endOf(position, override);
  const ended = BEYOND.includes(phase) || (end !== null && end <= now && (terms.forceReclaim || isHandedBack(override)));
  if (ended) return refused('The node is on its way back already.');
  return { granted: true, until: now, override: { kind: 'return', until: now, expires: position.opensNext, ...asked, at: now } };
}

const isHandedBack = (override: LeaseOverride | null): boolean => override?.kind === 'return' || override?.kind === 'reclaim';

/**
 * Whether the lender may take the node back now, after a grace of his: always, but once pods are being deleted a grace comes
 * too late, and only 0 says something new.
 */
export function decideReclaim(facts: SteeringFacts, graceSeconds: number, asked: Asked): SteeringDecision {
  const { terms, now, phase } = facts;
  if (phase === 'Returned') return refused('The node has been given back.');
  if (terms === null && phase !== 'Returning') return refused(notLent(phase));
  if (BEYOND.includes(phase) && graceSeconds > 0) {
    return refused(`Pods are being deleted already (${phase}): only graceSeconds 0 would change anything.`);
  }
  const expires = terms === null ? null : positionAt(terms, now).opensNext;
  return { granted: true, until: now, override: { kind: 'reclaim', until: now, expires, graceSeconds, ...asked, at: now } };
}

function extend({ now }: SteeringFacts, until: EpochMillis, asked: Asked): LeaseOverride {
  return { kind: 'extend', until, expires: null, ...asked, at: now };
}

function shorten({ now }: SteeringFacts, until: EpochMillis, { opensNext }: CalendarPosition, asked: Asked): LeaseOverride {
  return { kind: 'shorten', until, expires: opensNext, ...asked, at: now };
}

function notLent(phase: string): string {
  return LEAVING.includes(phase) ? 'The node is being given back for good.' : 'The node is not lent yet; ask again in a moment.';
}
