import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { Settings } from './settings';

/** What a run of `manager` begins with; `carried`: the state of the run before. */
export interface ManagerInput {
  /** UID of V's kube-system namespace; a worker that finds another refuses to start. */
  readonly virtualCluster: string;
  readonly settings: Settings;
  readonly carried?: ManagerState;
}

/** What `manager` remembers from run to run; plain JSON. */
export interface ManagerState {
  readonly v: 1;
  /** By name. */
  bindings: Record<string, ManagedBinding>;
}

/** What `manager` remembers of one ClusterBinding. */
export interface ManagedBinding {
  uid: string;
  generation: number;
  /** Returned by a cancellation: not started again before a resync or a new generation. */
  held?: boolean;
}

/** What the watch of V saw of one ClusterBinding. */
export interface BindingSeen {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
}

/** `complete`: the list is the whole truth, what it lacks is gone. */
export interface BindingsSeen {
  readonly complete: boolean;
  readonly bindings: readonly BindingSeen[];
}
/** See {@link BindingsSeen}. */
export const bindingsSeenSignal = defineSignal<[BindingsSeen]>('bindingsSeen');

/** What the query `status` of `manager` answers. */
export interface ManagerStatus {
  readonly virtualCluster: string;
  readonly bindings: readonly string[];
}
/** Whom it manages. */
export const managerStatusQuery = defineQuery<ManagerStatus>('status');
