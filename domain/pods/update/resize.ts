import type { Container, ResourceRequirements } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import { sameJson } from '../../json/canonical-json';
import { decodeExpectedSpec } from '../identity/expected-spec';
import type { PodObject } from '../types';
import type { SpecChange } from './types';

type Resources = Readonly<ResourceRequirements> | undefined;

/**
 * In-place resizes (https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/): of each container, and of
 * the pod as a whole, whose resources the user has changed since the copy was written. Defaults that the physical cluster added
 * stay. One change for all: a resize that fits only as a whole must not be taken apart.
 */
export function resizes(vPod: PodObject, pPod: PodObject): SpecChange[] {
  const expected = decodeExpectedSpec(pPod.metadata.annotations?.[Annotation.ExpectedSpec]);
  const isNew = (list: 'containers' | 'initContainers') => ({ name, resources }: Container): boolean => {
    const written = expected === null ? undefined : expected.containers[name];
    const running = pPod.spec[list]?.find((other) => other.name === name);
    return running !== undefined && !(written !== undefined && sameJson(written.resources, resources)) && differs(resources, running.resources);
  };
  const containers = vPod.spec.containers.filter(isNew('containers')).map(resized);
  const initContainers = (vPod.spec.initContainers ?? []).filter(isNew('initContainers')).map(resized);
  const whole = podResources(vPod);
  const pod = !(expected !== null && sameJson(expected.resources, whole)) && differs(whole, podResources(pPod));
  const spec = {
    ...(containers.length > 0 && { containers }),
    ...(initContainers.length > 0 && { initContainers }),
    ...(pod && { resources: amounts(whole) }),
  };
  if (Object.keys(spec).length === 0) return [];
  const names = [...containers, ...initContainers].map(({ name }) => name);
  const what = names.length === 0 ? 'resources of the pod' : `resources of container ${names.join(', ')}`;
  return [{ what, subresource: 'resize', spec }];
}

function resized({ name, resources }: Container): { name: string; resources: object } {
  return { name, resources: amounts(resources) };
}

/** Nobody can take a request or limit off in place, so what is absent is not spoken of. */
function amounts(resources: Resources): object {
  const { requests, limits } = resources ?? {};
  return { ...(requests && { requests }), ...(limits && { limits }) };
}

/** Whether an amount that is asked for is not there. */
function differs(wanted: Resources, running: Resources): boolean {
  return (['requests', 'limits'] as const).some((side) =>
    Object.entries(wanted?.[side] ?? {}).some(([resource, amount]) => String(running?.[side]?.[resource]) !== String(amount)),
  );
}

function podResources({ spec }: PodObject): Resources {
  return (spec as { resources?: ResourceRequirements }).resources;
}
