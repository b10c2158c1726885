import { Annotation, Label, MANAGED_BY } from '../../../api/names/keys';
import type { Ownership, PodObject, PodRef } from '../types';
import { knownCopy } from './forward-annotations';

interface Labelled {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
}

/** Labels on every object of ours in a physical cluster; watches select on them, overwrites and deletes check them. */
export function ownershipLabels({ virtualCluster, binding }: Ownership): Record<string, string> {
  return {
    [Label.ManagedBy]: MANAGED_BY,
    [Label.VirtualCluster]: virtualCluster,
    [Label.ClusterBinding]: binding,
  };
}

/**
 * Whether a physical object belongs to this binding of this virtual cluster: all three ownership labels are there.
 * Fails closed: an object with fewer is somebody else's and is never touched.
 */
export function isOurs(object: Labelled, ownership: Ownership): boolean {
  const labels = object.metadata.labels ?? {};
  return Object.entries(ownershipLabels(ownership)).every(([key, value]) => labels[key] === value);
}

/** The virtual pod that a physical pod says it is the copy of; null unless all three back annotations are filled. */
export function virtualPodOf(pPod: Pick<PodObject, 'metadata'>): PodRef | null {
  const annotations = pPod.metadata.annotations ?? {};
  const namespace = annotations[Annotation.VirtualPodNamespace];
  const name = annotations[Annotation.VirtualPodName];
  const uid = annotations[Annotation.VirtualPodUid];
  return namespace && name && uid ? { namespace, name, uid } : null;
}

/** Whether a physical pod is the copy of exactly this virtual pod: namespace, name and UID agree. */
export function namesVirtualPod(pPod: Pick<PodObject, 'metadata'>, vPod: Pick<PodObject, 'metadata'>): boolean {
  return namesVirtualKey(pPod, vPod) && virtualPodOf(pPod)?.uid === vPod.metadata.uid;
}

/** Whether a virtual pod knows its copy by this UID, or by none yet: the way there, as {@link namesVirtualPod} is the way back. */
export function isKnownCopy(vPod: Pick<PodObject, 'metadata'>, pPod: Pick<PodObject, 'metadata'>): boolean {
  const known = knownCopy(vPod);
  return !known || known === pPod.metadata.uid;
}

/** Whether both sides agree, by UID, that one is the other's copy. */
export function isCopyOf(pPod: Pick<PodObject, 'metadata'>, vPod: Pick<PodObject, 'metadata'>): boolean {
  return namesVirtualPod(pPod, vPod) && isKnownCopy(vPod, pPod);
}

/** Whether a physical pod is the copy of a virtual pod of this namespace and name, perhaps an earlier one. */
export function namesVirtualKey(pPod: Pick<PodObject, 'metadata'>, vPod: Pick<PodObject, 'metadata'>): boolean {
  const named = virtualPodOf(pPod);
  return named?.namespace === vPod.metadata.namespace && named.name === vPod.metadata.name;
}
