import { Annotation } from '../../api/names/keys';
import { isOurs, namesVirtualPod } from '../pods/identity/ownership';
import { physicalName } from '../pods/naming/physical-name';
import type { Ownership, PodObject } from '../pods/types';

/** Metadata of a virtual pod that leads to its physical one. */
export type MappedPod = Pick<PodObject, 'metadata'>;

/** Where the physical pod of a virtual one would be: the name is a function of the virtual one's. */
export function physicalKey({ metadata }: MappedPod, mountNamespace: string): { readonly namespace: string; readonly name: string } {
  return { namespace: mountNamespace, name: physicalName(metadata.name, metadata.namespace) };
}

/**
 * Whether two pods are each other's: the virtual one does not point elsewhere, and the physical one is ours, of this virtual
 * cluster and binding, and names this virtual pod by namespace, name and UID. Fails closed.
 */
export function isMapped(vPod: MappedPod, pPod: MappedPod, ownership: Ownership): boolean {
  const annotations = vPod.metadata.annotations ?? {};
  const pointsAt = (key: string, value: string) => [undefined, value].includes(annotations[key]);
  return (
    pointsAt(Annotation.PhysicalPodNamespace, pPod.metadata.namespace) &&
    pointsAt(Annotation.PhysicalPodName, pPod.metadata.name) &&
    pointsAt(Annotation.PhysicalPodUid, pPod.metadata.uid) &&
    isOurs(pPod, ownership) &&
    namesVirtualPod(pPod, vPod)
  );
}

/** Whether a pod has a container of that name, of whichever sort. */
export function hasContainer({ spec }: Pick<PodObject, 'spec'>, name: string): boolean {
  const { containers, initContainers = [], ephemeralContainers = [] } = spec;
  return [...containers, ...initContainers, ...ephemeralContainers].some((container) => container.name === name);
}

/** A message of the physical cluster in the words of the virtual one. */
export function inVirtualWords(message: string, vPod: MappedPod, pPod: { readonly namespace: string; readonly name: string }): string {
  const { name, namespace } = vPod.metadata;
  const named = message.replaceAll(pPod.name, name).replaceAll(`"${pPod.namespace}"`, `"${namespace}"`);
  // Unlike the pod's, a namespace's name may be an ordinary word.
  return named.replaceAll(`${pPod.namespace}/${name}`, `${namespace}/${name}`);
}
