import type { Endpoint, EndpointSlice } from 'kubernetes-types/discovery/v1';
import { physicalName, type SourceMeta } from '../pods';
import { mirrorMetadata, type MirrorContext } from './service-copy';

/** Label that tells the Service of an EndpointSlice. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
/** Label that keeps other controllers from an EndpointSlice. */
const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
const OUR_CONTROLLER = 'services.kubeocean.io';

/** A virtual EndpointSlice as far as its mirror needs it. */
export interface EndpointSliceSource extends Pick<EndpointSlice, 'addressType' | 'endpoints' | 'ports'> {
  readonly metadata: SourceMeta & { readonly namespace: string };
}

/** Service that the endpoints of a slice belong to; null: none. */
export function serviceOf({ metadata }: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } }): string | null {
  return metadata?.labels?.[SERVICE_NAME_LABEL] ?? null;
}

/**
 * The endpoints of a mirrored Service: addresses, whether they serve, and host names, by which a pod of a StatefulSet is found. Nodes,
 * zones and objects are those of the virtual cluster and mean nothing here.
 */
export function toPhysicalEndpointSlice(source: EndpointSliceSource, context: MirrorContext): EndpointSlice {
  const { metadata, addressType, endpoints, ports } = source;
  const labels = { ...metadata.labels, [MANAGED_BY_LABEL]: OUR_CONTROLLER };
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: metadata.namespace,
      name: physicalName(metadata.name, metadata.namespace),
      ...mirrorMetadata({ ...metadata, labels }, context),
    },
    addressType,
    // The API server of a slice without endpoints says null.
    endpoints: (endpoints ?? []).map(toPhysicalEndpoint),
    ...(ports && { ports }),
  };
}

function toPhysicalEndpoint({ addresses, conditions, hostname }: Endpoint): Endpoint {
  return { addresses, ...(conditions && { conditions }), ...(hostname && { hostname }) };
}
