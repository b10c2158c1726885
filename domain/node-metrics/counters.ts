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

/** Before the first round. */
export const NO_MEMORY: CounterMemory = { retired: ZERO, last: new Map() };

/** What one answer says. */
export interface CounterRound {
  /** By UID of the pod; one that is missing here but not gone keeps its last. */
  readonly current: ReadonlyMap<string, Decimal>;
  /** UIDs of all pods that are not gone. */
  readonly living: ReadonlySet<string>;
  /** Another answer has been counted since this one was asked for. Default false. */
  readonly overtaken?: boolean;
}

/**
 * Adds a round of counters. One that was overtaken counts nothing: it may be the older one, whose smaller counters would be taken for
 * pods that have begun anew.
 */
export function countOn(memory: CounterMemory, round: CounterRound): { readonly memory: CounterMemory; readonly total: Decimal } {
  if (round.overtaken) return { memory, total: totalOf(memory) };
  const { current, living } = round;
  let retired = memory.retired;
  const last = new Map(current);
  for (const [uid, before] of memory.last) {
    const now = current.get(uid);
    if (now === undefined && living.has(uid)) last.set(uid, before);
    else if (now === undefined || isLess(now, before)) retired = add(retired, before);
  }
  const counted = { retired, last };
  return { memory: counted, total: totalOf(counted) };
}

function totalOf({ retired, last }: CounterMemory): Decimal {
  return sum([retired, ...last.values()]);
}

/** Exact; zero of none. */
export function sum(amounts: Iterable<Decimal>): Decimal {
  let total = ZERO;
  for (const amount of amounts) total = add(total, amount);
  return total;
}
