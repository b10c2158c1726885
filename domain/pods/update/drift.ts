import { Annotation, Label } from '../../../api/names/keys';
import type { StringMap } from '../../metadata';
import { ownershipLabels } from '../identity/ownership';
import { backAnnotations } from '../identity/physical-metadata';
import { pushedMetadata } from '../identity/pushed-metadata';
import type { Ownership, PodObject } from '../types';

/**
 * What somebody in the physical cluster has changed on a copy that is not his: the user's labels and annotations, and ours.
 * @returns a text that is the same for the same difference, null when there is none
 */
export function metadataDrift(vPod: PodObject, pPod: PodObject, ownership: Ownership): string | null {
  const { labels = {}, annotations = {} } = pPod.metadata;
  const users = pushedMetadata(vPod);
  const ourLabels = { ...ownershipLabels(ownership), [Label.VirtualNamespace]: vPod.metadata.namespace };
  const ourAnnotations = { ...backAnnotations(vPod), [Annotation.VirtualNodeName]: vPod.spec.nodeName ?? '' };
  // Without its record a copy has no room for all annotations of the user.
  const whole = annotations[Annotation.ExpectedMetadata] !== undefined;
  const differences = [
    ...drifting({ ...users.labels, ...ourLabels }, labels),
    ...drifting({ ...(whole ? users.annotations : {}), ...ourAnnotations }, annotations),
  ];
  return differences.length === 0 ? null : JSON.stringify(differences);
}

function drifting(wanted: StringMap, live: StringMap): (readonly [string, string | null])[] {
  const keys = Object.keys(wanted).filter((key) => live[key] !== wanted[key]);
  return keys.sort().map((key) => [key, live[key] ?? null] as const);
}
