import type { Container, PodSpec, ResourceRequirements } from 'kubernetes-types/core/v1';
import { canonicalJson } from '../../json/canonical-json';

/** What a container's copy was last written with. */
export interface ExpectedContainer {
  readonly image?: string;
  readonly resources?: Readonly<ResourceRequirements>;
}

/** What of a spec can change in place and may be changed by the physical cluster too: images (mirrors) and resources (defaults). */
export interface ExpectedSpec {
  /** By name; init containers too, since names are unique in a pod. */
  readonly containers: Readonly<Record<string, ExpectedContainer>>;
  /** Those of the pod as a whole. */
  readonly resources?: Readonly<ResourceRequirements>;
}

/** The value of annotation `expected-spec` on a copy: what its virtual pod asked for when it was last written, as JSON. */
export function encodeExpectedSpec(spec: Readonly<PodSpec>): string {
  return canonicalJson(expectedSpec(spec));
}

/** See {@link encodeExpectedSpec}. */
export function expectedSpec(spec: Readonly<PodSpec>): ExpectedSpec {
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  return {
    containers: Object.fromEntries(containers.map(({ name, image, resources }: Container) => [name, { image, resources }])),
    resources: (spec as { resources?: ResourceRequirements }).resources,
  };
}

/** Reads that annotation; null: it is not there, or somebody broke it. */
export function decodeExpectedSpec(annotation: string | undefined): ExpectedSpec | null {
  try {
    const content = JSON.parse(annotation ?? '') as ExpectedSpec | null;
    return typeof content?.containers === 'object' && content.containers !== null ? content : null;
  } catch {
    return null;
  }
}
