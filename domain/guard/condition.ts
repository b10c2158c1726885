import type { Condition } from '../../api/names/types';
import { type ConditionClaim, findCondition, Reason } from '../conditions';
import type { HeldEdits } from './judge';

const TYPE = 'Blocked';

interface Guarded {
  readonly metadata: { readonly generation?: number };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/**
 * What the condition `Blocked` of an object has to say; `null`: nothing, as it never was held.
 * @param held the edits that wait, if this object is among them
 * @param binding whose workflow takes the confirmation
 */
export function blockedClaim({ metadata, status }: Guarded, held: HeldEdits | null, binding: string): ConditionClaim | null {
  const observedGeneration = metadata.generation;
  if (held !== null) {
    return { type: TYPE, status: 'True', reason: Reason.ReclaimHeld, message: messageOf(held, binding), observedGeneration };
  }
  if (findCondition(status?.conditions, TYPE) === undefined) {
    return null;
  }
  const message = 'What is written counts.';
  return { type: TYPE, status: 'False', reason: Reason.NothingHeld, message, observedGeneration };
}

/** Whether the last edit of an object waits for a confirmation, as its condition `Blocked` tells: what was accepted counts. */
export function isHeld({ status }: Pick<Guarded, 'status'>): boolean {
  return findCondition(status?.conditions, TYPE)?.status === 'True';
}

function messageOf({ hash, reclaimed, leased }: HeldEdits, binding: string): string {
  return (
    `The edit would reclaim ${reclaimed} of ${leased} leased nodes at once: what was accepted before goes on counting. ` +
    `Revert it, or confirm it: kubeocean confirm-reclaim ${binding} --hash ${hash}`
  );
}
