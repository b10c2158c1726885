import { isApiServer, serviceOf, toPhysicalEndpointSlice, toPhysicalService } from '../../domain/services';
import type { EndpointSliceSource, MirrorContext, ServiceSource } from '../../domain/services';
import { physicalName } from '../../domain/pods';
import type { ObjectRef } from '../../domain/pods';
import { EndpointSlices, Services } from '../../kube';
import type { KubeObject, ObjectKey, ResourceType } from '../../kube';

/** Kinds that are mirrored, Services first: endpoints without theirs mean nothing. */
export const MIRRORED_KINDS = ['Service', 'EndpointSlice'] as const;
export type MirroredKind = (typeof MIRRORED_KINDS)[number];

/** A virtual object that is mirrored. */
export type MirroredRef = ObjectRef<MirroredKind>;

/** How an API server serves each kind. */
export const MIRRORED_TYPES: Readonly<Record<MirroredKind, ResourceType<KubeObject>>> = {
  Service: Services,
  EndpointSlice: EndpointSlices,
};

/** Where the mirror of an object stands, or will stand. */
export function mirrorKey({ kind, namespace, name }: MirroredRef): ObjectKey {
  return { namespace, name: kind === 'Service' ? name : physicalName(name, namespace) };
}

/** What an object becomes in the physical cluster. */
export function toMirror(kind: MirroredKind, source: KubeObject, context: MirrorContext): KubeObject {
  return kind === 'Service'
    ? toPhysicalService(source as unknown as ServiceSource, context)
    : toPhysicalEndpointSlice(source as unknown as EndpointSliceSource, context);
}

/** Whether an object is of those that are mirrored at all. */
export function isMirrorable(kind: MirroredKind, { metadata = {} }: KubeObject): boolean {
  const name = kind === 'Service' ? metadata.name : serviceOf({ metadata });
  return name !== null && !isApiServer({ namespace: metadata.namespace, name });
}
