import type { Informer, KubeObject } from '../../kube';

/** Lists of several kinds that are needed together. */
export type Listed<K extends string> = Readonly<Record<K, Informer<KubeObject>>> & ListsTogether;

/** What is said of all of them. */
export interface ListsTogether {
  /** Resolves when the first lists are in; rejects when they are stopped before. */
  synced(): Promise<void>;
  /** False: one of them is incomplete, or too long without a sign of life to act upon. */
  isFresh(now: number): boolean;
  stop(): Promise<void>;
}

/** A store without a sign of life for so long is stale, milliseconds. */
const STALE_MILLIS = 90_000;

/** Whether a list is complete, and had a sign of life so lately that it may be decided and written from. */
export function isFresh(informer: Pick<Informer<KubeObject>, 'hasSynced' | 'lastContact'>, now: number): boolean {
  return informer.hasSynced() && now - informer.lastContact() < STALE_MILLIS;
}

/** Several lists as one: synced when all are, and fresh when all are. */
export function listsTogether(informers: readonly Informer<KubeObject>[]): ListsTogether {
  return {
    synced: async () => void (await Promise.all(informers.map((informer) => informer.synced()))),
    isFresh: (now) => informers.every((informer) => isFresh(informer, now)),
    stop: async () => void (await Promise.all(informers.map((informer) => informer.stop()))),
  };
}
