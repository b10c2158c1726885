import type { EpochMillis } from '../types';

/** What is known about one virtual object and its copy in one physical cluster. */
export interface CopyFacts {
  /** Whether a live pod of this binding names the object. */
  readonly used: boolean;
  /** Version of the source as listed; null: it is not in the list. */
  readonly source: string | null;
  /** The copy as listed; null: there is none of ours. */
  readonly copy: { readonly source: string; /** Bindings that exist and use it. */ readonly holders: readonly string[] } | null;
  readonly binding: string;
  /** Since when no live pod of this binding names it; null: one does, or nobody looked yet. */
  readonly unusedSince: EpochMillis | null;
  /** How long a copy outlives its last pod, milliseconds. */
  readonly retention: number;
  /** Whether both clusters' lists are complete and current. */
  readonly fresh: boolean;
  readonly now: EpochMillis;
}

/**
 * What to do about a copy: nothing (perhaps until an instant), make it what its source is, let go of it because no pod needs it,
 * or remove it because its source is gone, once a read confirms that.
 */
export type CopyAction =
  | { readonly kind: 'none'; readonly until: EpochMillis | null }
  | { readonly kind: 'ensure' | 'release' | 'confirmGone' };

/** How soon to look again at what could not be decided from lists that are not fresh. */
const STALE_LISTS_MILLIS = 10_000;

/**
 * Copies are a function of the live pods and of their sources: made for the first pod, current while there is one, gone a while
 * after the last, also one whose bindings are all gone. A source that is deleted takes its copy along at once, as it would be gone on an ordinary node.
 * Fails closed: nothing is removed on the word of a list that is not fresh.
 */
export function copyAction(facts: CopyFacts): CopyAction {
  const { used, source, copy, binding } = facts;
  const held = copy !== null && copy.holders.includes(binding);
  if (used && source !== null) return held && copy.source === source ? nothing() : { kind: 'ensure' };
  const abandoned = copy !== null && copy.holders.length === 0;
  if (!held && !abandoned) return nothing();
  return used ? removal('confirmGone', facts) : unused(facts);
}

function unused(facts: CopyFacts): CopyAction {
  const { now, retention, unusedSince } = facts;
  const until = (unusedSince ?? now) + retention;
  return now < until ? nothing(until) : removal('release', facts);
}

function removal(kind: 'confirmGone' | 'release', { fresh, now }: CopyFacts): CopyAction {
  return fresh ? { kind } : nothing(now + STALE_LISTS_MILLIS);
}

function nothing(until: EpochMillis | null = null): CopyAction {
  return { kind: 'none', until };
}
