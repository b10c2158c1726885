import { defineQuery, defineSignal } from '@temporalio/workflow';

/** A vPod, by identity. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** What a run of `virtualPod` begins with; `carried`: the state of the run before. */
export interface VirtualPodInput {
  readonly binding: string;
  readonly bindingUid: string;
  /** Name of the physical node. */
  readonly node: string;
  readonly pod: PodRef;
  /** True: the physical pod exists already. */
  readonly created: boolean;
  readonly carried?: VirtualPodState;
}

/** Where a pod's life stands, as far as its workflow knows. */
export type PodPhase = 'Creating' | 'Waiting' | 'Placed' | 'Deleting' | 'Lost' | 'Gone';

/** What `virtualPod` remembers from run to run; plain JSON. */
export interface VirtualPodState {
  readonly v: 1;
  phase: PodPhase;
  reason: string;
  /** Attempts of the step that is being retried. */
  attempts: number;
  inbox: PodInbox;
}

/** What the watch has told and the workflow has not acted on yet; newer replaces older. */
export interface PodInbox {
  delete?: DeleteRequested;
  gone?: PhysicalGone;
  specChanged?: boolean;
}

/** The physical pod has to go. */
export interface DeleteRequested {
  /** Precondition of the delete. */
  readonly physicalUid: string;
  /** Seconds that the caller granted; null: the physical pod's own. */
  readonly graceSeconds: number | null;
  /**
   * What a quorum read has to confirm first: that the vPod is gone, that it knows another physical pod as its own, that the
   * physical pod has not ended, or that it still has no node.
   */
  readonly verify: 'virtualGone' | 'anotherCopy' | 'running' | 'unbound' | null;
  readonly why: string;
}
/** See {@link DeleteRequested}. */
export const deleteRequestedSignal = defineSignal<[DeleteRequested]>('deleteRequested');

/** No physical pod stands for the vPod (any more). */
export interface PhysicalGone {
  /** True: only a list says so; a quorum read has to confirm it first. */
  readonly verify: boolean;
  /** True: what was left of the pod is removed already, nothing remains to be done. Default false. */
  readonly settled?: boolean;
}
/** See {@link PhysicalGone}. */
export const physicalGoneSignal = defineSignal<[PhysicalGone]>('physicalGone');

/** Labels, annotations or another field that may change in place did. */
export const specChangedSignal = defineSignal('specChanged');
/** What the pod waits for may be there: try again now. */
export const dependencyAppearedSignal = defineSignal('dependencyAppeared');

/** What the query `status` of a pod answers. */
export interface VirtualPodStatus {
  readonly phase: PodPhase;
  readonly reason: string;
}
/** Where the pod stands. */
export const virtualPodStatusQuery = defineQuery<VirtualPodStatus>('status');
