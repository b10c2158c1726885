import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { Agent, request } from 'undici';
import { Annotation, Label, WORKER_NAMESPACE } from '../../api/names/keys';
import { physicalName } from '../../domain/pods';
import { isRunning } from '../../local/demo/observe';
import { Commands } from '../../local/demo/commands';
import { binaries } from '../support/binaries';
import { eventually } from '../support/eventually';
import { kubectl } from '../support/kubectl';
import { Lending, vnodeOf } from '../support/lending';
import { startMetricsServer } from '../support/metrics-server';
import { NodeTunnel, NODE_ADDRESS } from '../support/node-tunnel';
import { CPU_NANOS, CPU_SECONDS, kwokUsage, physicalFigures, USAGE_CPU, USAGE_MEMORY } from '../support/physical-figures';

const PODS = '/api/v1/namespaces/default/pods';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
/** An address of loopback that no other stack has: ports of vnodes come from their names, which are the same everywhere. */
const ADDRESS = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;

const folder = mkdtempSync(join(tmpdir(), 'kubeocean-figures-'));
let tunnel: NodeTunnel;
let lending: Lending;
let agent: Agent;
let token: string;

beforeAll(async () => {
  tunnel = await NodeTunnel.open(folder);
  lending = await Lending.open(
    {
      virtual: { aggregation: true },
      physical: {
        ...{ aggregation: true, nodeAddress: NODE_ADDRESS, kwokConfig: kwokUsage() },
        apiServerArgs: tunnel.apiServerArgs,
      },
    },
    { KUBEOCEAN_GATEWAY_ADDRESS: ADDRESS },
  );
  const { physical, virtual, stack } = lending;
  tunnel.paths = physicalFigures(physical.api);
  agent = new Agent({ connect: { ca: virtual.ca } });
  await grantNodeFigures();
  await Promise.all(['n1', 'n2'].map((name) => lending.lendNode(name, { annotations: { 'metrics.k8s.io/resource-metrics-path': `/metrics/nodes/${name}/metrics/resource` } })));
  await Promise.all([run('web', 'n1', '250m', '64Mi'), run('db', 'n2', '500m', '128Mi')]);
  await lending.ownersPod('owners-own', 'n1', { metadata: { annotations: { [USAGE_CPU]: '3', [USAGE_MEMORY]: '1Gi' } } });
  token = await prometheusToken();
  const common = { supervisor: stack.supervisor, dir: stack.dir };
  await Promise.all([
    startMetricsServer({ ...common, cluster: virtual, verifyKubelets: true }),
    startMetricsServer({ ...common, cluster: physical, env: { HTTPS_PROXY: tunnel.url } }),
  ]);
});

afterAll(async () => {
  await lending?.close();
  await agent?.close();
  tunnel?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function grantNodeFigures(): Promise<void> {
  const commands = new Commands((await binaries()).kubectl, folder);
  await commands.kubeocean('install', '--kubeconfig', lending.physical.kubeconfig, '--role', 'physical', '--node-figures');
}

/** A pod on the vnode of that node, past the scheduler, that uses so much. */
async function run(name: string, node: string, cpu: string, memory: string): Promise<void> {
  const { api } = lending.virtual;
  const annotations = { [USAGE_CPU]: cpu, [USAGE_MEMORY]: memory };
  const spec = { nodeName: vnodeOf(node), containers: [{ name: 'main', image: 'nginx' }], tolerations: [{ operator: 'Exists' }] };
  await api.create(PODS, { metadata: { name, annotations }, spec });
  await eventually(async () => expect(isRunning(await api.get<Pod>(`${PODS}/${name}`))).toBe(true), { within: 30_000 });
}

/** A scraper with the rights that Prometheus usually has. */
async function prometheusToken(): Promise<string> {
  const { api } = lending.virtual;
  await api.create('/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'prometheus' } });
  await api.create(`${RBAC}/clusterroles`, { metadata: { name: 'prometheus' }, rules: [{ apiGroups: [''], resources: ['nodes/metrics', 'nodes/stats'], verbs: ['get'] }] });
  await api.create(`${RBAC}/clusterrolebindings`, {
    metadata: { name: 'prometheus' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'prometheus' },
    subjects: [{ kind: 'ServiceAccount', name: 'prometheus', namespace: 'default' }],
  });
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  return (await api.create<{ status: { token: string } }>('/api/v1/namespaces/default/serviceaccounts/prometheus/token', review)).status.token;
}

interface Scraped {
  readonly status: number;
  readonly body: string;
}

async function scrape(url: string, bearer = token): Promise<Scraped> {
  const { statusCode, body } = await request(`https://${url}`, { dispatcher: agent, headers: { authorization: `Bearer ${bearer}` } });
  return { status: statusCode, body: await body.text() };
}

async function portOf(node: string): Promise<string> {
  const vnode = await lending.vnode(node);
  return vnode?.metadata?.labels?.[Label.ProxierPort] ?? '';
}

const figures = async (node: string, path: string, address = ADDRESS) => scrape(`${address}:${await portOf(node)}${path}`);

/** Names that nobody in the virtual cluster may see. */
const HIDDEN = ['owners-own', WORKER_NAMESPACE, physicalName('web', 'default'), physicalName('db', 'default'), 'kube-system', 'machine_'];

function showsOnly(text: string, pod: string, other: string): void {
  expect(text).toContain(pod);
  for (const name of [other, ...HIDDEN]) expect(text).not.toContain(name);
}

it('advertises a port of its own for each vnode, and where Prometheus finds it', async () => {
  const vnodes = (await Promise.all(['n1', 'n2'].map((name) => lending.vnode(name)))) as Node[];
  const ports = vnodes.map(({ metadata }) => Number(metadata?.labels?.[Label.ProxierPort]));
  expect(new Set(ports).size).toBe(2);
  for (const [index, { metadata, status }] of vnodes.entries()) {
    expect(status?.addresses).toContainEqual({ type: 'InternalIP', address: ADDRESS });
    expect(status?.daemonEndpoints?.kubeletEndpoint?.Port).toBe(ports[index]);
    expect(metadata?.annotations?.[Annotation.PrometheusUrl]).toBe(`${ADDRESS}:9006/${metadata?.name}`);
  }
});

it.each([
  ['/metrics/cadvisor', [CPU_SECONDS, '# TYPE container_cpu_usage_seconds_total counter', '# HELP container_network_receive_bytes_total']],
  ['/metrics/probes', ['# TYPE prober_probe_total counter', 'probe_type="Readiness"']],
  ['/metrics/resource', ['# TYPE pod_cpu_usage_seconds_total counter', 'node_memory_working_set_bytes']],
  ['/metrics', [CPU_SECONDS, '# TYPE container_cpu_usage_seconds_total counter']],
  ['/stats/summary', [CPU_NANOS]],
])('%s of two vnodes shows each its own pods, and nobody else’s', async (path, expected) => {
  // A right that was refused once is asked for again after a minute.
  await eventually(async () => {
    const [first, second] = await Promise.all([figures('n1', path), figures('n2', path)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    showsOnly(first.body, 'web', '"db"');
    showsOnly(second.body, 'db', '"web"');
    for (const text of expected) expect(first.body).toContain(text);
  }, { within: 120_000, every: 500 });
});

it('keeps zeros, time stamps and all labels', async () => {
  const { body } = await figures('n1', '/metrics/cadvisor');
  const pod = await lending.physical.api.get<Pod>(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods/${physicalName('web', 'default')}`);
  const labels = `container="",id="/kubepods/pod${pod.metadata?.uid}/c",image="nginx",name="c",namespace="default",pod="web",interface="eth0"`;
  expect(body.split('\n')).toContain(`container_network_receive_bytes_total{${labels}} 0 1700000000000`);
});

it('answers at the URL for Prometheus', async () => {
  const vnode = await lending.vnode('n1');
  const { status, body } = await scrape(`${vnode?.metadata?.annotations?.[Annotation.PrometheusUrl]}/metrics`);
  expect([status, body]).toEqual([200, expect.stringContaining(`pod="web",cpu="total",node="${vnodeOf('n1')}"} ${CPU_SECONDS}`)]);
});

it('refuses who is not known, and who may not', async () => {
  const { api } = lending.virtual;
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { status } = await api.create<{ status: { token: string } }>('/api/v1/namespaces/default/serviceaccounts/default/token', review);
  const url = `${ADDRESS}:${await portOf('n1')}/metrics/resource`;
  expect((await scrape(url, 'nonsense')).status).toBe(401);
  expect((await scrape(url, status.token)).status).toBe(403);
});

it('lets kubectl top work with the real metrics-server', async () => {
  await eventually(
    async () => {
      const nodes = await kubectl(lending.virtual.kubeconfig, 'top', 'node', '--no-headers');
      const pods = await kubectl(lending.virtual.kubeconfig, 'top', 'pod', '--no-headers');
      expect(rows(nodes).map(([name, cpu, , memory]) => [name, quarters(cpu), memory])).toEqual([
        [vnodeOf('n1'), 1, '64Mi'],
        [vnodeOf('n2'), 2, '128Mi'],
      ]);
      expect(rows(pods).map(([name, cpu, memory]) => [name, quarters(cpu), memory])).toEqual([['db', 2, '128Mi'], ['web', 1, '64Mi']]);
    },
    { within: 90_000, every: 1_000 },
  );
});

/** In quarters of a CPU: rates are made from the instants of two scrapes, which a busy machine shifts. */
const quarters = (cpu = '') => Math.round(Number(/^(\d+)m$/.exec(cpu)?.[1]) / 250);
const rows = (table: string) => table.trim().split('\n').map((line) => line.trim().split(/\s+/)).sort();

it('serves every vnode from a second gateway, at the same ports', async () => {
  const second = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  const gateway = await lending.product.startGateway({ KUBEOCEAN_GATEWAY_ADDRESS: second });
  try {
    const { body } = await eventually(() => figures('n1', '/metrics/cadvisor', second), { within: 30_000 });
    showsOnly(body, 'web', '"db"');
  } finally {
    await gateway.stop();
  }
});

describe('where the lender grants the metrics API only', () => {
  beforeAll(async () => {
    await lending.physical.api.delete(`${RBAC}/clusterrolebindings/kubeocean-node-figures`);
    await eventually(async () => expect((await figures('n1', '/metrics/cadvisor')).body).not.toContain(CPU_SECONDS), { within: 30_000 });
  });

  it.each(['/metrics/resource', '/metrics/cadvisor', '/metrics', '/stats/summary'])('%s shows CPU and memory of the own pods', async (path) => {
    await eventually(async () => {
      const [first, second] = await Promise.all([figures('n1', path), figures('n2', path)]);
      expect([first.status, second.status]).toEqual([200, 200]);
      showsOnly(first.body, 'web', '"db"');
      showsOnly(second.body, 'db', '"web"');
      expect(first.body).toContain(`${64 * 1024 * 1024}`);
    }, { within: 60_000, every: 1_000 });
  });

  it('kubectl top goes on', async () => {
    const since = Date.now();
    await eventually(
      async () => {
        const { items } = await lending.virtual.api.get<{ items: { timestamp: string; metadata: { name: string }; usage: { cpu: string } }[] }>('/apis/metrics.k8s.io/v1beta1/nodes');
        expect(items.map(({ metadata }) => metadata.name).sort()).toEqual([vnodeOf('n1'), vnodeOf('n2')]);
        for (const { timestamp } of items) expect(Date.parse(timestamp)).toBeGreaterThan(since);
      },
      { within: 90_000, every: 1_000 },
    );
    // The first rate of a counter that begins anew spans the change.
    await eventually(
      async () => {
        const nodes = rows(await kubectl(lending.virtual.kubeconfig, 'top', 'node', '--no-headers'));
        expect(nodes.map(([, cpu]) => quarters(cpu))).toEqual([1, 2]);
      },
      { within: 60_000, every: 2_000 },
    );
  });
});
