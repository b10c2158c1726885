/** `kubeocean lease plan` against two real API servers, one that borrows and one that lends. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Annotation, Label, MANAGED_BY } from '../../../api/names/keys';
import type { LeaseReport } from '../../../cli/lease/plan-leases';
import {
  apiVersionOf,
  ClusterBindings,
  createKubeClient,
  loadKubeconfig,
  Nodes,
  Pods,
  ResourceLeasingPolicies,
  Secrets,
  ServiceAccounts,
  type KubeClient,
  type KubeObject,
  type ResourceType,
} from '../../../kube';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { eventually } from '../../support/eventually';
import { kubeocean } from './command-line';

const DAY = 24 * 60 * 60_000;
let servers: ApiServers;
let virtual: { readonly kubeconfig: string; readonly client: KubeClient };
let lender: KubeClient;

const object = (type: ResourceType<KubeObject>, metadata: object, rest: object = {}): KubeObject => ({
  apiVersion: apiVersionOf(type),
  kind: type.kind,
  metadata,
  ...rest,
});

async function createBinding(name: string, clusterID: string, kubeconfig: string): Promise<void> {
  const namespace = 'kubeocean-system';
  const data = { kubeconfig: Buffer.from(kubeconfig).toString('base64') };
  await virtual.client.create<KubeObject>(Secrets, object(Secrets, { name, namespace }, { data }));
  const spec = { clusterID, secretRef: { name, namespace }, mountNamespace: 'kubeocean-worker' };
  await virtual.client.create<KubeObject>(ClusterBindings, object(ClusterBindings, { name }, { spec }));
}

async function createPod(name: string, nodeName: string, tolerations: object[] = []): Promise<void> {
  const spec = { nodeName, automountServiceAccountToken: false, tolerations, containers: [{ name: 'main', image: 'nginx' }] };
  await virtual.client.create<KubeObject>(Pods, object(Pods, { name, namespace: 'default' }, { spec }));
}

async function createPolicy(name: string, role: string, spec: object): Promise<void> {
  const nodeSelector = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'role', operator: 'In', values: [role] }] }] };
  const policy = object(ResourceLeasingPolicies, { name }, { spec: { cluster: 'east', nodeSelector, ...spec } });
  await lender.create<KubeObject>(ResourceLeasingPolicies, policy);
}

beforeAll(async () => {
  servers = await startApiServers(2, { controllers: ['serviceaccount-controller', 'serviceaccount-token-controller'] });
  const [first, second] = servers.clusters;
  if (second === undefined) throw new Error('two API servers were asked for');
  virtual = { kubeconfig: servers.first.kubeconfig, client: createKubeClient(loadKubeconfig(first?.kubeconfig)) };
  lender = createKubeClient(loadKubeconfig(second.kubeconfig));
  await kubeocean('install', '--kubeconfig', virtual.kubeconfig, '--role', 'virtual');
  await kubeocean('install', '--kubeconfig', second.kubeconfig, '--role', 'physical');
  const file = join(servers.first.kubeconfig, '..', 'lender.kubeconfig');
  await eventually(async () => expect((await kubeocean('kubeconfig', '--kubeconfig', second.kubeconfig, '--output', file)).code).toBe(0));
  await createBinding('east', 'e', await readFile(file, 'utf8'));
  for (const [name, role] of [['n1', 'nights'], ['n2', 'always'], ['n3', 'kept']]) {
    await lender.create<KubeObject>(Nodes, object(Nodes, { name, labels: { role } }));
  }
  const forced = { forceReclaim: true, gracefulReclaimPeriodSeconds: 600 };
  await createPolicy('nights', 'nights', { timeZone: 'Asia/Kolkata', timeWindows: [{ start: '20:00', end: '05:59' }], ...forced });
  await createPolicy('always', 'always', {});
  await eventually(async () => expect(await virtual.client.get(ServiceAccounts, { namespace: 'default', name: 'default' })).not.toBeNull());
  await createPod('web', 'vnode-e-n1');
  await createPod('agent', 'vnode-e-n1', [{ key: 'kubeocean.io/out-of-time-windows', operator: 'Exists' }]);
  await createPod('elsewhere', 'vnode-e-n2');
  // An API server learns of the lender's role a moment after it was written.
  await eventually(async () => expect(await leasePlan()).toMatchObject({ code: 0, stderr: '' }));
});

afterAll(async () => {
  await virtual?.client.close();
  await lender?.close();
  await servers?.stop();
});

const leasePlan = (...args: readonly string[]) => kubeocean('lease', 'plan', '--kubeconfig', virtual.kubeconfig, ...args);
const reportOf = (stdout: string) => JSON.parse(stdout) as LeaseReport;

it('prints a row for every edge of the next two weeks, and one for a node without', async () => {
  const { code, stdout, stderr } = await leasePlan();
  expect([code, stderr]).toEqual([0, '']);
  const [header, ...rows] = stdout.trimEnd().split('\n').map((line) => line.split(/ {3,}/));
  expect(header).toEqual(['BINDING', 'NODE', 'POLICY', 'AT', 'LENDING', 'BECAUSE', 'DEADLINE', 'PODS']);
  const nights = rows.filter(([, node]) => node === 'n1');
  expect(nights).toHaveLength(28);
  for (const [, , policy, at, lending, because, deadline, pods] of nights) {
    const closes = lending === 'Closed';
    expect([policy, because]).toEqual(['nights', 'window']);
    expect(at).toMatch(closes ? /T06:00:00\+05:30$/ : /T20:00:00\+05:30$/);
    expect(deadline).toMatch(closes ? /T06:10:00\+05:30$/ : /^<none>$/);
    expect(pods).toBe(closes ? 'default/web' : '<none>');
  }
  expect(rows.slice(28)).toEqual([['east', 'n2', 'always', '<none>', 'Open', 'no edge ahead', '<none>', '<none>']]);
});

it('prints the same as JSON, of one policy and of the days that are asked for', async () => {
  const { code, stdout } = await leasePlan('-o', 'json', '--policy', 'nights', '--days', '2');
  expect(code).toBe(0);
  const { from, until, nodes, unread } = reportOf(stdout);
  expect([Date.parse(until) - Date.parse(from), unread]).toEqual([2 * DAY, []]);
  expect(nodes).toEqual([
    expect.objectContaining({ binding: 'east', node: 'n1', virtualNode: 'vnode-e-n1', policy: 'nights', timeZone: 'Asia/Kolkata' }),
  ]);
  const closing = nodes[0]?.edges.find(({ lending }) => lending === 'Closed');
  expect(nodes[0]?.edges).toHaveLength(4);
  expect(closing?.at).toMatch(/T00:30:00Z$/);
  expect(closing?.reclaim).toMatchObject({ pods: ['default/web'], staying: ['default/agent'], noticeAt: null });
});

it('reads a policy without a zone in the one that the workers say', async () => {
  const zoned = { kind: 'merge', body: { status: { timeZone: 'Asia/Kathmandu' } } } as const;
  await lender.patch(ResourceLeasingPolicies, { name: 'always' }, zoned, { subresource: 'status' });
  const { stdout } = await leasePlan('-o', 'json', '--policy', 'always');
  expect(reportOf(stdout).nodes.map(({ timeZone }) => timeZone)).toEqual(['Asia/Kathmandu']);
});

it('plans a lease that was returned as it now stands', async () => {
  const [at, expires] = [new Date().toISOString(), new Date(Date.now() + DAY).toISOString()];
  const annotations = { [Annotation.LeaseOverride]: JSON.stringify({ kind: 'return', until: at, expires, at }) };
  const labels = { [Label.ManagedBy]: MANAGED_BY };
  await virtual.client.create<KubeObject>(Nodes, object(Nodes, { name: 'vnode-e-n2', labels, annotations }));
  const { nodes } = reportOf((await leasePlan('-o', 'json', '--policy', 'always')).stdout);
  expect(nodes).toEqual([
    expect.objectContaining({ lending: 'Closed', edges: [expect.objectContaining({ lending: 'Open', override: 'return' })] }),
  ]);
});

it('plans what was accepted while an edit is held, and the edit once it counts', async () => {
  const key = { name: 'nights' };
  const { spec } = (await lender.get(ResourceLeasingPolicies, key))!;
  const accepted = { generation: 1, spec: JSON.stringify({ ...spec, cluster: undefined }) };
  const say = (status: string, reason: string) => {
    const condition = { type: 'Blocked', status, reason, message: '', lastTransitionTime: '2026-11-21T00:00:00Z' };
    return lender.patch(ResourceLeasingPolicies, key, { kind: 'merge', body: { status: { accepted, conditions: [condition] } } }, { subresource: 'status' });
  };
  const closings = async () => {
    const { nodes } = reportOf((await leasePlan('-o', 'json', '--policy', 'nights')).stdout);
    return [...new Set(nodes.flatMap(({ edges }) => edges).flatMap(({ at, lending }) => (lending === 'Closed' ? [at.slice(10)] : [])))];
  };
  await lender.patch(ResourceLeasingPolicies, key, { kind: 'merge', body: { spec: { timeWindows: [{ start: '20:00', end: '01:59' }] } } });
  await say('True', 'ReclaimHeld');
  expect(await closings()).toEqual(['T00:30:00Z']);
  await say('False', 'NothingHeld');
  expect(await closings()).toEqual(['T20:30:00Z']);
});

it('says so where no node is lent', async () => {
  expect(await leasePlan('--policy', 'days')).toEqual({ code: 0, stdout: '', stderr: 'No node is lent by ResourceLeasingPolicy days.\n' });
});

it.each(['0', '367', '1.5', 'a'])('refuses %s days', async (days) => {
  const { code, stderr } = await leasePlan('--days', days);
  expect(code).not.toBe(0);
  expect(stderr).toContain('whole number from 1 to 366');
});

it('prints what it can when a physical cluster cannot be read, and fails', async () => {
  const nobody = (await readFile(servers.first.kubeconfig, 'utf8')).replace(/server: .*/, 'server: https://127.0.0.1:1');
  await createBinding('west', 'w', nobody);
  const { code, stdout, stderr } = await leasePlan('-o', 'json');
  expect(code).toBe(1);
  expect(reportOf(stdout).nodes.map(({ node }) => node)).toEqual(['n1', 'n2']);
  expect(reportOf(stdout).unread).toEqual([{ binding: 'west', message: expect.stringContaining('ApiUnavailable') }]);
  expect(stderr).toMatch(/^ClusterBinding west: .*\nkubeocean: The plan is not complete/);
});
