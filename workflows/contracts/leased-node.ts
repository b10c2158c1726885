import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Settings } from './settings';
import type { PodRef } from './virtual-pod';

export interface LeasedNodeInput {
  readonly binding: string;
  readonly bindingUid: string;
  /** Name of the physical node. */
  readonly node: string;
  readonly settings: Settings;
  readonly carried?: LeasedNodeState;
}

/**
 * Where a lease stands (architecture section 6). `Closed`: the window is closed and the node is empty; it is lent again when the
 * window opens. `Returned`: it is given back for good, and its workflow ends.
 */
export type LeasePhase =
  | 'Starting'
  | 'Lent'
  | 'Cordoned'
  | 'Grace'
  | 'Forced'
  | 'Verified'
  | 'Closed'
  | 'Returning'
  | 'Returned';

export interface LeasedNodeState {
  readonly v: 1;
  phase: LeasePhase;
  reason: string;
  /** Next window edge, epoch milliseconds; null: none ahead. */
  windowEnd: number | null;
  /** When the node has to look again, epoch milliseconds; null: only when told to. */
  wakeAt: number | null;
  /** When the window closed, epoch milliseconds; null while it is open. */
  edge: number | null;
  /** When somebody asked to skip the rest of the grace period, epoch milliseconds. */
  forcedAt: number | null;
  /** This workflow was cancelled: the node goes back with grace. */
  cancelled: boolean;
  /** Pods whose workflow has yet to be started. */
  pendingPods: AssignedPod[];
  /** Pods now on the node. */
  pods: number;
}

/** Something that this node's vnode is computed from changed. */
export interface NodeChanged {
  readonly uid: string;
}
export const nodeChangedSignal = defineSignal<[NodeChanged]>('nodeChanged');

export interface AssignedPod extends PodRef {
  /** True: its physical pod exists already. False: the pod's workflow has to create it. */
  readonly created: boolean;
}
export interface PodsAssigned {
  readonly uid: string;
  readonly pods: readonly AssignedPod[];
}
export const podsAssignedSignal = defineSignal<[PodsAssigned]>('podsAssigned');

export interface LeasedNodeStatus {
  readonly phase: LeasePhase;
  readonly reason: string;
  /** RFC 3339. */
  readonly windowEnd: string | null;
  readonly pods: number;
}
export const leasedNodeStatusQuery = defineQuery<LeasedNodeStatus>('status');
