import type { Container, Toleration } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import { sameJson } from '../../json/canonical-json';
import { decodeExpectedSpec } from '../identity/expected-spec';
import { physicalTolerations } from '../translation/scheduling';
import type { PodObject } from '../types';
import type { SpecChange } from './types';

/** Changes that the pod itself takes: active deadline, images, tolerations. */
export function podChanges(vPod: PodObject, pPod: PodObject): SpecChange[] {
  return [...deadline(vPod, pPod), ...images('containers', vPod, pPod), ...images('initContainers', vPod, pPod), ...tolerations(vPod, pPod)];
}

/** One that the physical cluster has set by itself stays: no API server lets it go. */
function deadline({ spec: { activeDeadlineSeconds } }: PodObject, pPod: PodObject): SpecChange[] {
  if (activeDeadlineSeconds === undefined || activeDeadlineSeconds === pPod.spec.activeDeadlineSeconds) return [];
  return [{ what: 'activeDeadlineSeconds', subresource: null, spec: { activeDeadlineSeconds } }];
}

/** Only images that the user has changed: one that a webhook over there has replaced must not restart the container. */
function images(list: 'containers' | 'initContainers', vPod: PodObject, pPod: PodObject): SpecChange[] {
  const expected = decodeExpectedSpec(pPod.metadata.annotations?.[Annotation.ExpectedSpec]);
  const running = pPod.spec[list] ?? [];
  const isNew = ({ name, image }: Container): boolean => {
    const unchanged = expected !== null && expected.containers[name]?.image === image;
    return !unchanged && running.some((other) => other.name === name && other.image !== image);
  };
  return (vPod.spec[list] ?? []).filter(isNew).map(({ name, image }) => ({
    what: `image of container ${name}`,
    subresource: null,
    spec: { [list]: [{ name, image }] },
  }));
}

/** API servers accept additions and other `tolerationSeconds` only, so what the copy has stays, in its order. */
function tolerations(vPod: PodObject, pPod: PodObject): SpecChange[] {
  const running = pPod.spec.tolerations ?? [];
  const wanted = physicalTolerations(vPod.spec.tolerations ?? []);
  const kept = running.map((toleration) => (isOneOf(wanted, toleration) ? toleration : (wanted.find((other) => isSameRule(other, toleration)) ?? toleration)));
  const all = [...kept, ...wanted.filter((toleration) => !isOneOf(kept, toleration))];
  return sameJson(all, running) ? [] : [{ what: 'tolerations', subresource: null, spec: { tolerations: all } }];
}

function isOneOf(list: readonly Toleration[], toleration: Toleration): boolean {
  return list.some((other) => sameJson(other, toleration));
}

function isSameRule(a: Toleration, b: Toleration): boolean {
  return sameJson({ ...a, tolerationSeconds: null }, { ...b, tolerationSeconds: null });
}
