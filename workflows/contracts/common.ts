/** Messages that more than one workflow understands. */
import { defineSignal } from '@temporalio/workflow';

/** Sent by a parent to a child that exists already: it is (still, again) wanted. */
export interface Wanted {
  /** UID of the ClusterBinding; others are ignored. */
  readonly uid: string;
  /** Grows with every change of heart, so that a late message loses. */
  readonly generation: number;
}
export const wantedSignal = defineSignal<[Wanted]>('wanted');

/** The last act of a child, to its parent's id. */
export interface Closed {
  /** What the child stood for: a binding's name or a node's name. */
  readonly name: string;
  readonly uid: string;
  /** `cancelled`: somebody returned it by hand; it is not started again until {@link resyncSignal}. */
  readonly why: 'done' | 'cancelled';
}
export const closedSignal = defineSignal<[Closed]>('closed');

/** Relist and compare, now. Also takes back what a cancellation returned. */
export const resyncSignal = defineSignal('resync');
/** No creates and no new drains; mirrors, NodeLeases, tokens, window edges and forceReclaim go on. */
export const pauseSignal = defineSignal('pause');
export const resumeSignal = defineSignal('resume');
/** Skip what is left of the grace period of a reclaim. */
export const forceReclaimSignal = defineSignal('forceReclaim');
