import { Annotation } from '../../../api/names/keys';
import type { PodObject } from '../types';

/**
 * The way from a virtual pod to its copy. The virtual pod's own UID goes along: what a user wrote himself, or copied from another
 * pod, is told from what the mirror wrote by it.
 */
export function forwardAnnotations({ metadata }: PodObject): Record<string, string> {
  const virtualUid = metadata.annotations?.[Annotation.VirtualPodUid];
  return {
    [Annotation.PhysicalPodNamespace]: metadata.namespace,
    [Annotation.PhysicalPodName]: metadata.name,
    [Annotation.PhysicalPodUid]: metadata.uid,
    ...(virtualUid !== undefined && { [Annotation.VirtualPodUid]: virtualUid }),
  };
}

/** UID of the copy that the mirror has seen; undefined: none, or the annotation is not the mirror's. */
export function knownCopy({ metadata }: Pick<PodObject, 'metadata'>): string | undefined {
  const { annotations = {}, uid } = metadata;
  return annotations[Annotation.VirtualPodUid] === uid ? annotations[Annotation.PhysicalPodUid] : undefined;
}
