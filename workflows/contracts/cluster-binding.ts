import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { BindingPhase } from '../../api/names/types';
import type { Settings } from './settings';

/** What a run of `clusterBinding` begins with; `carried`: the state of the run before. */
export interface ClusterBindingInput {
  readonly name: string;
  readonly uid: string;
  readonly settings: Settings;
  readonly carried?: ClusterBindingState;
}

/** What `clusterBinding` remembers from run to run; plain JSON. */
export interface ClusterBindingState {
  readonly v: 1;
  generation: number;
  phase: BindingPhase | 'Unbinding' | 'Unreachable';
  /** Physical nodes that are lent or on their way back, by name. */
  nodes: Record<string, LentNode>;
  /** ResourceVersion of the kubeconfig Secret that the last preflight passed with. */
  credentials?: string;
  /** Edits that the watch holds until somebody confirms or reverts them. */
  held?: HeldReclaim | null;
  /** This workflow was cancelled: every node is being returned. */
  cancelled?: boolean;
}

/** What `clusterBinding` remembers of one of its nodes. */
export interface LentNode {
  /** Wanted again while its workflow may have been closing: start it once more when it has closed. */
  again?: boolean;
  /** Returned by a cancellation: not lent again before a resync. */
  held?: boolean;
}

/** The object changed, or its kubeconfig Secret did, or a Service it needs. */
export interface BindingChanged {
  readonly uid: string;
  readonly generation: number;
}
/** From the watch of the virtual cluster: look at the object again. */
export const bindingChangedSignal = defineSignal<[BindingChanged]>('bindingChanged');

/** Physical nodes that ought to be lent and have no workflow yet, as far as the watch knows. */
export interface NodesWanted {
  readonly uid: string;
  readonly nodes: readonly string[];
  /** True: make sure of the workflow even where the binding believes that it runs. */
  readonly insist: boolean;
}
/** From the watch of the binding: see that these nodes have workflows. */
export const nodesWantedSignal = defineSignal<[NodesWanted]>('nodesWanted');

/** The physical API server answers again, or has not for half a minute. */
export interface Reachability {
  readonly uid: string;
  readonly reachable: boolean;
}
/** From the watch of the binding, at each change. */
export const reachabilitySignal = defineSignal<[Reachability]>('reachability');

/** Edits that would reclaim too many nodes at once. */
export interface HeldReclaim {
  /** Names these very edits. */
  readonly hash: string;
  /** How many nodes they would reclaim. */
  readonly nodes: number;
}
/** What the watch holds of a binding's edits. */
export interface ReclaimHeld {
  readonly uid: string;
  /** Null: nothing is held (any more). */
  readonly held: HeldReclaim | null;
}
/** From the watch of the binding, at each change. */
export const reclaimHeldSignal = defineSignal<[ReclaimHeld]>('reclaimHeld');

/** What the query `status` of a binding answers. */
export interface ClusterBindingStatusView {
  readonly phase: ClusterBindingState['phase'];
  readonly nodes: readonly string[];
  /** Nodes that a cancellation returned. */
  readonly held: readonly string[];
  /** What waits for confirmReclaim. */
  readonly heldReclaim: HeldReclaim | null;
}
/** Where the binding stands. */
export const clusterBindingStatusQuery = defineQuery<ClusterBindingStatusView>('status');
