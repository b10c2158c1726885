import type { Condition } from '../../api/names/types';
import { toRfc3339 } from './rfc3339';

/** A condition before it is known whether its status is a change. */
export type ConditionClaim = Omit<Condition, 'lastTransitionTime'>;

/**
 * The list with one condition put in place, at its old position or at the end.
 * `lastTransitionTime` becomes `now` (epoch milliseconds) only where the status differs.
 * Returns the very same list where nothing differs, so that the caller need not write.
 */
export function setCondition(
  list: readonly Condition[] | undefined,
  claim: ConditionClaim,
  now: number,
): readonly Condition[] {
  const conditions = list ?? [];
  const position = conditions.findIndex(({ type }) => type === claim.type);
  const previous = conditions[position];
  const next: Condition = {
    ...claim,
    lastTransitionTime: previous?.status === claim.status ? previous.lastTransitionTime : toRfc3339(now),
  };
  if (previous === undefined) {
    return [...conditions, next];
  }
  return sameCondition(previous, next) ? conditions : conditions.with(position, next);
}

/** {@link setCondition} for each claim in order. */
export function setConditions(
  list: readonly Condition[] | undefined,
  claims: readonly ConditionClaim[],
  now: number,
): readonly Condition[] {
  return claims.reduce<readonly Condition[]>((conditions, claim) => setCondition(conditions, claim, now), list ?? []);
}

/** Whether two conditions agree in every field. */
export function sameCondition(a: Condition, b: Condition): boolean {
  return (
    a.type === b.type &&
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.lastTransitionTime === b.lastTransitionTime &&
    a.observedGeneration === b.observedGeneration
  );
}

/** The condition of a type, or `undefined`. */
export function findCondition<C extends { readonly type: string }>(
  list: readonly C[] | undefined,
  type: string,
): C | undefined {
  return list?.find((condition) => condition.type === type);
}
