/** `kubeocean install` against a real API server. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ClusterRoleBindings,
  ClusterRoles,
  CustomResourceDefinitions,
  Namespaces,
  RoleBindings,
  Roles,
  Secrets,
  ServiceAccounts,
} from '../../../kube';
import { eventually } from '../../support/eventually';
import { startOneCluster, type OneCluster } from '../crds/one-cluster';
import { kubeocean } from './command-line';

let cluster: OneCluster;
beforeAll(async () => {
  cluster = await startOneCluster();
});
afterAll(() => cluster?.stop());

const install = (...args: readonly string[]) => kubeocean('install', '--kubeconfig', cluster.kubeconfig, ...args);

/** The first word of each line: what happened to each object. */
const words = (stdout: string) => stdout.trim().split('\n').map((line) => line.split(/\s+/)[0]);
const objects = (stdout: string) => stdout.trim().split('\n').map((line) => line.split(/\s+/)[1]);

const VIRTUAL = [
  'customresourcedefinition/clusterbindings.cloud.tencent.com',
  'namespace/kubeocean-system',
  'namespace/kubeocean-fake',
  'serviceaccount/kubeocean-system/kubeocean',
  'clusterrole/kubeocean',
  'role/kube-node-lease/kubeocean-node-leases',
  'role/kubeocean-system/kubeocean-gateway',
  'role/kubeocean-fake/kubeocean-placeholders',
  'role/kubeocean-system/kubeocean-debts',
  'clusterrolebinding/kubeocean',
  'clusterrolebinding/kubeocean-api-server',
  'rolebinding/kube-node-lease/kubeocean-node-leases',
  'rolebinding/kubeocean-system/kubeocean-gateway',
  'rolebinding/kubeocean-fake/kubeocean-placeholders',
  'rolebinding/kubeocean-system/kubeocean-debts',
];
const PHYSICAL = [
  'customresourcedefinition/resourceleasingpolicies.cloud.tencent.com',
  'namespace/kubeocean-worker',
  'serviceaccount/kubeocean-worker/kubeocean-syncer',
  'secret/kubeocean-worker/kubeocean-syncer',
  'clusterrole/kubeocean-syncer',
  'role/kubeocean-worker/kubeocean-syncer',
  'clusterrolebinding/kubeocean-syncer',
  'rolebinding/kubeocean-worker/kubeocean-syncer',
];

describe.each([
  ['virtual', VIRTUAL, 'clusterbindings.cloud.tencent.com', 'kubeocean-system'],
  ['physical', PHYSICAL, 'resourceleasingpolicies.cloud.tencent.com', 'kubeocean-worker'],
])('--role %s', (role, expected, crd, namespace) => {
  it('writes nothing in a dry run, and says what it would do', async () => {
    const { code, stdout, stderr } = await install('--role', role, '--dry-run');
    expect(code).toBe(0);
    expect(objects(stdout)).toEqual(expected);
    expect(new Set(words(stdout))).toEqual(new Set(['created']));
    expect(stderr).toContain('dry run, nothing was written');
    expect(await cluster.client.get(CustomResourceDefinitions, { name: crd })).toBeNull();
    expect(await cluster.client.get(Namespaces, { name: namespace })).toBeNull();
  });

  it('creates everything', async () => {
    const { code, stdout, stderr } = await install('--role', role);
    expect(code).toBe(0);
    expect(objects(stdout)).toEqual(expected);
    expect(new Set(words(stdout))).toEqual(new Set(['created']));
    expect(stderr).toBe(`${expected.length} created, 0 changed, 0 unchanged\n`);
    // What others add meanwhile would count as a change.
    for (const name of expected.filter((object) => object.startsWith('secret/')).map((object) => object.split('/')[2] ?? '')) {
      await eventually(async () => expect((await cluster.client.get(Secrets, { namespace, name }))?.data).toHaveProperty('token'));
    }
  });

  it.each([[[]], [['--dry-run']]])('changes nothing the second time (%s)', async (flags) => {
    const { code, stdout } = await install('--role', role, ...flags);
    expect(code).toBe(0);
    expect(objects(stdout)).toEqual(expected);
    expect(new Set(words(stdout))).toEqual(new Set(['unchanged']));
  });
});

describe('what others have changed', () => {
  const drop = { kind: 'json', body: [{ op: 'remove', path: '/rules/0' }] } as const;
  const role = { name: 'kubeocean-syncer' };
  const rules = async () => (await cluster.client.get(ClusterRoles, role))?.rules?.length;

  it('is put back, after a dry run has said so', async () => {
    const before = await rules();
    await cluster.client.patch(ClusterRoles, role, drop);
    const dry = await install('--role', 'physical', '--dry-run');
    expect(dry.stdout).toContain('changed    clusterrole/kubeocean-syncer');
    expect(await rules()).toBe((before ?? 0) - 1);
    const { stdout, stderr } = await install('--role', 'physical');
    expect(stdout).toContain('changed    clusterrole/kubeocean-syncer');
    expect(stderr).toContain('0 created, 1 changed, 7 unchanged');
    expect(await rules()).toBe(before);
  });

  it('stays where it is not ours: the claim of the mount namespace', async () => {
    const name = { name: 'kubeocean-worker' };
    const labels = { 'kubeocean.io/virtual-cluster': 'some-uid' };
    await cluster.client.patch(Namespaces, name, { kind: 'merge', body: { metadata: { labels } } });
    expect((await install('--role', 'physical')).stdout).toContain('unchanged  namespace/kubeocean-worker');
    expect((await cluster.client.get(Namespaces, name))?.metadata?.labels).toMatchObject(labels);
  });
});

it('makes room for the samples, which apply as they are', async () => {
  const samples = join(__dirname, '../../../deploy/samples');
  const applied = await eventually(() => cluster.kubectl('apply', '--dry-run=server', '--validate=strict', '--recursive', '-f', samples), { every: 500 });
  expect(applied.trim().split('\n')).toEqual([
    'clusterbinding.cloud.tencent.com/cluster-a created (server dry run)',
    'resourceleasingpolicy.cloud.tencent.com/nights-and-weekends created (server dry run)',
    'secret/cluster-a-kubeconfig created (server dry run)',
    'clusterbinding.cloud.tencent.com/cluster-b created (server dry run)',
    'resourceleasingpolicy.cloud.tencent.com/nights-and-weekends created (server dry run)',
    'secret/cluster-b-kubeconfig created (server dry run)',
    'deployment.apps/web created (server dry run)',
    'service/kubeocean-gateway created (server dry run)',
    'deployment.apps/kubeocean-gateway created (server dry run)',
    'poddisruptionbudget.policy/kubeocean-gateway created (server dry run)',
  ]);
});

describe('--namespace', () => {
  it('adds a second mount namespace beside the first', async () => {
    const { code, stdout } = await install('--role', 'physical', '--namespace', 'team-b');
    expect(code).toBe(0);
    expect(words(stdout)).toEqual(['unchanged', 'created', 'created', 'created', 'unchanged', 'created', 'created', 'created']);
    for (const namespace of ['kubeocean-worker', 'team-b']) {
      const key = { namespace, name: 'kubeocean-syncer' };
      expect(await cluster.client.get(ServiceAccounts, key)).not.toBeNull();
      expect((await cluster.client.get(RoleBindings, key))?.subjects).toEqual([expect.objectContaining({ namespace })]);
      const [own] = (await cluster.client.get(Roles, key))?.rules ?? [];
      expect(own).toMatchObject({ resources: ['namespaces'], resourceNames: [namespace] });
    }
    const names = ['kubeocean-syncer', 'kubeocean-syncer-team-b'];
    const bindings = await Promise.all(names.map((name) => cluster.client.get(ClusterRoleBindings, { name })));
    expect(bindings.map((binding) => binding?.subjects?.map((subject) => subject.namespace))).toEqual([['kubeocean-worker'], ['team-b']]);
  });

  it('is refused for the virtual cluster', async () => {
    const { code, stderr } = await install('--role', 'virtual', '--namespace', 'team-b');
    expect([code, stderr]).toEqual([1, 'kubeocean: --namespace goes with --role physical only; leave it out.\n']);
  });
});

describe('failures', () => {
  it('names the address that does not answer', async () => {
    const file = join(cluster.dir, 'nobody.kubeconfig');
    const text = (await cluster.kubectl('config', 'view', '--raw')).replace(cluster.server, 'https://127.0.0.1:1');
    await writeFile(file, text, { mode: 0o600 });
    const { code, stdout, stderr } = await kubeocean('install', '--kubeconfig', file, '--role', 'virtual');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/ApiUnavailable.*check its address/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says when the identity has not enough rights', async () => {
    const file = join(cluster.dir, 'syncer.kubeconfig');
    await kubeocean('kubeconfig', '--kubeconfig', cluster.kubeconfig, '--output', file);
    const { code, stderr } = await kubeocean('install', '--kubeconfig', file, '--role', 'physical');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Unauthorized.*CustomResourceDefinition.*rights of a cluster administrator/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
