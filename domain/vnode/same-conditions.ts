import type { NodeCondition } from 'kubernetes-types/core/v1';
import { findCondition } from '../conditions';

/** Whether two lists say the same; heartbeat times and order say nothing. */
export function sameNodeConditions(a: readonly NodeCondition[], b: readonly NodeCondition[]): boolean {
  return a.length === b.length && a.every((condition) => isSameCondition(condition, findCondition(b, condition.type)));
}

function isSameCondition(a: NodeCondition, b: NodeCondition | undefined): boolean {
  return (
    a.status === b?.status &&
    (a.reason ?? '') === (b.reason ?? '') &&
    (a.message ?? '') === (b.message ?? '') &&
    a.lastTransitionTime === b.lastTransitionTime
  );
}
