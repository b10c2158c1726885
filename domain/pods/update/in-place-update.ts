import type { Container, EphemeralContainer } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import { decodeExpected, mapPatch, mergeOwned, type StringMap, type ThreeWay } from '../../metadata';
import { physicalAnnotations, physicalLabels } from '../identity/physical-metadata';
import { guard } from '../status/virtual-pod-status';
import type { TranslationContext } from '../translation/context';
import { physicalContainer } from '../translation/environment';
import type { PodObject } from '../types';
import { resizes } from './resize';
import { podChanges } from './spec-changes';
import type { InPlaceUpdate, SpecChange } from './types';

/**
 * What lets a running copy follow its virtual pod where an API server allows it (spec pods.md 1.9): labels and annotations by
 * owner of the key (the user's value wins on his keys, a key he dropped goes, keys added over there stay), active deadline,
 * images, resources, added tolerations, new ephemeral containers.
 * @returns null when the copy was last written from exactly this virtual pod, and still has its metadata
 */
export function inPlaceUpdate(vPod: PodObject, pPod: PodObject, context: TranslationContext): InPlaceUpdate | null {
  const wanted = physicalAnnotations(vPod);
  const live = pPod.metadata.annotations ?? {};
  const changed = live[Annotation.SpecHash] !== wanted[Annotation.SpecHash];
  const metadata = metadataPatch(vPod, pPod, context);
  if (!changed) return metadata ? { metadata: { ...guard(pPod), ...metadata }, changes: [] } : null;
  const changes = [...newEphemeralContainers(vPod, pPod, context), ...resizes(vPod, pPod), ...podChanges(vPod, pPod)];
  return { metadata: { ...guard(pPod), ...metadata }, changes };
}

function metadataPatch(vPod: PodObject, pPod: PodObject, context: TranslationContext): Pick<InPlaceUpdate['metadata'], 'labels' | 'annotations'> | null {
  const { labels = {}, annotations = {} } = pPod.metadata;
  const before = decodeExpected(annotations[Annotation.ExpectedMetadata]);
  const previous = { ...before.annotations, [Annotation.ExpectedMetadata]: '', [Annotation.ExpectedSpec]: '' };
  const patch = {
    ...patched('labels', { previous: before.labels, desired: physicalLabels(vPod, context, context.resolvedOwner), live: labels }),
    ...patched('annotations', { previous, desired: physicalAnnotations(vPod), live: annotations }),
  };
  return Object.keys(patch).length === 0 ? null : patch;
}

function patched(field: 'labels' | 'annotations', sides: ThreeWay<StringMap>): object {
  const patch = mapPatch(sides.live, mergeOwned(sides));
  return patch ? { [field]: patch } : {};
}

function newEphemeralContainers(vPod: PodObject, pPod: PodObject, context: TranslationContext): SpecChange[] {
  const running = pPod.spec.ephemeralContainers ?? [];
  const added = (vPod.spec.ephemeralContainers ?? []).filter(({ name }) => !running.some((other) => other.name === name));
  return added.map((container) => {
    const physical: EphemeralContainer = physicalContainer(container as Container & EphemeralContainer, vPod, context);
    return {
      what: `ephemeral container ${container.name}`,
      subresource: 'ephemeralcontainers',
      spec: { ephemeralContainers: [physical] },
    };
  });
}
