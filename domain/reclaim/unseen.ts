import { toRfc3339 } from '../conditions';
import type { EpochMillis } from '../windows';

/** A node whose physical cluster does not answer. */
export interface UnseenFacts {
  /** When its pods were to be deleted, as far as is known; `null`: they were not. */
  readonly deadline: EpochMillis | null;
  /** Milliseconds after which a node that is not empty counts as stuck. */
  readonly stuckAfterMillis: number;
  readonly now: EpochMillis;
}

/** Why a node counts as stuck although nobody can see whether it is empty; `null`: it does not. */
export function stuckUnseen({ deadline, stuckAfterMillis, now }: UnseenFacts): string | null {
  if (deadline === null || now < deadline + stuckAfterMillis) return null;
  return `The deadline was ${toRfc3339(deadline)}; the physical cluster does not answer, so whether pods are left is not known.`;
}
