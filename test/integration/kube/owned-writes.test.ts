import type { ConfigMap, Service } from 'kubernetes-types/core/v1';
import { ClusterRoles, ConfigMaps, ensureOwned, Events, isKubeError, recordEvent, Services } from '../../../kube';
import type { KubeClient, RequestObservation } from '../../../kube';
import { startApiServer, type TestApiServer } from './api-server';

let api: TestApiServer;
let client: KubeClient;
let namespace: string;
const requests: RequestObservation[] = [];

beforeAll(async () => {
  api = await startApiServer();
  client = api.connect(undefined, { observe: (request) => requests.push(request) });
});
beforeEach(async () => {
  namespace = await api.namespace();
  requests.length = 0;
});
afterAll(() => api?.stop());

const ours = { 'kubeocean.io/managed-by': 'kubeocean', 'kubeocean.io/virtual-cluster': 'v' };
const verbs = () => requests.map((request) => request.verb);

describe('ensureOwned', () => {
  const wanted = (data: Record<string, unknown>): ConfigMap => ({
    metadata: { name: 'c', namespace, labels: { app: 'x' } },
    data: data as Record<string, string>,
  });
  const existing = (labels: Record<string, string>, data: Record<string, string> = { a: '1', theirs: 'x' }) =>
    api.client.create(ConfigMaps, { metadata: { name: 'c', namespace, labels }, data });
  const ensure = (data: Record<string, unknown>) => ensureOwned(client, ConfigMaps, wanted(data), ours);

  it('creates what is not there, with our labels', async () => {
    const { result, object } = await ensure({ a: '1' });
    expect(result).toBe('created');
    expect(object.metadata?.labels).toEqual({ app: 'x', ...ours });
  });

  it.each<{ name: string; data: Record<string, unknown>; result: string; then: Record<string, string> }>([
    { name: 'equal content', data: { a: '1' }, result: 'unchanged', then: { a: '1', theirs: 'x' } },
    { name: 'other content', data: { a: '2' }, result: 'patched', then: { a: '2', theirs: 'x' } },
    { name: 'more content', data: { a: '1', b: '2' }, result: 'patched', then: { a: '1', b: '2', theirs: 'x' } },
    { name: 'content to remove', data: { a: null }, result: 'patched', then: { theirs: 'x' } },
    { name: 'content to remove that is not there', data: { z: null }, result: 'unchanged', then: { a: '1', theirs: 'x' } },
  ])('makes an object of ours right: $name', async ({ data, result, then }) => {
    await existing({ ...ours, app: 'x', more: 'y' });
    const ensured = await ensure(data);
    expect(ensured.result).toBe(result);
    const live = await api.client.get(ConfigMaps, { namespace, name: 'c' });
    expect(live?.data).toEqual(then);
    expect(live?.metadata?.labels).toEqual({ ...ours, app: 'x', more: 'y' });
    expect(verbs()).toEqual(result === 'unchanged' ? ['get'] : ['get', 'patch']);
  });

  it.each([
    ['without our labels', {}],
    ['with some of them', { 'kubeocean.io/managed-by': 'kubeocean' }],
    ['of another virtual cluster', { ...ours, 'kubeocean.io/virtual-cluster': 'w' }],
  ])('leaves an object alone that is %s', async (_name, labels) => {
    const before = await existing(labels);
    await expect(ensure({ a: '2' })).rejects.toMatchObject({ code: 'NotOwned' });
    expect(await api.client.get(ConfigMaps, { namespace, name: 'c' })).toEqual(before);
  });

  it('waits for the end of an object that is being deleted', async () => {
    await api.client.create(ConfigMaps, {
      metadata: { name: 'c', namespace, labels: ours, finalizers: ['example.com/hold'] },
    });
    await api.client.remove(ConfigMaps, { namespace, name: 'c' });
    await expect(ensure({ a: '1' })).rejects.toMatchObject({ code: 'Conflict' });
  });

  it('finds its own work unchanged in spite of the defaults of the API server', async () => {
    const service: Service = {
      metadata: { name: 's', namespace },
      spec: { selector: { app: 'x' }, ports: [{ port: 80 }] },
    };
    const role = { metadata: { name: `r-${namespace}` }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] };
    await ensureOwned(client, Services, service, ours);
    await ensureOwned(client, ClusterRoles, role, ours);
    expect((await ensureOwned(client, Services, service, ours)).result).toBe('unchanged');
    expect((await ensureOwned(client, ClusterRoles, role, ours)).result).toBe('unchanged');
  });

  it('meets another that creates at the same moment', async () => {
    const results = await Promise.all([ensure({ a: '1' }), ensure({ a: '1' }), ensure({ a: '1' })]);
    expect(results.map((each) => each.result).sort()).toEqual(['created', 'unchanged', 'unchanged']);
  });
});

describe('recordEvent', () => {
  const facts = () => ({
    regarding: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace, uid: 'u' } },
    type: 'Warning' as const,
    reason: 'Testing',
    message: 'Something happened.',
  });
  const events = async () => (await api.client.list(Events, { namespace })).items;

  it('counts the same event and tells different ones apart', async () => {
    await recordEvent(client, facts());
    await recordEvent(client, facts());
    await recordEvent(client, { ...facts(), message: 'Something else.' });
    const seen = (await events()).map(({ message, count, reason }) => ({ message, count, reason }));
    expect(seen).toHaveLength(2);
    expect(seen).toContainEqual({ message: 'Something happened.', count: 2, reason: 'Testing' });
  });

  it('puts events about cluster-scoped objects where kubectl looks', async () => {
    const metadata = { name: `node-${namespace}`, uid: 'u' };
    await recordEvent(client, { ...facts(), regarding: { apiVersion: 'v1', kind: 'Node', metadata } });
    const selector = `involvedObject.name=node-${namespace}`;
    expect((await api.client.list(Events, { namespace: 'default', fieldSelector: selector })).items).toHaveLength(1);
  });

  it('never throws', async () => {
    const regarding = { kind: 'ConfigMap', metadata: { name: 'c', namespace: 'no-such-namespace' } };
    await expect(recordEvent(client, { ...facts(), regarding, message: 'x'.repeat(5_000) })).resolves.toBeUndefined();
    expect(requests.some(({ verb, status }) => verb === 'create' && status === 404)).toBe(true);
  });
});

it('isKubeError tells codes apart', async () => {
  const error = await client.raw('GET', '/no').catch((reason: unknown) => reason);
  expect([isKubeError(error), isKubeError(error, 'NotFound'), isKubeError(error, 'Gone'), isKubeError(null)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
