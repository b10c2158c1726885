import { toPhysicalEndpointSlice, toPhysicalService } from '../../domain/services';
import type { EndpointSliceSource, MirrorContext, MirroredKind, ServiceSource } from '../../domain/services';
import { EndpointSlices, Services } from '../../kube';
import type { KubeObject, ResourceType } from '../../kube';

/** How an API server serves each kind. */
export const MIRRORED_TYPES: Readonly<Record<MirroredKind, ResourceType<KubeObject>>> = {
  Service: Services,
  EndpointSlice: EndpointSlices,
};

/** What an object becomes in the physical cluster. */
export function toMirror(kind: MirroredKind, source: KubeObject, context: MirrorContext): KubeObject {
  return kind === 'Service'
    ? toPhysicalService(source as unknown as ServiceSource, context)
    : toPhysicalEndpointSlice(source as unknown as EndpointSliceSource, context);
}
