import type { ServicePort, ServiceSpec } from 'kubernetes-types/core/v1';
import { Annotation, Label } from '../../../../api/names/keys';
import { contentKeys, physicalName, writtenFrom } from '../../../../domain/pods';
import { isApiServer, isMirrorable, mirroredNamespaces, mirrorKey, mirrorWrite, resolvesThere, serviceOf, toPhysicalEndpointSlice, toPhysicalService } from '../../../../domain/services';
import type { EndpointSliceSource, MirroredKind, ServiceSource } from '../../../../domain/services';
import { deepFreeze, OWNERSHIP } from '../../../support/builders/pod';

const metadata = { name: 'db', namespace: 'shop', uid: 'u', resourceVersion: '7', labels: { app: 'db' }, annotations: { 'cloud/load-balancer': 'internal' } };
const port = { name: 'sql', port: 5432, protocol: 'TCP', targetPort: 'sql', nodePort: 31_000 } as const;
const service = (spec: Partial<ServiceSpec> = {}): ServiceSource =>
  deepFreeze({ metadata, spec: { type: 'ClusterIP', clusterIP: '10.0.0.9', clusterIPs: ['10.0.0.9'], selector: { app: 'db' }, ports: [port], sessionAffinity: 'None', ...spec } });
const slice: EndpointSliceSource = deepFreeze({
  metadata: { ...metadata, name: 'db-x', labels: { 'kubernetes.io/service-name': 'db', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.1.0.4'], conditions: { ready: true }, hostname: 'db-0', nodeName: 'vnode-e-n1', zone: 'z', targetRef: { kind: 'Pod', name: 'db-0' } }],
  ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }],
});
const keysOf = ({ name, port, protocol, targetPort }: ServicePort) => contentKeys('Service', { spec: { ports: [{ name, port, protocol, targetPort }] } });
const ported = [{ name: 'sql', port: 5432, protocol: 'TCP', targetPort: 'sql' }];

describe('a mirrored Service', () => {
  it('has the name and namespace of the original, our marks, and neither selector nor annotations of the user', () => {
    const mirror = toPhysicalService(service(), OWNERSHIP);
    expect(mirror.metadata).toMatchObject({ name: 'db', namespace: 'shop', labels: { app: 'db', [Label.ClusterBinding]: 'east' } });
    expect(mirror.metadata?.annotations).toMatchObject({ [Annotation.VirtualNamespace]: 'shop', [Annotation.VirtualName]: 'db', [Annotation.SourceVersion]: 'u/7', [Annotation.ContentKeys]: keysOf(port) });
    expect(mirror.metadata?.annotations).not.toHaveProperty(['cloud/load-balancer']);
  });

  it.each<[string, Partial<ServiceSpec>, object]>([
    ['with an address', {}, { type: 'ClusterIP', ports: ported, sessionAffinity: 'None' }],
    ['headless', { clusterIP: 'None', clusterIPs: ['None'] }, { type: 'ClusterIP', clusterIP: 'None', ports: ported, sessionAffinity: 'None' }],
    ['of node ports', { type: 'NodePort' }, { type: 'ClusterIP', ports: ported, sessionAffinity: 'None' }],
    ['of a load balancer', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }, { type: 'ClusterIP', ports: ported, sessionAffinity: 'None' }],
    ['of an external name', { type: 'ExternalName', externalName: 'db.example.com', clusterIP: undefined, ports: undefined, sessionAffinity: 'None' }, { type: 'ExternalName', externalName: 'db.example.com', sessionAffinity: 'None' }],
    ['that keeps clients with their pods', { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }, { type: 'ClusterIP', ports: ported, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } }],
    ['of pods that are not ready', { publishNotReadyAddresses: true }, { type: 'ClusterIP', ports: ported, sessionAffinity: 'None', publishNotReadyAddresses: true }],
  ])('%s', (_name, spec, expected) => {
    expect(toPhysicalService(service(spec), OWNERSHIP).spec).toEqual(expected);
  });
});

it('mirrors endpoints without what belongs to the virtual cluster', () => {
  const mirror = toPhysicalEndpointSlice(slice, OWNERSHIP);
  expect(mirror).toMatchObject({ metadata: { name: physicalName('db-x', 'shop'), namespace: 'shop' }, addressType: 'IPv4', ports: slice.ports });
  expect(mirror.endpoints).toEqual([{ addresses: ['10.1.0.4'], conditions: { ready: true }, hostname: 'db-0' }]);
  expect(mirror.metadata?.labels).toMatchObject({ 'kubernetes.io/service-name': 'db', 'endpointslice.kubernetes.io/managed-by': 'services.kubeocean.io' });
  expect(serviceOf(mirror)).toBe('db');
  expect(writtenFrom('EndpointSlice', mirror.metadata)).toBe('u/7');
  expect(toPhysicalEndpointSlice({ ...slice, endpoints: null as unknown as [] }, OWNERSHIP).endpoints).toEqual([]);
});

describe('a mirror that exists', () => {
  type Live = Parameters<typeof mirrorWrite>[1];
  const wanted = (spec: Partial<ServiceSpec> = {}) => toPhysicalService(service(spec), OWNERSHIP) as unknown as Live;
  const live = (spec: object = {}, more: object = {}): Live => {
    const mirror = wanted();
    return { ...mirror, ...more, spec: { ...mirror.spec, clusterIP: '10.9.0.1', internalTrafficPolicy: 'Cluster', ...spec } } as Live;
  };
  const ofSlice = toPhysicalEndpointSlice(slice, OWNERSHIP) as unknown as Live;

  it.each<[string, Live, Live, object]>([
    ['is as it should be', wanted(), live(), { kind: 'none' }],
    ['has other ports', wanted({ ports: [{ ...port, port: 5433 }] }), live(), { kind: 'patch', body: { metadata: { annotations: { [Annotation.ContentKeys]: keysOf({ ...port, port: 5433 }) } }, spec: { ports: [{ ...ported[0], port: 5433 }] } } }],
    ['has another target and lacks a label', wanted({ ports: [{ ...port, targetPort: 5433 }] }), live({}, { metadata: { ...wanted().metadata, labels: { ...wanted().metadata?.labels, app: 'other' } } }), { kind: 'patch', body: { metadata: { labels: { app: 'db' } }, spec: { ports: [{ ...ported[0], targetPort: 5433 }] } } }],
    ['loses a setting', wanted(), live({ publishNotReadyAddresses: true }), { kind: 'patch', body: { spec: { publishNotReadyAddresses: null } } }],
    ['selects pods over there', wanted(), live({ selector: { app: 'theirs' }, externalIPs: ['192.0.2.1'] }), { kind: 'patch', body: { spec: { selector: null, externalIPs: null } } }],
    ['becomes headless', wanted({ clusterIP: 'None' }), live(), { kind: 'recreate' }],
    ['becomes an external name', wanted({ type: 'ExternalName', externalName: 'x' }), live(), { kind: 'recreate' }],
    ['is of somebody else', wanted(), live({}, { metadata: { labels: {} } }), { kind: 'notOurs' }],
    ['has the same endpoints', ofSlice, ofSlice, { kind: 'none' }],
    ['lost its endpoints', { ...ofSlice, endpoints: [] }, ofSlice, { kind: 'patch', body: { endpoints: [] } }],
    ['says null where there are none', { ...ofSlice, endpoints: [] }, { ...ofSlice, endpoints: null }, { kind: 'none' }],
    ['is of another family', { ...ofSlice, addressType: 'IPv6' }, ofSlice, { kind: 'recreate' }],
  ])('%s', (_name, desired, found, expected) => {
    expect(mirrorWrite(desired, found)).toEqual(expected);
  });
});

it.each<[string[] | undefined, string[]]>([
  [undefined, []],
  [['shop', 'back', 'shop'], ['back', 'shop']],
  [['kube-system', 'kubeocean-system', 'shop'], ['shop']],
])('of the namespaces %p it mirrors %p', (serviceNamespaces, expected) => {
  expect(mirroredNamespaces({ serviceNamespaces })).toEqual(expected);
});

it.each<[string, Parameters<typeof resolvesThere>[0], boolean]>([
  ['without namespaces', {}, false],
  ['with one', { serviceNamespaces: ['shop'] }, true],
  ["with one of the system's own alone", { serviceNamespaces: ['kube-system'] }, false],
  ['with one, and a DNS that the binding names', { serviceNamespaces: ['shop'], virtualCluster: { dns: '10.0.0.10' } }, false],
])("%s pods ask the physical cluster's DNS: %p", (_name, spec, expected) => {
  expect(resolvesThere(spec)).toBe(expected);
});

it.each([
  ['default', 'kubernetes', true],
  ['shop', 'kubernetes', false],
  ['default', 'web', false],
])('leaves %s/%s out: %p', (namespace, name, expected) => {
  expect(isApiServer({ namespace, name })).toBe(expected);
});

it.each<[MirroredKind, string, string, boolean]>([
  ['Service', 'shop', 'db', true],
  ['Service', 'default', 'kubernetes', false],
  ['EndpointSlice', 'shop', 'db', true],
  ['EndpointSlice', 'default', 'kubernetes', false],
])('mirrors a %s of %s/%s: %p', (kind, namespace, service, expected) => {
  const name = kind === 'Service' ? service : `${service}-x`;
  expect(isMirrorable(kind, { metadata: { namespace, name, labels: kind === 'Service' ? {} : { 'kubernetes.io/service-name': service } } })).toBe(expected);
});

it('mirrors no endpoints without a Service', () => {
  expect(isMirrorable('EndpointSlice', { metadata: { namespace: 'shop', name: 'db-x' } })).toBe(false);
});

it('keeps the names of Services, and gives endpoints one of their own', () => {
  expect(mirrorKey({ kind: 'Service', namespace: 'shop', name: 'db' })).toEqual({ namespace: 'shop', name: 'db' });
  expect(mirrorKey({ kind: 'EndpointSlice', namespace: 'shop', name: 'db-x' })).toEqual({ namespace: 'shop', name: physicalName('db-x', 'shop') });
});
