/** Messages that more than one workflow understands. */
import { defineSignal } from '@temporalio/workflow';
import type { Asked } from './steering';

/** Sent by a parent to a child that exists already: it is (still, again) wanted. */
export interface Wanted {
  /** UID of the ClusterBinding; others are ignored. */
  readonly uid: string;
  /** Grows with every change of heart, so that a late message loses. */
  readonly generation: number;
}
/** See {@link Wanted}. */
export const wantedSignal = defineSignal<[Wanted]>('wanted');

/** The last act of a child, to its parent's id. */
export interface Closed {
  /** What the child stood for: a binding's name or a node's name. */
  readonly name: string;
  readonly uid: string;
  /** `cancelled`: somebody returned it by hand; it is not started again until {@link resyncSignal}. */
  readonly why: 'done' | 'cancelled';
}
/** See {@link Closed}. */
export const closedSignal = defineSignal<[Closed]>('closed');

/** Relist and compare, now. Also takes back what a cancellation returned, and what was asked of a lease without an end. */
export const resyncSignal = defineSignal<[Asked?]>('resync');
/** No creates and no new drains; mirrors, NodeLeases, tokens, window edges and forceReclaim go on. */
export const pauseSignal = defineSignal<[Asked?]>('pause');
/** Ends a {@link pauseSignal}. */
export const resumeSignal = defineSignal<[Asked?]>('resume');
/** Skip what is left of the grace period of a reclaim. */
export const forceReclaimSignal = defineSignal<[Asked?]>('forceReclaim');
