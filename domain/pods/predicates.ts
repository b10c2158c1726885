import type { PodObject } from './types';

/** Whether the pod has ended for good: phase Succeeded or Failed. */
export function isTerminal(pod: Pick<PodObject, 'status'>): boolean {
  return isTerminalPhase(pod.status?.phase);
}

/** Whether a phase is one that a pod never leaves. */
export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Whether somebody asked for the pod's deletion. */
export function isDeleting(pod: Pick<PodObject, 'metadata'>): boolean {
  return Boolean(pod.metadata.deletionTimestamp);
}

/** Whether a scheduler, or the creator, chose a node for the pod. */
export function isBound(pod: Pick<PodObject, 'spec'>): boolean {
  return Boolean(pod.spec.nodeName);
}
