import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Node } from 'kubernetes-types/core/v1';
import { main } from '../../cli/main';
import type { Cluster } from '../../local/clusters/cluster';
import { freePorts, isFree } from '../../local/processes/ports';
import { newRunFolder, type RunFolder } from '../../local/processes/run-folder';
import { Supervisor } from '../../local/processes/supervisor';
import { TemporalDevServer } from '../../local/temporal/dev-server';
import { startApiServers, type ApiServers } from '../support/api-servers';
import { binaries } from '../support/binaries';
import { eventually } from '../support/eventually';
import { isAlive, processesMentioning } from '../support/living-processes';
import { UpProcess } from '../support/up-process';

let servers: ApiServers;
let cluster: Cluster;
let folder: RunFolder;
let dataDir: string;
const ups: UpProcess[] = [];

function up(...args: string[]): UpProcess {
  const run = new UpProcess(['--kubeconfig', cluster.kubeconfig, '--data-dir', dataDir, ...args]);
  ups.push(run);
  return run;
}

const installed = () => main(['node', 'kubeocean', 'install', '--kubeconfig', cluster.kubeconfig, '--role', 'virtual'], silent);
const silent = { out: () => undefined, err: () => undefined };
const portOf = (address: string) => Number(address.split(':').pop());

async function withTemporal<T>(address: string, use: (client: Client) => Promise<T>, namespace = 'default'): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection, namespace }));
  } finally {
    await connection.close();
  }
}

const managerOf = (address: string, namespace?: string) =>
  withTemporal(address, (client) => client.workflow.getHandle('manager').describe(), namespace);

beforeAll(async () => {
  servers = await startApiServers();
  cluster = servers.first;
  folder = newRunFolder('up');
  dataDir = join(folder.path, 'data');
});

afterEach(async () => {
  await Promise.all(ups.splice(0).map((run) => run.end('SIGKILL')));
});

afterAll(async () => {
  await servers?.stop();
  folder?.remove();
});

test('a virtual cluster without our CRDs: one sentence says what to do', async () => {
  const run = up();
  expect(await run.exited).toBe(1);
  expect(run.text).toContain('run kubeocean install --role virtual');
  expect(await installed()).toBe(0);
});

describe('with a Temporal of its own', () => {
  test('everything runs, heartbeats are kept, and SIGTERM ends it in order', async () => {
    const run = await up('--workers', '2', '--no-temporal-ui').ready();
    const addresses = run.said('addresses');
    expect(addresses?.temporalUi).toBeUndefined();
    expect((await managerOf(String(addresses?.temporal))).status.name).toBe('RUNNING');
    const labels = { 'kubeocean.io/managed-by': 'kubeocean' };
    const conditions = [{ type: 'PhysicalReady', status: 'True', reason: 'x', message: 'x' }];
    await cluster.api.create<Node>('/api/v1/nodes', { metadata: { name: 'vnode-1', labels } });
    await cluster.api.merge('/api/v1/nodes/vnode-1/status', { status: { conditions } });
    for (const lease of ['kube-node-lease/leases/vnode-1', 'kubeocean-system/leases/kubeocean-gateway']) {
      await eventually(() => cluster.api.get<Lease>(`/apis/coordination.k8s.io/v1/namespaces/${lease}`));
    }
    expect(new Set(run.lines.map((line) => line.process))).toEqual(new Set([undefined, 'temporal', 'gateway', 'worker-1', 'worker-2']));
    const pids = ['temporal', 'gateway', 'worker-1', 'worker-2'].flatMap((name) => run.pids(name));
    expect(pids).toHaveLength(4);
    expect(await run.end('SIGTERM')).toBe(0);
    await eventually(() => expect([...pids.filter(isAlive), ...processesMentioning(dataDir)]).toEqual([]));
    expect(run.said('process ended, starting it again')).toBeUndefined();
  });

  test('a child that dies is named and runs again: worker, gateway and Temporal', async () => {
    const run = await up().ready();
    const address = String(run.said('addresses')?.temporal);
    const before = await managerOf(address);
    for (const name of ['worker-1', 'gateway']) {
      await eventually(() => expect(run.heard(name)).not.toEqual([]));
      const [pid = 0] = run.pids(name);
      process.kill(pid, 'SIGKILL');
      const line = await eventually(() => {
        const found = run.said('process ended, starting it again', name);
        expect(found).toMatchObject({ level: 'error', signal: 'SIGKILL', lastLines: expect.any(Array) });
        return found;
      });
      expect(JSON.stringify(line?.lastLines)).toContain('msg');
      await eventually(() => expect(run.pids(name)).toHaveLength(2));
      await run.ready();
    }
    const [temporal = 0] = run.pids('temporal');
    process.kill(temporal, 'SIGKILL');
    await eventually(() => expect(run.said('process ended, starting it again', 'temporal')).toBeDefined());
    await run.ready();
    await eventually(async () => expect((await managerOf(address)).runId).toBe(before.runId), { within: 20_000 });
  });

  test('SIGKILL leaves nothing, and the next start finds address and state again', async () => {
    const run = await up().ready();
    const address = String(run.said('addresses')?.temporal);
    const { runId } = await managerOf(address);
    const pids = ['temporal', 'gateway', 'worker-1'].flatMap((name) => run.pids(name));
    const other = up();
    expect(await other.exited).toBe(1);
    expect(other.text).toContain('--data-dir');
    await run.end('SIGKILL');
    await eventually(() => expect([...pids.filter(isAlive), ...processesMentioning(dataDir)]).toEqual([]), { within: 3_000 });
    // A process counts as ended when its first thread has; the last one closes the sockets, a moment later.
    await eventually(async () => expect(await Promise.all([address, run.http].map((held) => isFree(portOf(held))))).toEqual([true, true]), {
      within: 3_000,
    });
    const second = await up().ready();
    expect(second.http).toBe(run.http);
    expect(second.said('addresses')?.temporal).toBe(address);
    expect((await managerOf(address)).runId).toBe(runId);
    expect(await second.end('SIGTERM')).toBe(0);
  });

  test('a wiped data folder costs no object of the cluster', async () => {
    const uid = async () => (await cluster.api.get<Node>('/api/v1/nodes/vnode-1')).metadata?.uid;
    const before = await uid();
    rmSync(dataDir, { recursive: true });
    const run = await up('--http-port', '0').ready();
    expect(await uid()).toBe(before);
    expect(run.text).not.toContain('client-key-data');
    expect(await run.end('SIGINT')).toBe(0);
  });
});

describe('with somebody else’s Temporal', () => {
  let supervisor: Supervisor;
  let temporal: TemporalDevServer;

  beforeAll(async () => {
    supervisor = new Supervisor({ dir: join(folder.path, 'temporal') });
    const { temporal: binary } = await binaries();
    const searchAttributes = { KoNode: 'Int' };
    temporal = await TemporalDevServer.start({ supervisor, binary, namespace: 'taken', searchAttributes });
  });
  afterAll(() => supervisor.stop());

  const given = (namespace: string) => ['--temporal-address', temporal.address, '--temporal-namespace', namespace];

  test('namespace and search attributes are made', async () => {
    const run = await up(...given('team')).ready();
    expect(run.said('namespace made')).toMatchObject({ namespace: 'team' });
    expect(run.said('search attributes registered')?.searchAttributes).toHaveLength(5);
    expect((await managerOf(temporal.address, 'team')).status.name).toBe('RUNNING');
    const { customAttributes } = await withTemporal(temporal.address, (client) =>
      client.connection.operatorService.listSearchAttributes({ namespace: 'team' }),
    );
    expect(customAttributes).toMatchObject({ KoBinding: 2, KoCluster: 2, KoNode: 2, KoPhase: 2, KoWindowEnd: 6 });
    expect(run.pids('temporal')).toEqual([]);
    expect(await run.end('SIGTERM')).toBe(0);
    expect((await managerOf(temporal.address, 'team')).status.name).toBe('RUNNING');
  });

  test('an attribute of another type is named, and no worker starts', async () => {
    const run = up(...given('taken'));
    const fault = 'search attribute KoNode of namespace taken is not of type Keyword; use another namespace\n';
    await eventually(async () => expect(await run.readyz()).toEqual({ status: 503, text: fault }), { within: 60_000 });
    expect(run.pids('worker-1')).toEqual([]);
    expect(await run.end('SIGTERM')).toBe(0);
  });

  test('one that does not answer is waited for', async () => {
    const [port = 0] = await freePorts(1);
    const run = up('--temporal-address', `127.0.0.1:${port}`);
    await eventually(async () => expect(await run.readyz()).toEqual({ status: 503, text: `Temporal does not answer at 127.0.0.1:${port}\n` }), {
      within: 60_000,
    });
    expect(await run.end('SIGTERM')).toBe(0);
  });
});
