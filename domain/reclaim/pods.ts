import type { Toleration } from 'kubernetes-types/core/v1';
import { Label, SYSTEM_NAMESPACES } from '../../api/names/keys';

/** What reclaim needs of a pod in the virtual cluster that is bound to the vnode. */
export interface ReclaimPod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly phase?: string;
  readonly deleting: boolean;
  readonly tolerations?: readonly Toleration[];
  /** True: a DaemonSet pod that never runs in the physical cluster. Default false. */
  readonly skipped?: boolean;
}

/**
 * Whether a pod is one that we run: it is
 * - not a placeholder for the owner's host ports,
 * - not in a system namespace,
 * - not a DaemonSet pod that we skip.
 * The others have no counterpart; evicting them would only make their controllers create them again.
 */
export function isMirrored({ labels, namespace, skipped }: ReclaimPod): boolean {
  return labels?.[Label.HostPortFakePod] !== 'true' && !SYSTEM_NAMESPACES.includes(namespace) && skipped !== true;
}

/** Whether a pod still has something running, or may get it: it has not ended. */
export function isActive({ phase }: ReclaimPod): boolean {
  return phase !== 'Succeeded' && phase !== 'Failed';
}

/** UIDs of the pods to delete now: those that nobody deletes yet. Sorted, as every output list is. */
export function toEvict(pods: readonly ReclaimPod[]): string[] {
  return pods
    .filter(({ deleting }) => !deleting)
    .map(({ uid }) => uid)
    .sort();
}

/** `namespace/name` of each pod, sorted. */
export function namesOf(pods: readonly ReclaimPod[]): string[] {
  return pods.map(({ namespace, name }) => `${namespace}/${name}`).sort();
}
