import type { CounterMemory, UsageMemory } from '../../domain/node-metrics';

/** What a gateway remembers of a vnode, so that counters go on. Another gateway has counters of its own. */
export interface VnodeMemory {
  /** Of `/metrics/resource`, seconds. */
  resource?: CounterMemory;
  /** Of `/stats/summary`, nanoseconds. */
  summary?: CounterMemory;
  /** Of pods whose use is only known from a metrics API. */
  usage?: UsageMemory;
}

/** Memories by UID of the vnode. */
export class VnodeMemories {
  private readonly byUid = new Map<string, VnodeMemory>();

  of(uid: string): VnodeMemory {
    const memory = this.byUid.get(uid) ?? {};
    this.byUid.set(uid, memory);
    return memory;
  }

  forget(uid: string): void {
    this.byUid.delete(uid);
  }
}
