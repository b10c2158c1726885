import { isTerminal } from '../predicates';
import { PHYSICAL_POD_LOST_MESSAGE, PodReason } from '../reasons';
import type { PodObject } from '../types';
import { guard, type VirtualStatusPatch } from './virtual-pod-status';

/**
 * The patch of `pods/status` that tells of a copy that is gone: phase Failed, reason `PhysicalPodLost`; other fields stay
 * (spec pods.md 1.4). Its workload controller replaces the pod.
 * @param message what happened; default that of the spec.
 * @returns null for a pod that has ended already: it stays what it was.
 */
export function lostStatus(vPod: PodObject, message: string = PHYSICAL_POD_LOST_MESSAGE): VirtualStatusPatch | null {
  if (isTerminal(vPod)) return null;
  return { metadata: guard(vPod), status: { phase: 'Failed', reason: PodReason.PhysicalPodLost, message } };
}
