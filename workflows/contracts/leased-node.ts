import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { LeaseOverride, LeaseTerms } from '../../domain/override';
import type { Settings } from './settings';
import type { PlannedOverride } from './steering';
import type { PodRef } from './virtual-pod';

/** What a run of `leasedNode` begins with; `carried`: the state of the run before. */
export interface LeasedNodeInput {
  readonly binding: string;
  readonly bindingUid: string;
  /** Name of the physical node. */
  readonly node: string;
  readonly settings: Settings;
  readonly carried?: LeasedNodeState;
}

/**
 * Where a lease stands (docs/reclaim.md). `Closed`: the window is closed and the node is empty; it is lent again when the
 * window opens. `Returned`: it is given back for good, and its workflow ends.
 */
export type LeasePhase =
  | 'Starting'
  | 'Lent'
  | 'Noticed'
  | 'Cordoned'
  | 'Grace'
  | 'Forced'
  | 'Verified'
  | 'Closed'
  | 'Returning'
  | 'Returned';

/** What `leasedNode` remembers from run to run; plain JSON. */
export interface LeasedNodeState {
  readonly v: 1;
  phase: LeasePhase;
  reason: string;
  /** Next window edge, epoch milliseconds; null: none ahead. */
  windowEnd: number | null;
  /** When the node has to look again, epoch milliseconds; null: only when told to. */
  wakeAt: number | null;
  /** When the reclaim began, epoch milliseconds; null before it does. */
  edge: number | null;
  /** When pods are deleted, or have been since, epoch milliseconds; null: not at all, or not yet known. */
  deadline: number | null;
  /** Since when pods are being deleted, epoch milliseconds; null: they are not. */
  forcedSince: number | null;
  /** True: long after the deadline the node is not empty. */
  stuck: boolean;
  /** Instant at which lending begins or ends next, as last heard; a pass after it measures by it how late it is. */
  nextEdge?: number | null;
  /** When somebody asked to skip the rest of the grace period, epoch milliseconds. */
  forcedAt: number | null;
  /** This workflow was cancelled: the node goes back with grace. */
  cancelled: boolean;
  /** Pods whose workflow has yet to be started. */
  pendingPods: AssignedPod[];
  /** Pods now on the node. */
  pods: number;
  /** What somebody asked of this lease; null: nothing, its calendar decides. */
  override: LeaseOverride | null;
  /** When the override was asked for that a later request ended, epoch milliseconds: the vnode may still tell of it. */
  endedOverrideAt: number | null;
  /** What the last pass found to answer requests from; null: no policy has lent the node yet. */
  terms: LeaseTerms | null;
}

/** Something that this node's vnode is computed from changed. */
export interface NodeChanged {
  readonly uid: string;
}
/** See {@link NodeChanged}. */
export const nodeChangedSignal = defineSignal<[NodeChanged]>('nodeChanged');

/** A vPod that was bound to the node. */
export interface AssignedPod extends PodRef {
  /** True: its physical pod exists already. False: the pod's workflow has to create it. */
  readonly created: boolean;
}
/** vPods that have no workflow yet, as far as the watch knows. */
export interface PodsAssigned {
  readonly uid: string;
  readonly pods: readonly AssignedPod[];
}
/** See {@link PodsAssigned}. */
export const podsAssignedSignal = defineSignal<[PodsAssigned]>('podsAssigned');

/** A watch began afresh: its predecessor may have died between a pod and its message. */
export const reviewPodsSignal = defineSignal('reviewPods');

/** What the query `status` of a node answers. */
export interface LeasedNodeStatus {
  readonly phase: LeasePhase;
  readonly reason: string;
  /** RFC 3339. */
  readonly windowEnd: string | null;
  /** When the reclaim began, RFC 3339; null before it does. */
  readonly reclaimSince: string | null;
  /** When pods are deleted, or have been since, RFC 3339. */
  readonly deadline: string | null;
  /** True: long after the deadline the node is not empty. */
  readonly stuck: boolean;
  /** When the node looks again by itself, RFC 3339. */
  readonly wakesAt: string | null;
  /** Since when the rest of the grace period is skipped, RFC 3339. */
  readonly forcedAt: string | null;
  readonly pods: number;
  /** What somebody asked of this lease. */
  readonly override: PlannedOverride | null;
}
/** Where the lease stands. */
export const leasedNodeStatusQuery = defineQuery<LeasedNodeStatus>('status');
