import { createServer, type Socket } from 'node:net';
import type { Pod } from 'kubernetes-types/core/v1';
import type { Eviction } from 'kubernetes-types/policy/v1';
import {
  ClusterAccess,
  ClusterBindings,
  ConfigMaps,
  createKubeClient,
  isKubeError,
  Namespaces,
  Pods,
  resourceType,
  Secrets,
  ServiceAccounts,
  type KubeClient,
  type KubeError,
  type KubeErrorCode,
} from '../../../kube';
import { startApiServer, type TestApiServer } from './api-server';
import { startCountingProxy } from './counting-proxy';

const SECRET_VALUE = 'hunter2-do-not-print';

let api: TestApiServer;
let client: KubeClient;
let namespace: string;
beforeAll(async () => {
  api = await startApiServer();
  client = api.client;
  namespace = await api.namespace();
});
afterAll(() => api?.stop());

function pod(name: string, change: Partial<Pod['spec']> = {}): Pod {
  const env = [{ name: 'PASSWORD', value: SECRET_VALUE }];
  return { metadata: { name, namespace }, spec: { containers: [{ name: 'c', image: 'busybox', env }], ...change } };
}

function configMap(name: string, data: Record<string, string> = { a: '1' }, labels = {}) {
  return { metadata: { name, namespace, labels }, data };
}

async function failure(promise: Promise<unknown>): Promise<KubeError> {
  const error = await promise.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (!isKubeError(error)) throw error;
  return error;
}

describe('reads and writes', () => {
  it('creates, reads, lists and removes objects as plain JSON', async () => {
    const created = await client.create(ConfigMaps, configMap('plain'));
    expect(created.metadata?.creationTimestamp).toEqual(expect.any(String));
    const read = await client.get(ConfigMaps, { namespace, name: 'plain' });
    expect(read).toEqual(created);
    const { items, resourceVersion } = await client.list(ConfigMaps, { namespace });
    expect(items).toContainEqual(created);
    expect(resourceVersion).toMatch(/^\d+$/);
    expect(await client.remove(ConfigMaps, { namespace, name: 'plain' })).toBe('deleted');
    expect(await client.get(ConfigMaps, { namespace, name: 'plain' })).toBeNull();
  });

  it('keeps fields that no client model knows', async () => {
    const api1 = await client.raw<{ resources: { singularName: string }[] }>('GET', '/api/v1');
    expect(api1.resources[0]?.singularName).toEqual(expect.any(String));
  });

  it('puts a list together from its pages', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `page-${index}`);
    await Promise.all(names.map((name) => client.create(ConfigMaps, configMap(name, {}, { pages: 'yes' }))));
    const { items } = await client.list(ConfigMaps, { namespace, labelSelector: 'pages=yes', pageSize: 3 });
    expect(items.map((item) => item.metadata?.name)).toEqual(names);
  });

  it('leaves the content out where only metadata is asked for', async () => {
    const secret = { metadata: { name: 's', namespace }, stringData: { password: SECRET_VALUE } };
    const created = await client.create(Secrets, secret, { metadataOnly: true });
    expect(created).toHaveProperty('metadata.uid');
    expect(created).not.toHaveProperty('data');
    const { items } = await client.list(Secrets, { namespace, metadataOnly: true });
    expect(items.map((item) => item.metadata?.name)).toEqual(['s']);
    expect(items[0]).not.toHaveProperty('data');
  });

  it('does not write on a dry run', async () => {
    await client.create(ConfigMaps, configMap('dry'), { dryRun: true });
    expect(await client.get(ConfigMaps, { namespace, name: 'dry' })).toBeNull();
  });

  it('requests tokens', async () => {
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
    const answer = await client.createSubresource<{ status: { token: string } }>(
      ServiceAccounts,
      { namespace, name: 'default' },
      { name: 'token', body: request },
    );
    expect(answer.status.token).toEqual(expect.any(String));
  });

  it('patches in each of the four ways', async () => {
    const key = { namespace, name: 'patched' };
    await client.create(ConfigMaps, configMap('patched', { a: '1', b: '1' }));
    const merged = await client.patch(ConfigMaps, key, { kind: 'merge', body: { data: { a: '2', b: null } } });
    expect(merged.data).toEqual({ a: '2' });
    const body = [{ op: 'add', path: '/data/c', value: '3' }];
    expect((await client.patch(ConfigMaps, key, { kind: 'json', body })).data).toEqual({ a: '2', c: '3' });
    const strategic = await client.patch(ConfigMaps, key, { kind: 'strategic', body: { data: { d: '4' } } });
    expect(strategic.data).toEqual({ a: '2', c: '3', d: '4' });
    const applied = await client.patch(
      ConfigMaps,
      key,
      { kind: 'apply', body: { apiVersion: 'v1', kind: 'ConfigMap', data: { e: '5' } } },
      { fieldManager: 'kubeocean-test' },
    );
    expect(applied.data).toEqual({ a: '2', c: '3', d: '4', e: '5' });
  });

  it('replaces, guarded by the version of the object', async () => {
    const first = await client.create(ConfigMaps, configMap('replaced'));
    const second = await client.replace(ConfigMaps, { ...first, data: { a: '2' } });
    expect(second.data).toEqual({ a: '2' });
    expect(await failure(client.replace(ConfigMaps, { ...first, data: { a: '3' } }))).toMatchObject({ code: 'Conflict' });
  });

  it('patches the status subresource', async () => {
    const { metadata } = await client.create(Pods, pod('with-status'));
    const key = { namespace, name: 'with-status' };
    const body = { status: { phase: 'Running', podIP: '10.0.0.9' } };
    const options = { subresource: 'status', resourceVersion: metadata?.resourceVersion };
    expect((await client.patch(Pods, key, { kind: 'merge', body }, options)).status).toMatchObject(body.status);
    expect(await failure(client.patch(Pods, key, { kind: 'merge', body }, options))).toMatchObject({ code: 'Conflict' });
  });
});

describe('guards', () => {
  it.each(['merge', 'strategic', 'json'] as const)('refuses a %s patch of another object of the name', async (kind) => {
    const name = `guarded-${kind}`;
    await client.create(ConfigMaps, configMap(name));
    const patch =
      kind === 'json'
        ? { kind, body: [{ op: 'add', path: '/data/x', value: 'y' }] }
        : { kind, body: { data: { x: 'y' } } };
    for (const guard of [{ uid: '11111111-2222-3333-4444-555555555555' }, { resourceVersion: '1' }]) {
      expect(await failure(client.patch(ConfigMaps, { namespace, name }, patch, guard))).toMatchObject({ code: 'Conflict' });
    }
    expect((await client.get(ConfigMaps, { namespace, name }))?.data).toEqual({ a: '1' });
  });

  it('deletes only the object it was asked to', async () => {
    const key = { namespace, name: 'target' };
    const { metadata } = await client.create(ConfigMaps, configMap('target'));
    expect(await client.remove(ConfigMaps, key, { uid: '11111111-2222-3333-4444-555555555555' })).toBe('replaced');
    const stale = { uid: metadata?.uid, resourceVersion: '1' };
    expect(await failure(client.remove(ConfigMaps, key, stale))).toMatchObject({ code: 'Conflict' });
    expect(await client.remove(ConfigMaps, key, { uid: metadata?.uid })).toBe('deleted');
    expect(await client.remove(ConfigMaps, key, { uid: metadata?.uid })).toBe('absent');
  });

  it("passes the caller's grace period on", async () => {
    const key = { namespace, name: 'graceful' };
    await client.create(Pods, pod('graceful', { nodeName: 'a-node' }));
    await client.remove(Pods, key, { gracePeriodSeconds: 77 });
    expect((await client.get(Pods, key))?.metadata?.deletionGracePeriodSeconds).toBe(77);
    await client.remove(Pods, key, { gracePeriodSeconds: 0 });
    expect(await client.get(Pods, key)).toBeNull();
  });
});

describe('errors', () => {
  const Unknown = resourceType('nowhere.example/v1', 'Nothing', { namespaced: true });
  const eviction = (name: string): Eviction => ({ metadata: { name, namespace } });
  const cases: [string, () => Promise<unknown>, Partial<KubeError> & { code: KubeErrorCode }][] = [
    [
      '422',
      () => client.create(Pods, pod('Bad_Name', { restartPolicy: 'Sometimes' })),
      { code: 'InvalidSpec', status: 422, reason: 'Invalid', fields: ['metadata.name', 'spec.restartPolicy'] },
    ],
    ['400', () => client.create(ConfigMaps, { ...configMap('x'), data: 7 } as never), { code: 'InvalidSpec', status: 400 }],
    ['409 on create', () => client.create(Namespaces, { metadata: { name: namespace } }), { code: 'AlreadyExists' }],
    ['404 of a namespace', () => client.create(ConfigMaps, { metadata: { name: 'x', namespace: 'no' } }), { code: 'NotFound' }],
    ['404 of a kind, get', () => client.get(Unknown, { namespace, name: 'x' }), { code: 'NotFound', status: 404 }],
    ['404 of a kind, remove', () => client.remove(Unknown, { namespace, name: 'x' }), { code: 'NotFound' }],
    ['404 of a kind, list', () => client.list(ClusterBindings), { code: 'NotFound' }],
    ['404 of a patch', () => client.patch(Pods, { namespace, name: 'no' }, { kind: 'merge', body: {} }), { code: 'NotFound' }],
    [
      '404 of an eviction',
      () => client.createSubresource(Pods, { namespace, name: 'no' }, { name: 'eviction', body: eviction('no') }),
      { code: 'NotFound' },
    ],
  ];

  it.each(cases)('maps %s', async (_name, request, expected) => {
    const error = await failure(request());
    expect(error).toMatchObject(expected);
  });

  it('does not repeat the PodSpec, which the server prints', async () => {
    const bad = await client.create(Pods, pod('immutable'));
    const change = { ...bad, spec: { ...bad.spec, hostname: 'other' } } as Pod;
    const error = await failure(client.replace(Pods, change));
    expect(error).toMatchObject({ code: 'InvalidSpec', fields: ['spec'] });
    expect(`${error.message}\n${error.stack}\n${JSON.stringify(error)}`).not.toContain(SECRET_VALUE);
    expect(error.message).toBe(`InvalidSpec: replace Pod ${namespace}/immutable: 422 Invalid (spec)`);
  });

  it('calls an eviction that a budget forbids blocked', async () => {
    const Budgets = resourceType('policy/v1', 'PodDisruptionBudget', { namespaced: true });
    const { metadata } = await client.create(Pods, { ...pod('kept'), metadata: { name: 'kept', namespace, labels: { kept: 'yes' } } });
    const body = { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } };
    await client.patch(Pods, { namespace, name: 'kept' }, { kind: 'merge', body }, { subresource: 'status' });
    await client.create(Budgets, {
      metadata: { name: 'b', namespace },
      spec: { minAvailable: 1, selector: { matchLabels: { kept: 'yes' } } },
    } as never);
    const evict = client.createSubresource(Pods, { namespace, name: 'kept' }, { name: 'eviction', body: eviction('kept') });
    expect(await failure(evict)).toMatchObject({ code: 'DrainBlocked', status: 429 });
    expect((await client.get(Pods, { namespace, name: 'kept' }))?.metadata?.uid).toBe(metadata?.uid);
  });

  it('maps 401 and 403', async () => {
    const { status } = await client.createSubresource<{ status: { token: string } }>(
      ServiceAccounts,
      { namespace, name: 'default' },
      { name: 'token', body: { spec: { expirationSeconds: 600 } } },
    );
    const as = (token: string) => createKubeClient(new ClusterAccess({ server: client.server, ca: api.ca, token }));
    const [poor, stranger] = [as(status.token), as('not-a-token')];
    expect(await failure(poor.list(Secrets))).toMatchObject({ code: 'Unauthorized', status: 403 });
    expect(await failure(stranger.list(Secrets))).toMatchObject({ code: 'Unauthorized', status: 401 });
    await Promise.all([poor.close(), stranger.close()]);
  });

  it('maps a server that is not there, and one that is somebody else', async () => {
    const nobody = createKubeClient(new ClusterAccess({ server: 'https://127.0.0.1:1', token: 't' }));
    expect(await failure(nobody.raw('GET', '/version'))).toMatchObject({ code: 'ApiUnavailable', reason: 'ECONNREFUSED' });
    const impostor = createKubeClient(new ClusterAccess({ server: client.server, token: SECRET_VALUE }));
    const error = await failure(impostor.raw('GET', '/version'));
    expect(error.code).toBe('ApiUnavailable');
    expect(error.message).not.toContain(SECRET_VALUE);
    await Promise.all([nobody.close(), impostor.close()]);
  });
});

describe('transport', () => {
  it('carries 200 requests over at most the allowed number of connections', async () => {
    const proxy = await startCountingProxy(api.process.address);
    const pooled = api.connect(proxy.port, { connections: 8 });
    const burst = () => Promise.all(Array.from({ length: 100 }, () => pooled.get(Namespaces, { name: namespace })));
    const answers = [...(await burst()), ...(await burst())];
    expect(answers.every((answer) => answer?.metadata?.name === namespace)).toBe(true);
    expect(proxy.accepted()).toBeLessThanOrEqual(8);
    await pooled.close();
    await proxy.close();
  });

  it('reads again at once when a kept connection breaks, and leaves writes to the caller', async () => {
    const proxy = await startCountingProxy(api.process.address);
    const direct = api.connect(proxy.port, { connections: 1 });
    await direct.raw('GET', '/version');
    proxy.breakNext();
    expect(await direct.raw('GET', '/version')).toHaveProperty('gitVersion');
    expect(proxy.accepted()).toBe(2);
    proxy.breakNext();
    const write = direct.create(ConfigMaps, configMap('maybe-sent'));
    expect(await failure(write)).toMatchObject({ code: 'ApiUnavailable', reason: 'UND_ERR_SOCKET' });
    expect(await direct.get(ConfigMaps, { namespace, name: 'maybe-sent' })).toBeNull();
    await direct.close();
    await proxy.close();
  });

  it('works again when the API server has been restarted', async () => {
    await client.raw('GET', '/version');
    await api.process.stop();
    await api.process.start();
    expect(await client.raw('GET', '/version')).toHaveProperty('gitVersion');
  });

  it('gives up in time, and when it is told to', async () => {
    const silent = await silentServer();
    const slow = api.connect(silent.port, { timeoutMs: 200 });
    expect(await failure(slow.raw('GET', '/version'))).toMatchObject({ code: 'ApiUnavailable', reason: 'Timeout' });
    const controller = new AbortController();
    const request = slow.raw('GET', '/version', { signal: controller.signal, timeoutMs: 30_000 });
    controller.abort(new Error('enough'));
    await expect(request).rejects.toThrow('enough');
    await silent.close();
  });

  it('tells its observer what each request was', async () => {
    const seen: unknown[] = [];
    const observed = api.connect(undefined, { component: 'test', observe: (request) => seen.push(request) });
    await observed.get(Namespaces, { name: 'no' });
    expect(seen).toEqual([{ verb: 'get', kind: 'Namespace', status: 404, seconds: expect.any(Number) }]);
  });
});

/** Accepts connections and says nothing. */
async function silentServer() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined).resume()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as { port: number }).port, close };
}
