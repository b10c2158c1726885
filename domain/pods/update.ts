import type { Container, EphemeralContainer, Toleration } from 'kubernetes-types/core/v1';
import { Annotation } from '../../api/names/keys';
import { decodeExpected, mapPatch, mergeOwned, type StringMap, type ThreeWay } from '../metadata';
import { sameJson } from './canonical-json';
import { physicalAnnotations } from './identity/physical-metadata';
import { pushedMetadata } from './identity/pushed-metadata';
import { guard } from './status/virtual-pod-status';
import type { TranslationContext } from './translation/context';
import { physicalContainer } from './translation/environment';
import { physicalTolerations } from './translation/scheduling';
import type { PodObject } from './types';

/** What carries a virtual pod's changes over to its running copy; both are strategic merge patches. */
export interface InPlaceUpdate {
  /**
   * For the pod itself, guarded by UID and resourceVersion. Its metadata always brings the new hash: where the API server
   * refuses the spec, the metadata alone settles the difference until the virtual pod changes again.
   */
  readonly patch: { readonly metadata: object; readonly spec?: object };
  /** For the subresource `ephemeralcontainers` (this is how `kubectl debug` works); null: none is new. */
  readonly ephemeralContainers: { readonly spec: object } | null;
}

/**
 * What lets a running copy follow its virtual pod where an API server allows it (spec pods.md 1.9): labels and annotations by
 * owner of the key (the user's value wins on his keys, a key he dropped goes, keys added over there stay), active deadline,
 * images, added tolerations, new ephemeral containers. Resources are not resized.
 * @returns null when the copy was last written from exactly this virtual pod.
 */
export function inPlaceUpdate(vPod: PodObject, pPod: PodObject, context: TranslationContext): InPlaceUpdate | null {
  const wanted = physicalAnnotations(vPod);
  const live = pPod.metadata.annotations ?? {};
  if (live[Annotation.SpecHash] === wanted[Annotation.SpecHash]) return null;
  const before = decodeExpected(live[Annotation.ExpectedMetadata]);
  const previous = { ...before.annotations, [Annotation.ExpectedMetadata]: '' };
  const { labels } = pushedMetadata(vPod);
  const metadata = {
    ...guard(pPod),
    ...patched('labels', { previous: before.labels, desired: labels, live: pPod.metadata.labels ?? {} }),
    ...patched('annotations', { previous, desired: wanted, live }),
  };
  const spec = specChanges(vPod, pPod);
  return {
    patch: Object.keys(spec).length > 0 ? { metadata, spec } : { metadata },
    ephemeralContainers: newEphemeralContainers(vPod, pPod, context),
  };
}

function newEphemeralContainers(vPod: PodObject, pPod: PodObject, context: TranslationContext): { spec: object } | null {
  const running = pPod.spec.ephemeralContainers ?? [];
  const added = (vPod.spec.ephemeralContainers ?? []).filter(({ name }) => !running.some((other) => other.name === name));
  if (added.length === 0) return null;
  const ephemeralContainers = added.map(
    (container): EphemeralContainer => physicalContainer(container as Container & EphemeralContainer, vPod, context),
  );
  return { spec: { ephemeralContainers } };
}

function patched(field: 'labels' | 'annotations', sides: ThreeWay<StringMap>): object {
  const patch = mapPatch(sides.live, mergeOwned(sides));
  return patch ? { [field]: patch } : {};
}

function specChanges(vPod: PodObject, pPod: PodObject): object {
  const { spec } = vPod;
  const containers = newImages(spec.containers, pPod.spec.containers);
  const initContainers = newImages(spec.initContainers ?? [], pPod.spec.initContainers ?? []);
  const tolerations = withAdded(physicalTolerations(spec.tolerations ?? []), pPod.spec.tolerations ?? []);
  const deadline = spec.activeDeadlineSeconds;
  return {
    ...(deadline !== pPod.spec.activeDeadlineSeconds && { activeDeadlineSeconds: deadline ?? null }),
    ...(containers.length > 0 && { containers }),
    ...(initContainers.length > 0 && { initContainers }),
    ...(tolerations && { tolerations }),
  };
}

function newImages(wanted: readonly Container[], running: readonly Container[]): object[] {
  return wanted
    .filter(({ name, image }) => running.some((other) => other.name === name && other.image !== image))
    .map(({ name, image }) => ({ name, image }));
}

/** API servers accept additions only, so what the copy has stays. */
function withAdded(wanted: readonly Toleration[], running: readonly Toleration[]): Toleration[] | null {
  const added = wanted.filter((toleration) => !running.some((other) => sameJson(other, toleration)));
  return added.length > 0 ? [...running, ...added] : null;
}
