import { add, type Decimal, isLess, ZERO } from './decimal';

/**
 * What is remembered of a vnode's pods so that the sum of their counters never goes down: Prometheus takes a smaller sum for a
 * reset and counts everything that is left once more, metrics-server drops the node for a round.
 */
export interface CounterMemory {
  /** What pods had counted that are gone, or have begun anew. */
  readonly retired: Decimal;
  /** By UID of the pod: what it had counted when it was last seen. */
  readonly last: ReadonlyMap<string, Decimal>;
}

export const NO_MEMORY: CounterMemory = { retired: ZERO, last: new Map() };

/**
 * Adds a round of counters.
 * @param current by UID of the pod; one that is missing here but not gone keeps its last
 * @param living UIDs of all pods that are not gone
 */
export function countOn(
  memory: CounterMemory,
  current: ReadonlyMap<string, Decimal>,
  living: ReadonlySet<string>,
): { readonly memory: CounterMemory; readonly total: Decimal } {
  let retired = memory.retired;
  const last = new Map(current);
  for (const [uid, before] of memory.last) {
    const now = current.get(uid);
    if (now === undefined && living.has(uid)) last.set(uid, before);
    else if (now === undefined || isLess(now, before)) retired = add(retired, before);
  }
  return { memory: { retired, last }, total: sum([retired, ...last.values()]) };
}

export function sum(amounts: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const amount of amounts) total = add(total, amount);
  return total;
}
