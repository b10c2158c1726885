/** Services of `serviceNamespaces`, on real API servers: no kube-proxy runs here, so what it would program is looked at. */
import type { Endpoint, EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { Pod, Service } from 'kubernetes-types/core/v1';
import { Annotation, Label, Taint, WORKER_NAMESPACE } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { physicalName } from '../../domain/pods';
import type { Rest } from '../../local/clusters/rest';
import { BINDING, BINDINGS_PATH } from '../bench/rig/manifests';
import { kubeocean } from '../integration/cli/command-line';
import { eventually, throughout } from '../support/eventually';
import { Lending, vnodeOf } from '../support/lending';

const SHOP = '/api/v1/namespaces/shop';
const SLICES = '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices';
const ports = [{ name: 'sql', port: 5432, protocol: 'TCP', targetPort: 5432 }];

let lending: Lending;
let virtual: Rest;
let physical: Rest;

beforeAll(async () => {
  lending = await Lending.open();
  [virtual, physical] = [lending.virtual.api, lending.physical.api];
  for (const api of [virtual, physical]) await api.create('/api/v1/namespaces', { metadata: { name: 'shop' } });
  await physical.create(`${SHOP}/services`, { metadata: { name: 'taken' }, spec: { ports, selector: { app: 'theirs' } } });
  await kubeocean('install', '--kubeconfig', lending.physical.kubeconfig, '--role', 'physical', '--services');
  await lending.lendNode('n1');
  for (const name of ['db', 'taken']) await virtual.create(`${SHOP}/services`, { metadata: { name }, spec: { ports } });
  await virtual.create(`${SHOP}/services`, { metadata: { name: 'peers' }, spec: { clusterIP: 'None', ports } });
  for (const name of ['db', 'taken', 'peers']) await createSlice(name, [{ addresses: ['10.1.0.4'], conditions: { ready: true }, hostname: 'zero' }]);
  await setNamespaces(['shop', 'absent']);
});

afterAll(async () => {
  await lending?.close();
});

const setNamespaces = (serviceNamespaces: string[] | null) => virtual.merge(`${BINDINGS_PATH}/${BINDING}`, { spec: { serviceNamespaces } });

/** What the controllers make of pods, here by hand. */
const createSlice = (service: string, endpoints: Endpoint[]) =>
  virtual.create<EndpointSlice>(SLICES, { metadata: { name: `${service}-a`, labels: { 'kubernetes.io/service-name': service } }, addressType: 'IPv4', endpoints, ports: [{ name: 'sql', port: 5432, protocol: 'TCP' }] });

const mirrorOf = (name: string) => physical.find<Service>(`${SHOP}/services/${name}`);
const endpointsOf = async (service: string) => {
  const { items } = await physical.get<{ items: EndpointSlice[] }>(`${SLICES}?labelSelector=kubernetes.io%2Fservice-name%3D${service}`);
  return items.filter(({ metadata }) => metadata?.labels?.[Label.ClusterBinding] === BINDING);
};
const events = async () => {
  const { items } = await virtual.get<{ items: { reason: string; message: string }[] }>(`/api/v1/events?fieldSelector=involvedObject.name%3D${BINDING}`);
  return items.filter(({ reason }) => reason === 'ServiceNotMirrored').map(({ message }) => message);
};

it('mirrors Services by name, with an address of that cluster, and their endpoints', async () => {
  await eventually(async () => expect((await endpointsOf('db')).map(({ endpoints }) => endpoints)).toEqual([[{ addresses: ['10.1.0.4'], conditions: { ready: true }, hostname: 'zero' }]]));
  const original = await virtual.get<Service>(`${SHOP}/services/db`);
  const mirror = await mirrorOf('db');
  expect(mirror?.spec).toMatchObject({ type: 'ClusterIP', ports });
  expect(mirror?.spec?.selector).toBeUndefined();
  expect(mirror?.spec?.clusterIP).toMatch(/^\d+\./);
  expect(mirror?.metadata?.annotations).toMatchObject({ [Annotation.VirtualName]: 'db', [Annotation.VirtualNamespace]: 'shop' });
  expect(Object.keys({ ...original.metadata?.labels, ...original.metadata?.annotations }).filter((key) => key.includes('kubeocean'))).toEqual([]);
});

it('mirrors headless Services as such', async () => {
  await eventually(async () => expect((await mirrorOf('peers'))?.spec?.clusterIP).toBe('None'));
  await eventually(async () => expect(await endpointsOf('peers')).toHaveLength(1));
});

it('leaves a Service of somebody else alone, gives it no endpoints, and says so', async () => {
  await eventually(async () => expect(await events()).toContainEqual('Service shop/taken is not mirrored: its name in the physical cluster belongs to an object that is not ours and is left alone'));
  expect((await mirrorOf('taken'))?.spec?.selector).toEqual({ app: 'theirs' });
  expect(await endpointsOf('taken')).toEqual([]);
});

it('says which namespace is missing in the physical cluster, and mirrors when it is there', async () => {
  await virtual.create('/api/v1/namespaces', { metadata: { name: 'absent' } });
  await virtual.create('/api/v1/namespaces/absent/services', { metadata: { name: 'late' }, spec: { ports } });
  await eventually(async () => expect(await events()).toContainEqual('Service absent/late is not mirrored: the physical cluster has no namespace absent; create it there'));
  await physical.create('/api/v1/namespaces', { metadata: { name: 'absent' } });
  await eventually(async () => expect(await physical.find('/api/v1/namespaces/absent/services/late')).not.toBeNull(), { within: 45_000 });
});

it('follows changes: ports, endpoints, and an address that becomes headless', async () => {
  await virtual.merge(`${SHOP}/services/db`, { spec: { ports: [{ ...ports[0], port: 5433 }] } });
  await eventually(async () => expect((await mirrorOf('db'))?.spec?.ports?.[0]?.port).toBe(5433));
  await virtual.merge(`${SLICES}/db-a`, { endpoints: [{ addresses: ['10.1.0.5', '10.1.0.6'] }] });
  await eventually(async () => expect((await endpointsOf('db'))[0]?.endpoints.flatMap(({ addresses }) => addresses)).toEqual(['10.1.0.5', '10.1.0.6']));
  await virtual.delete(`${SHOP}/services/peers`);
  await virtual.create(`${SHOP}/services`, { metadata: { name: 'peers' }, spec: { ports } });
  await eventually(async () => expect((await mirrorOf('peers'))?.spec?.clusterIP).toMatch(/^\d+\./));
});

it('puts right what somebody edits', async () => {
  await physical.merge(`${SHOP}/services/db`, { spec: { ports: [{ ...ports[0], port: 6000 }] } });
  const [slice] = await endpointsOf('db');
  await physical.merge(`${SLICES}/${slice?.metadata?.name}`, { endpoints: [{ addresses: ['10.9.9.9'] }] });
  await eventually(async () => expect((await mirrorOf('db'))?.spec?.ports?.[0]?.port).toBe(5433), { within: 20_000 });
  await eventually(async () => expect((await endpointsOf('db'))[0]?.endpoints.flatMap(({ addresses }) => addresses)).toEqual(['10.1.0.5', '10.1.0.6']), { within: 20_000 });
});

it('puts back what somebody takes off, which leaves no name on it', async () => {
  const both = [...ports, { name: 'admin', port: 8080, protocol: 'TCP', targetPort: 8080, appProtocol: 'kubernetes.io/h2c' }];
  const plain = both.map(({ name, port, protocol, targetPort }) => ({ name, port, protocol, targetPort }));
  const endpoints = [{ addresses: ['10.1.0.7'] }, { addresses: ['10.1.0.8'] }];
  await virtual.create(`${SHOP}/services`, { metadata: { name: 'wide' }, spec: { ports: both, publishNotReadyAddresses: true } });
  await createSlice('wide', endpoints);
  const seen = async () => {
    const { spec } = (await mirrorOf('wide')) ?? {};
    const [slice] = await endpointsOf('wide');
    return [spec?.ports?.map(({ port, appProtocol = null }) => [port, appProtocol]), spec?.publishNotReadyAddresses, slice?.endpoints?.flatMap(({ addresses }) => addresses), slice?.ports?.length];
  };
  const whole = [[[5432, null], [8080, 'kubernetes.io/h2c']], true, ['10.1.0.7', '10.1.0.8'], 1];
  await eventually(async () => expect(await seen()).toEqual(whole));
  const path = `${SLICES}/${(await endpointsOf('wide'))[0]?.metadata?.name}`;
  for (const [spec, slice] of [
    [{ ports }, { endpoints: endpoints.slice(1) }],
    [{ publishNotReadyAddresses: null }, { endpoints: null, ports: null }],
    [{ ports: plain }, {}],
  ]) {
    await physical.merge(`${SHOP}/services/wide`, { spec });
    await physical.merge(path, slice);
    await eventually(async () => expect(await seen()).toEqual(whole), { within: 30_000 });
  }
});

it('takes off what somebody adds', async () => {
  await virtual.create(`${SHOP}/services`, { metadata: { name: 'picked' }, spec: { ports } });
  await eventually(async () => expect(await mirrorOf('picked')).not.toBeNull());
  await physical.merge(`${SHOP}/services/picked`, { spec: { selector: { app: 'theirs' }, externalIPs: ['192.0.2.1'] } });
  await eventually(async () => {
    const { selector, externalIPs } = (await mirrorOf('picked'))?.spec ?? {};
    expect([selector, externalIPs]).toEqual([undefined, undefined]);
  }, { within: 30_000 });
});

it('makes a mirror again that somebody deletes', async () => {
  const { metadata } = (await mirrorOf('db'))!;
  await physical.delete(`${SHOP}/services/db`);
  await eventually(async () => expect((await mirrorOf('db'))?.metadata?.uid).toMatch(/./));
  expect((await mirrorOf('db'))?.metadata?.uid).not.toBe(metadata?.uid);
  await eventually(async () => expect(await endpointsOf('db')).toHaveLength(1));
});

it('lets pods ask the DNS of the physical cluster, which knows these names', async () => {
  const tolerations = [{ key: Taint.Vnode, operator: 'Exists' }];
  const containers = [{ name: 'main', image: 'nginx' }];
  await virtual.create('/api/v1/namespaces/default/pods', { metadata: { name: 'caller' }, spec: { nodeName: vnodeOf('n1'), tolerations, containers } });
  const path = `/api/v1/namespaces/${WORKER_NAMESPACE}/pods/${physicalName('caller', 'default')}`;
  const copy = await eventually(async () => {
    const found = await physical.find<Pod>(path);
    expect(found).not.toBeNull();
    return found!;
  });
  expect([copy.spec?.dnsPolicy, copy.spec?.dnsConfig]).toEqual(['ClusterFirst', { searches: ['default.svc.cluster.local'] }]);
  await virtual.delete('/api/v1/namespaces/default/pods/caller?gracePeriodSeconds=0');
});

it('takes mirrors away with the Service, with the namespace of the list, and nothing else', async () => {
  await virtual.delete(`${SHOP}/services/peers`);
  await virtual.delete(`${SLICES}/peers-a`);
  await eventually(async () => expect(await mirrorOf('peers')).toBeNull());
  await eventually(async () => expect(await endpointsOf('peers')).toEqual([]));
  expect(await mirrorOf('db')).not.toBeNull();
  await setNamespaces(['absent']);
  await eventually(async () => expect([await mirrorOf('db'), await endpointsOf('db')]).toEqual([null, []]));
  expect(await physical.find('/api/v1/namespaces/absent/services/late')).not.toBeNull();
  await setNamespaces(null);
  await eventually(async () => expect(await physical.find('/api/v1/namespaces/absent/services/late')).toBeNull());
  await throughout(async () => expect((await mirrorOf('taken'))?.spec?.selector).toEqual({ app: 'theirs' }), 1_000);
});

it('leaves nothing behind when the binding goes', async () => {
  await setNamespaces(['shop']);
  await eventually(async () => expect(await mirrorOf('db')).not.toBeNull());
  await eventually(async () => {
    const { status } = await virtual.get<ClusterBinding>(`${BINDINGS_PATH}/${BINDING}`);
    expect(status?.checks).toContainEqual(expect.objectContaining({ name: 'Permissions/services', status: 'Passed' }));
  });
  await lending.deleteBinding();
  expect([await mirrorOf('db'), await endpointsOf('db')]).toEqual([null, []]);
  expect((await mirrorOf('taken'))?.spec?.selector).toEqual({ app: 'theirs' });
});
