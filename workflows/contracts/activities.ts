/**
 * What workflows ask of activities. Arguments and results are keys, phases and instants: never an object of
 * a cluster and never a secret, because histories are readable.
 */
import type { BindingPhase } from '../../api/names/types';
import type { LeaseOverride, LeaseTerms } from '../../domain/override';
import type { AuditSummary } from './audit';
import type { LeasedNodeState, LeasePhase } from './leased-node';
import type { Asked, SteeringNote } from './steering';
import type { DeleteRequested, PhysicalGone, PodRef } from './virtual-pod';
import type { WatchTarget } from './watch';

/** A ClusterBinding, by identity. */
export interface BindingRef {
  readonly name: string;
  readonly uid: string;
}

/** What one look at a binding came to. */
export interface BindingPass {
  /** `gone`: no object of that name and UID is left. */
  readonly presence: 'live' | 'deleting' | 'gone';
  readonly generation: number;
  readonly phase: BindingPhase;
  /** First failed check, or `Ready`. */
  readonly reason: string;
  /** ResourceVersion of the kubeconfig Secret that was checked; absent when it could not be read. */
  readonly credentials?: string;
  readonly clusterId: string;
  /** True: somebody gave the physical cluster up, nothing waits for it. Default false. */
  readonly abandoned?: boolean;
}

/** How far an unbind has come. */
export interface UnbindPass {
  /** True: nothing of ours is left on either side and the finalizers are released. */
  readonly done: boolean;
  /** Physical nodes that still have a vnode of this binding. */
  readonly nodes: readonly string[];
  /** Why it is not done, for people. */
  readonly reason: string;
}

/** Steps of `clusterBinding`. */
export interface BindingActivities {
  /** Reads the object, runs the preflight, writes status, finalizer and the claim of the mount namespace. */
  reconcileBinding(ref: BindingRef): Promise<BindingPass>;
  /** Writes the condition that says that the physical cluster does not answer; the next preflight takes it back. */
  markUnreachable(ref: BindingRef): Promise<void>;
  /** Notes on the object which held edits somebody confirmed; the watch acts on it. */
  confirmReclaim(ref: BindingRef, hash: string): Promise<void>;
  /** Removes what is left of the binding on both sides, then its finalizers. */
  finishUnbind(ref: BindingRef): Promise<UnbindPass>;
}

/** A node of one binding, by the name of the physical node. */
export interface NodeRef {
  readonly binding: string;
  readonly bindingUid: string;
  readonly node: string;
}

/** What the workflow knows and the clusters do not. */
export type NodeOrders = Readonly<
  Pick<
    LeasedNodeState,
    'phase' | 'edge' | 'nextEdge' | 'deadline' | 'forcedSince' | 'stuck' | 'forcedAt' | 'cancelled' | 'override' | 'endedOverrideAt'
  >
>;

/** What one look at a node came to, to be remembered and shown. */
export interface NodePass {
  readonly phase: LeasePhase;
  readonly reason: string;
  /** Next closing edge, epoch milliseconds. */
  readonly windowEnd: number | null;
  /** When to look again, epoch milliseconds. */
  readonly wakeAt: number | null;
  /** When the reclaim began, epoch milliseconds. */
  readonly edge: number | null;
  /** When pods are deleted, or have been since, epoch milliseconds. */
  readonly deadline: number | null;
  /** Since when pods are being deleted, epoch milliseconds. */
  readonly forcedSince: number | null;
  /** Long after the deadline the node is not empty. */
  readonly stuck: boolean;
  /** Instant at which lending begins or ends next, epoch milliseconds; absent: could not be told. */
  readonly nextEdge?: number | null;
  readonly pods: number;
  /** Whether there are pods whose workflows have to be looked after; absent: nobody looked. */
  readonly podsToReview?: boolean;
  /** What counts of what somebody asked for; absent: nobody looked. */
  readonly override?: LeaseOverride | null;
  /** Absent: nobody looked. */
  readonly terms?: LeaseTerms;
}

/** Steps of `leasedNode`. */
export interface NodeActivities {
  /**
   * Creates the vnodes of nodes that are new and inside their window, many at once, before their workflows start and take over.
   * It only saves time: what it does not do, {@link NodeActivities.reconcileNode} does. Nodes that may not be lent are left out.
   */
  lendNodes(ref: BindingRef, nodes: readonly string[]): Promise<void>;
  /**
   * Takes the vnodes of a binding whose physical cluster nobody asks any more out of the virtual cluster, many at once, before their
   * workflows are woken. It only saves time: what it does not do, {@link NodeActivities.reconcileNode} does.
   * @returns how many are left: call again while they become fewer
   */
  detachNodes(ref: BindingRef): Promise<number>;
  /** Computes what the vnode should be and makes it so: create, patch, taint, evict, tear down; one step each pass. */
  reconcileNode(ref: NodeRef, orders: NodeOrders): Promise<NodePass>;
  /** Live vPods of the node without an open workflow, and open workflows whose vPod is gone. */
  reviewPods(ref: NodeRef): Promise<PodReview>;
}

/** Where the pods of a node and their workflows do not agree. */
export interface PodReview {
  readonly missing: readonly PodRef[];
  /** UIDs. */
  readonly stray: readonly string[];
  /** How many there are to look after, with a workflow or without; absent: not known. */
  readonly pods?: number;
}

/** A vPod and the node that it is bound to. */
export interface VirtualPodRef extends NodeRef {
  readonly pod: PodRef;
}

/** What an attempt to create a physical pod came to. */
export type CreateOutcome =
  | { readonly result: 'created' }
  /** The vPod is gone, being deleted or another one by now: nothing to create. */
  | { readonly result: 'gone' }
  /** Something is missing that may appear; an event on the vPod says what. */
  | {
      readonly result: 'waiting';
      readonly reason: string;
      /** True: a signal tells when it is there; until then a slow look suffices. Default false. */
      readonly signalled?: boolean;
    };

/** Steps of `virtualPod`. */
export interface PodActivities {
  createPhysicalPod(ref: VirtualPodRef): Promise<CreateOutcome>;
  /**
   * Deletes the physical pod under its UID. `deleted`: accepted, its end will be seen; `absent`: there is none;
   * `kept`: what was to be confirmed first does not hold.
   */
  deletePhysicalPod(ref: VirtualPodRef, request: DeleteRequested): Promise<'deleted' | 'absent' | 'kept'>;
  /**
   * Settles what is left of a pod whose physical pod is gone. `gone`: token Secrets and the terminating vPod are removed;
   * `failed`: the vPod lives and now says PhysicalPodLost; `present`: the physical pod is there after all.
   */
  settlePod(ref: VirtualPodRef, gone: PhysicalGone): Promise<'gone' | 'failed' | 'present'>;
  /** Carries changes of the vPod that may happen in place over to the physical pod. */
  updatePhysicalPod(ref: VirtualPodRef): Promise<void>;
}

/** Steps that several workflows take. */
export interface SharedActivities {
  /** Sets or clears the pause of a whole binding, or of one node: an annotation, so that it survives Temporal. */
  setPaused(ref: BindingRef, node: string | null, paused: boolean): Promise<void>;
  /** Signals or cancels every open node workflow of a binding; `look`: something changed. */
  tellNodes(ref: BindingRef, message: 'forceReclaim' | 'cancel' | 'look', asked?: Asked): Promise<void>;
  /** Events about what somebody asked for, on the binding or on the vnode of one node. Best effort. */
  recordSteering(ref: BindingRef, node: string | null, notes: readonly SteeringNote[]): Promise<void>;
  /** Ids of open workflows of one type that belong to a binding, and to a node where one is given. */
  openWorkflows(query: { type: string; binding?: string; node?: string }): Promise<readonly string[]>;
}

/** The one activity of `watch`, on a task queue of its own. */
export interface WatchActivities {
  /** Runs until it is cancelled, or until there is a reason to begin afresh; `gone`: the binding is, and so is the reason to watch. */
  watch(target: WatchTarget): Promise<'again' | 'gone'>;
}

/** Steps of `manager`: what abandoned clusters still owe us to clean. */
export interface DebtActivities {
  /** When the next debt of an abandoned cluster is due, epoch milliseconds; null: there is none. */
  nextDebtAt(): Promise<number | null>;
  /** Tries those that are due, or all. @returns as {@link nextDebtAt} */
  payDebts(all: boolean): Promise<number | null>;
}

/** The one activity of `audit`, and the repair that `clusterBinding` is asked for. */
export interface AuditActivities {
  /** Compares both sides of every binding; what it finds it tells in status and events, and mends nothing. */
  auditBindings(): Promise<AuditSummary>;
  /**
   * Mends what a person has seen and confirmed, as far as a comparison alone does not: removes an object that nobody needs, takes our
   * label off, issues tokens anew. Looks again first: only what is still found is touched.
   * @param findings ids
   */
  repairBinding(ref: BindingRef, findings: readonly string[]): Promise<void>;
}

/** Everything that runs on the workflows' task queue. */
export type ShortActivities = AuditActivities & BindingActivities & DebtActivities & NodeActivities & PodActivities & SharedActivities;
