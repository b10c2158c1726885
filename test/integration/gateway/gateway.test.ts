import type { Lease } from 'kubernetes-types/coordination/v1';
import { startGateway, type Gateway } from '../../../gateway/gateway';
import { DEFAULT_LEASE_TIMING } from '../../../gateway/leases/timing';
import { loadKubeconfig } from '../../../kube';
import type { Cluster } from '../../../local/clusters/cluster';
import { createLogger } from '../../../workers/observability/logger';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { eventually, throughout } from '../../support/eventually';
import { condition, Vnodes } from './vnodes';

const GRACE_SECONDS = 10;
const CONTROLLERS = [
  ...['serviceaccount-controller', 'root-ca-certificate-publisher-controller', 'namespace-controller'],
  ...['node-lifecycle-controller', 'garbage-collector-controller'],
];
/** Eight heartbeats before the controller loses patience, as in a real cluster. */
const QUICK = { period: 1_200, fresh: 960, durationSeconds: 40 };
const OWN_LEASE = '/apis/coordination.k8s.io/v1/namespaces/kubeocean-system/leases/kubeocean-gateway';

let servers: ApiServers;
let cluster: Cluster;
let vnodes: Vnodes;
const gateways: Gateway[] = [];
let logged = '';

async function start(difference: Partial<Parameters<typeof startGateway>[0]> = {}): Promise<Gateway> {
  const logger = createLogger('gateway', { write: (line) => void (logged += line) });
  const access = loadKubeconfig(cluster.linkedKubeconfig);
  const gateway = await startGateway({ access, httpPort: 0, logger, timing: QUICK, ...difference });
  gateways.push(gateway);
  return gateway;
}

beforeAll(async () => {
  servers = await startApiServers(1, { controllers: CONTROLLERS, nodeMonitorGraceSeconds: GRACE_SECONDS });
  cluster = servers.first;
  vnodes = new Vnodes(cluster);
  await cluster.api.create('/api/v1/namespaces', { metadata: { name: 'kubeocean-system' } });
});

afterEach(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
  cluster.heal();
});

afterAll(async () => {
  await servers?.stop();
});

const get = async (gateway: Gateway, path: string) => {
  const answer = await fetch(`http://127.0.0.1:${gateway.httpPort}${path}`);
  return { status: answer.status, text: await answer.text() };
};
const renewed = (lease: Lease | null) => Date.parse(lease?.spec?.renewTime ?? '');

test('vnodes whose physical node is Ready stay Ready, the others go Unknown', async () => {
  await Promise.all([vnodes.add('well'), vnodes.add('ill', 'False'), vnodes.add('unheard', null)]);
  const gateway = await start();
  await gateway.synced();
  await eventually(async () => expect(await vnodes.lease('well')).not.toBeNull());
  // Nobody may have been there for it in time: from here on somebody is.
  await vnodes.setConditions('well', [condition('Ready', 'True')]);
  await vnodes.add('late');
  await eventually(async () => expect(await vnodes.lease('late')).not.toBeNull());
  await throughout(async () => {
    expect(await vnodes.ready('well')).toBe('True');
    expect(await vnodes.ready('late')).toBe('True');
  }, (GRACE_SECONDS + 4) * 1_000, 500);
  await eventually(async () => expect([await vnodes.ready('ill'), await vnodes.ready('unheard')]).toEqual(['Unknown', 'Unknown']));
  expect([await vnodes.lease('ill'), await vnodes.lease('unheard')]).toEqual([null, null]);
});

test('the heartbeat belongs to its Node and goes with it; no other follows', async () => {
  const { metadata } = await vnodes.add('gone');
  await start();
  const lease = await eventually(async () => {
    const found = await vnodes.lease('gone');
    expect(found).not.toBeNull();
    return found;
  });
  expect(lease).toMatchObject({
    metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'gone', uid: metadata?.uid }] },
    spec: { holderIdentity: 'gone', leaseDurationSeconds: 40 },
  });
  await vnodes.remove('gone');
  await eventually(async () => expect(await vnodes.lease('gone')).toBeNull());
  await throughout(async () => expect(await vnodes.lease('gone')).toBeNull(), 2 * QUICK.period);
});

test('a heartbeat without its vnode is deleted when a gateway starts, whoever owns it; a stranger’s stays', async () => {
  const path = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  const labels = { 'kubeocean.io/managed-by': 'kubeocean' };
  await cluster.api.create(path, { metadata: { name: 'left-behind', labels } });
  await cluster.api.create(path, { metadata: { name: 'a-strangers' } });
  await start();
  await eventually(async () => expect(await vnodes.lease('left-behind')).toBeNull());
  expect(await vnodes.lease('a-strangers')).not.toBeNull();
});

test('heartbeats end with PhysicalReady and begin again with it', async () => {
  await vnodes.add('wavering');
  await start();
  await eventually(async () => expect(await vnodes.lease('wavering')).not.toBeNull());
  await vnodes.setConditions('wavering', [condition('PhysicalReady', 'Unknown')]);
  const last = await eventually(async () => {
    const before = renewed(await vnodes.lease('wavering'));
    await throughout(async () => expect(renewed(await vnodes.lease('wavering'))).toBe(before), 2 * QUICK.period);
    return before;
  });
  await vnodes.setConditions('wavering', [condition('PhysicalReady', 'True')]);
  await eventually(async () => expect(renewed(await vnodes.lease('wavering'))).toBeGreaterThan(last));
});

test('the gateways’ own heartbeat says that one serves', async () => {
  const gateway = await start();
  await gateway.synced();
  const read = () => cluster.api.find<Lease>(OWN_LEASE);
  const first = await eventually(async () => {
    const lease = await read();
    expect(lease?.spec).toMatchObject({ leaseDurationSeconds: 40, holderIdentity: expect.any(String) });
    return renewed(lease);
  });
  await eventually(async () => expect(renewed(await read())).toBeGreaterThan(first));
  await gateway.stop();
  const last = renewed(await read());
  await throughout(async () => expect(renewed(await read())).toBe(last), 2 * QUICK.period);
});

test('the API server may stop and start, and heartbeats go on', async () => {
  await vnodes.add('steady');
  const gateway = await start({ access: loadKubeconfig(cluster.kubeconfig) });
  await eventually(async () => expect(await vnodes.lease('steady')).not.toBeNull());
  await cluster.stop();
  await eventually(async () => expect((await get(gateway, '/metrics')).text).toMatch(/beats_total\{result="failed"\} [1-9]/));
  expect((await get(gateway, '/healthz')).status).toBe(200);
  await cluster.start();
  const back = Date.now();
  await eventually(async () => expect(renewed(await vnodes.lease('steady'))).toBeGreaterThan(back));
});

test('an API server that refuses or hangs is asked again', async () => {
  await vnodes.add('patient');
  const gateway = await start();
  const failures = async () => Number(/beats_total\{result="failed"\} (\d+)/.exec((await get(gateway, '/metrics')).text)?.[1]);
  await eventually(async () => expect(await vnodes.lease('patient')).not.toBeNull());
  for (const how of ['reset', 'hang'] as const) {
    const before = await failures();
    cluster.cut(how);
    await eventually(async () => expect(await failures()).toBeGreaterThan(before));
    cluster.heal();
    const back = Date.now();
    await eventually(async () => expect(renewed(await vnodes.lease('patient'))).toBeGreaterThan(back));
  }
});

test('readiness waits for both lists; metrics tell of nodes and heartbeats', async () => {
  cluster.cut('reset');
  const gateway = await start();
  expect(await get(gateway, '/readyz')).toEqual({
    status: 503,
    text: 'the list of vnodes is not complete yet\nthe list of leases is not complete yet\n',
  });
  expect((await get(gateway, '/healthz')).status).toBe(200);
  cluster.heal();
  await gateway.synced();
  expect(await get(gateway, '/readyz')).toEqual({ status: 200, text: 'ok\n' });
  await eventually(async () => expect((await get(gateway, '/metrics')).text).toMatch(/beats_total\{result="(renewed|skipped)"\} [1-9]/));
  expect((await get(gateway, '/metrics')).text).toMatch(/^kubeocean_gateway_vnodes [1-9]/m);
  expect((await get(gateway, '/exec/a/b/c')).status).toBe(404);
});

test('two gateways write hardly more than one', async () => {
  await vnodes.add('shared');
  const [one, two] = await Promise.all([start(), start()]);
  await Promise.all([one.synced(), two.synced()]);
  const versions = new Set<string | undefined>();
  const begin = Date.now();
  await throughout(async () => void versions.add((await vnodes.lease('shared'))?.metadata?.resourceVersion), 6 * QUICK.period, 50);
  expect(versions.size).toBeLessThanOrEqual(Math.ceil((Date.now() - begin) / QUICK.fresh) + 2);
  await one.stop();
  const stopped = Date.now();
  await eventually(async () => expect(renewed(await vnodes.lease('shared'))).toBeGreaterThan(stopped));
});

test('three hundred nodes at once all have their heartbeats', async () => {
  const names = Array.from({ length: 300 }, (_, index) => `many-${index}`);
  for (let index = 0; index < names.length; index += 30) await Promise.all(names.slice(index, index + 30).map((name) => vnodes.add(name)));
  const gateway = await start({ timing: DEFAULT_LEASE_TIMING });
  await gateway.synced();
  const count = async () => (await vnodes.leases()).filter(({ metadata }) => metadata?.name?.startsWith('many-')).length;
  await eventually(async () => expect(await count()).toBe(names.length), { every: 100 });
});

test('nothing that was logged names a credential', () => {
  expect(logged).toContain('node lease not renewed');
  expect(logged).not.toMatch(/BEGIN (RSA |EC )?PRIVATE KEY|Bearer /);
});
