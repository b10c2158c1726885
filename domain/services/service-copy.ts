import type { Service, ServicePort, ServiceSpec } from 'kubernetes-types/core/v1';
import { Annotation } from '../../api/names/keys';
import { contentKeys, copyMetadata, type CopyContext, type SourceMeta } from '../pods';

/** A virtual Service as far as its mirror needs it. */
export interface ServiceSource {
  readonly metadata: SourceMeta & { readonly namespace: string };
  readonly spec: Readonly<ServiceSpec>;
}

/** On whose behalf a mirror is made. */
export type MirrorContext = Pick<CopyContext, 'virtualCluster' | 'binding'>;

/**
 * The Service of the same name in the namespace of the same name of the physical cluster. It has no selector: its endpoints are mirrored
 * as well. Headless ones stay headless and external names external; everything else gets an address inside the physical cluster, and no
 * port of its nodes nor a load balancer of its owner's.
 */
export function toPhysicalService({ metadata, spec }: ServiceSource, context: MirrorContext): Service {
  const mirrored: ServiceSpec = {
    ...(spec.type === 'ExternalName' ? { type: 'ExternalName', externalName: spec.externalName } : { type: 'ClusterIP' }),
    ...(isHeadless(spec) && { clusterIP: 'None' }),
    ...(spec.ports && { ports: spec.ports.map(withoutNodePort) }),
    ...(spec.sessionAffinity && { sessionAffinity: spec.sessionAffinity }),
    ...(spec.sessionAffinityConfig && { sessionAffinityConfig: spec.sessionAffinityConfig }),
    ...(spec.publishNotReadyAddresses && { publishNotReadyAddresses: true }),
  };
  const keys = { [Annotation.ContentKeys]: contentKeys('Service', { spec: mirrored }) };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: metadata.namespace, name: metadata.name, ...mirrorMetadata(metadata, context, keys) },
    spec: mirrored,
  };
}

/** Whether a Service has no address of its own. */
export function isHeadless({ clusterIP }: Pick<ServiceSpec, 'clusterIP'>): boolean {
  return clusterIP === 'None';
}

/** Annotations speak to controllers of the virtual cluster, such as those of its load balancers. @param more annotations of ours */
export function mirrorMetadata(metadata: SourceMeta, context: MirrorContext, more: Readonly<Record<string, string>> = {}) {
  return copyMetadata({ ...metadata, annotations: {} }, context, more);
}

function withoutNodePort({ name, port, protocol, targetPort, appProtocol }: ServicePort): ServicePort {
  return { ...(name && { name }), port, protocol, targetPort, ...(appProtocol && { appProtocol }) };
}
