import type { Toleration } from 'kubernetes-types/core/v1';
import { Label, SYSTEM_NAMESPACES } from '../../api/names/keys';
import type { EpochMillis } from '../windows';

/** What reclaim needs of a pod in the virtual cluster that is bound to the vnode. */
export interface ReclaimPod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly phase?: string;
  readonly deleting: boolean;
  /** When a pod that is being deleted has used up its termination grace. */
  readonly goneBy?: EpochMillis;
  readonly createdAt?: EpochMillis;
  /** Default 30. */
  readonly terminationGraceSeconds?: number;
  readonly tolerations?: readonly Toleration[];
  /** True: a DaemonSet pod that never runs in the physical cluster. Default false. */
  readonly skipped?: boolean;
  /** True: a DaemonSet made it, and would make it again. Default false. */
  readonly daemon?: boolean;
  /** True: it has a copy in the physical cluster. Default false. */
  readonly copied?: boolean;
}

/** A pod of ours that the physical cluster still shows on the node. */
export interface PhysicalPod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  /** UID of the virtual pod whose copy it says it is. */
  readonly virtualUid: string | null;
}

/**
 * Whether a pod is one that we run: it has a copy, whatever its labels say by now, or may get one because it is
 * - not a placeholder for the owner's host ports,
 * - not in a system namespace,
 * - not a DaemonSet pod that we skip.
 * The others have no counterpart; evicting them would only make their controllers create them again.
 */
export function isMirrored({ labels, namespace, skipped, copied }: ReclaimPod): boolean {
  const ignored = labels?.[Label.HostPortFakePod] === 'true' || SYSTEM_NAMESPACES.includes(namespace) || skipped === true;
  return copied === true || !ignored;
}

/** Whether a pod still has something running, or may get it: it has not ended. */
export function isActive({ phase }: ReclaimPod): boolean {
  return phase !== 'Succeeded' && phase !== 'Failed';
}

/** Whether evicting a pod during the grace makes sense: it has not ended, and would not come back at once to where it was. */
export function isEvictable(pod: ReclaimPod): boolean {
  return isActive(pod) && pod.daemon !== true;
}

/** UIDs of the pods that nobody deletes yet. Sorted, as every output list is. */
export function untouched(pods: readonly ReclaimPod[]): string[] {
  return pods
    .filter(({ deleting }) => !deleting)
    .map(({ uid }) => uid)
    .sort();
}

/** `namespace/name` of each pod, sorted. */
export function namesOf(pods: readonly Pick<ReclaimPod, 'namespace' | 'name'>[]): string[] {
  return pods.map(({ namespace, name }) => `${namespace}/${name}`).sort();
}

const DEFAULT_STOP_SECONDS = 30;

/** Longest termination grace of some pods, seconds; 0 where there are none. */
export function longestStop(pods: readonly ReclaimPod[]): number {
  return Math.max(0, ...pods.map(({ terminationGraceSeconds }) => terminationGraceSeconds ?? DEFAULT_STOP_SECONDS));
}
