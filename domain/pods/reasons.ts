/** Why something happened to a pod, or does not happen: the one vocabulary of events, conditions and logs. */
export const PodReason = {
  /** The physical API refused the pod, or could not be asked. */
  FailedCreatePod: 'FailedCreatePod',
  /** The physical scheduler found no place within the time limit. */
  FailedSchedulingPod: 'FailedSchedulingPod',
  /** The physical pod existed and is gone, although nobody deleted the virtual one. */
  PhysicalPodLost: 'PhysicalPodLost',
  /** The name in the physical cluster is held by an object that is not ours; it is never touched. */
  PhysicalPodNotOwned: 'PhysicalPodNotOwned',
  /** The pod needs an object that is not there, not usable yet, or not carried over. */
  WaitingForDependency: 'WaitingForDependency',
  /** The copy of an earlier pod of the same name still holds the name. */
  WaitingForPredecessor: 'WaitingForPredecessor',
  /** The node is being given back; the pod never ran there. */
  NodeClosing: 'NodeClosing',
  /** The pod runs without Secrets for pulling its images, because they are not there. */
  FailedToRetrieveImagePullSecret: 'FailedToRetrieveImagePullSecret',
  /** What the pod uses was changed, and its copy could not be. */
  FailedUpdateCopy: 'FailedUpdateCopy',
  /** Changes of the virtual pod could not be carried over in place. */
  FailedUpdatePod: 'FailedUpdatePod',
  /** The virtual cluster does not take labels or annotations that the physical one has added. */
  MetadataRefused: 'MetadataRefused',
} as const;
/** One of the words above. */
export type PodReason = (typeof PodReason)[keyof typeof PodReason];

/** What an event on the virtual pod says. Messages carry names, reasons and fields, never content of a spec or Secret. */
export interface PodReport {
  readonly type: 'Normal' | 'Warning';
  readonly reason: PodReason;
  readonly message: string;
}

/** A {@link PodReport} of type Warning. */
export function warning(reason: PodReason, message: string): PodReport {
  return { type: 'Warning', reason, message };
}

/** Event of a pod that is turned away because its node goes back before it ran there. */
export function nodeClosingReport(vnode: string): PodReport {
  return warning(PodReason.NodeClosing, `Node ${vnode} is being returned; the pod never ran there`);
}

/** Message of a lost pod's status and event (spec pods.md 1.4). */
export const PHYSICAL_POD_LOST_MESSAGE = 'Physical pod was deleted unexpectedly';

/**
 * Event of a create step that failed (spec pods.md 1.5).
 * @param cause built from kind, name, reason and field names; an API server's own message may quote the whole spec.
 */
export function failedCreateReport(cause: string): PodReport {
  return warning(PodReason.FailedCreatePod, `Failed to create pod: ${cause}`);
}

/** Event of a pod whose status is mirrored, but not everything that tells of its copy. @param keys such as `label zone` */
export function metadataRefusedReport(keys: readonly string[]): PodReport {
  return warning(PodReason.MetadataRefused, `The virtual cluster refuses what tells of the physical pod: ${keys.join(', ')}`);
}
