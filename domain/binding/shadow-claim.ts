import type { ResourceLeasingPolicy } from '../../api/names/types';
import { type ConditionClaim, findCondition, Reason } from '../conditions';
import type { Shadow } from '../selection';

/** Condition of a policy that is ignored on some nodes. */
export const SHADOWED = 'Shadowed';

/** How many nodes of one winner are named. */
const NAMED = 3;

/**
 * What the condition `Shadowed` of a policy says, or `null` where it says nothing: a policy that never had a rival does not
 * carry it, one that lost its rivals says so.
 */
export function shadowClaim({ status }: Pick<ResourceLeasingPolicy, 'status'>, shadows: readonly Shadow[]): ConditionClaim | null {
  if (shadows.length > 0) {
    const message = `Ignored where an older policy lends the node: ${shadows.map(describe).join('; ')}.`;
    return { type: SHADOWED, status: 'True', reason: Reason.PolicyShadowed, message };
  }
  if (findCondition(status?.conditions, SHADOWED) === undefined) return null;
  const message = 'No older policy selects a node that this one selects.';
  return { type: SHADOWED, status: 'False', reason: Reason.PolicyApplied, message };
}

function describe({ winner, nodes }: Shadow): string {
  const more = nodes.length - NAMED;
  return `${winner} on ${nodes.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
