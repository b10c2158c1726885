export { serviceOf, toPhysicalEndpointSlice, type EndpointSliceSource } from './endpoint-slice-copy';
export { isMirrorable, MIRRORED_KINDS, mirrorKey, type MirroredKind, type MirroredRef } from './mirrored';
export { mirrorWrite } from './mirror-write';
export { isApiServer, mirroredNamespaces, resolvesThere } from './namespaces';
export { toPhysicalService, type MirrorContext, type ServiceSource } from './service-copy';
