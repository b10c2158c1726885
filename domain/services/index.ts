export { serviceOf, toPhysicalEndpointSlice, type EndpointSliceSource } from './endpoint-slice-copy';
export { mirrorWrite } from './mirror-write';
export { isApiServer, mirroredNamespaces, resolvesThere } from './namespaces';
export { toPhysicalService, type MirrorContext, type ServiceSource } from './service-copy';
