/** `kubeocean kubeconfig`, and what its identity may do. */
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SelfSubjectAccessReview } from 'kubernetes-types/authorization/v1';
import { parse } from 'yaml';
import { createKubeClient, parseKubeconfig, Pods, type KubeClient } from '../../../kube';
import { eventually } from '../../support/eventually';
import { kubectl } from '../../support/kubectl';
import { startOneCluster, type OneCluster } from '../crds/one-cluster';
import { kubeocean, run } from './command-line';

let cluster: OneCluster;
let syncer: KubeClient;

beforeAll(async () => {
  cluster = await startOneCluster();
  await kubeocean('install', '--kubeconfig', cluster.kubeconfig, '--role', 'physical');
  await kubeocean('install', '--kubeconfig', cluster.kubeconfig, '--role', 'virtual');
  const { stdout } = await kubeocean('kubeconfig', '--kubeconfig', cluster.kubeconfig);
  syncer = createKubeClient(parseKubeconfig(stdout));
});

afterAll(async () => {
  await syncer?.close();
  await cluster?.stop();
});

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];
const KUBEOCEAN = 'cloud.tencent.com';
const RBAC = 'rbac.authorization.k8s.io';
/** Everything in all namespaces. */
const EVERYWHERE = '';

type RightsRow = readonly [namespace: string, resource: string, group: string, verbs: string];

/** Which of the verbs an identity has. An API server learns of a role a moment after it was written. */
async function rightsOf(row: RightsRow, ask: (attributes: object) => Promise<boolean>): Promise<string> {
  const [namespace, path, group] = row;
  const [resource, subresource] = path.split('/');
  const answers = await Promise.all(VERBS.map((verb) => ask({ namespace, resource, subresource, group, verb })));
  return VERBS.filter((_verb, index) => answers[index]).join(' ');
}

describe('kubeocean-syncer may, of all verbs', () => {
  const may = async (resourceAttributes: object) => {
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    return (await syncer.raw<SelfSubjectAccessReview>('POST', path, { body })).status?.allowed === true;
  };

  it.each<RightsRow>([
    [EVERYWHERE, 'nodes', '', 'get list watch patch'],
    [EVERYWHERE, 'nodes/status', '', ''],
    [EVERYWHERE, 'nodes/proxy', '', ''],
    [EVERYWHERE, 'pods', '', 'list watch'],
    ['default', 'pods', '', 'list watch'],
    ['kubeocean-worker', 'pods', '', 'get list watch create patch delete'],
    ['kubeocean-worker', 'pods/ephemeralcontainers', '', 'patch'],
    ['default', 'pods/ephemeralcontainers', '', ''],
    ['kubeocean-worker', 'pods/status', '', ''],
    ['kubeocean-worker', 'pods/exec', '', 'get create'],
    [EVERYWHERE, 'pods/exec', '', ''],
    ['kubeocean-worker', 'pods/eviction', '', ''],
    [EVERYWHERE, 'secrets', '', ''],
    ['default', 'secrets', '', ''],
    ['kube-system', 'secrets', '', ''],
    ['kubeocean-worker', 'secrets', '', 'get list watch create patch delete'],
    [EVERYWHERE, 'configmaps', '', ''],
    ['kube-system', 'configmaps', '', ''],
    ['kubeocean-worker', 'configmaps', '', 'get list watch create patch delete'],
    ['default', 'persistentvolumeclaims', '', ''],
    ['kubeocean-worker', 'persistentvolumeclaims', '', 'get list watch create patch delete'],
    [EVERYWHERE, 'persistentvolumes', '', 'get list watch create patch delete'],
    ['kubeocean-worker', 'serviceaccounts', '', ''],
    ['kubeocean-worker', 'serviceaccounts/token', '', ''],
    [EVERYWHERE, 'namespaces', '', ''],
    [EVERYWHERE, 'runtimeclasses', 'node.k8s.io', 'get'],
    ['kubeocean-worker', 'pods/resize', '', 'patch'],
    [EVERYWHERE, 'priorityclasses', 'scheduling.k8s.io', 'get create'],
    [EVERYWHERE, 'resourceleasingpolicies', KUBEOCEAN, 'list watch patch'],
    [EVERYWHERE, 'resourceleasingpolicies/status', KUBEOCEAN, 'patch'],
    [EVERYWHERE, 'clusterbindings', KUBEOCEAN, ''],
    ['default', 'events', '', 'create'],
    ['kubeocean-worker', 'events', '', 'list watch create'],
    [EVERYWHERE, 'clusterroles', RBAC, ''],
    [EVERYWHERE, 'clusterrolebindings', RBAC, ''],
    ['kubeocean-worker', 'roles', RBAC, ''],
    ['kubeocean-worker', 'rolebindings', RBAC, ''],
    [EVERYWHERE, 'customresourcedefinitions', 'apiextensions.k8s.io', ''],
    [EVERYWHERE, '*', '*', ''],
  ])('%s %s.%s: %s', async (...row) => {
    await eventually(async () => expect(await rightsOf(row, may)).toBe(row[3]));
  });

  it.each([
    ['kubeocean-worker', 'get patch'],
    ['default', ''],
    ['kube-system', 'get'],
  ])('the namespace %s itself: %s', async (name, expected) => {
    await eventually(async () => {
      const answers = await Promise.all(VERBS.map((verb) => may({ namespace: name, name, resource: 'namespaces', verb })));
      expect(VERBS.filter((_verb, index) => answers[index]).join(' ')).toBe(expected);
    });
  });
});

describe('kubeocean, the identity in the virtual cluster, may', () => {
  const may = async (resourceAttributes: object) => {
    const spec = { resourceAttributes, user: 'system:serviceaccount:kubeocean-system:kubeocean', groups: ['system:authenticated'] };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    return (await cluster.client.raw<SelfSubjectAccessReview>('POST', path, { body })).status?.allowed === true;
  };

  it.each<RightsRow>([
    [EVERYWHERE, 'clusterbindings', KUBEOCEAN, 'get list watch patch'],
    [EVERYWHERE, 'clusterbindings/status', KUBEOCEAN, 'patch'],
    [EVERYWHERE, 'nodes', '', 'get list watch create patch delete'],
    [EVERYWHERE, 'nodes/status', '', 'patch'],
    ['default', 'pods', '', 'get list watch patch delete'],
    ['default', 'pods/status', '', 'patch'],
    ['default', 'pods/eviction', '', 'create'],
    ['default', 'pods/exec', '', ''],
    ['default', 'secrets', '', 'get list watch patch'],
    ['default', 'configmaps', '', 'get list watch patch'],
    ['kubeocean-system', 'configmaps', '', 'get list watch create patch'],
    ['default', 'persistentvolumeclaims', '', 'get list watch patch'],
    ['default', 'persistentvolumeclaims/status', '', 'patch'],
    [EVERYWHERE, 'persistentvolumes', '', 'get list watch patch'],
    [EVERYWHERE, 'logconfigs', 'cls.cloud.tencent.com', 'list patch'],
    ['kubeocean-system', 'leases', 'coordination.k8s.io', 'get create patch'],
    ['default', 'serviceaccounts', '', ''],
    ['default', 'serviceaccounts/token', '', 'create'],
    ['default', 'services', '', 'get list watch'],
    [EVERYWHERE, 'namespaces', '', 'get create'],
    ['default', 'replicasets', 'apps', ''],
    ['default', 'deployments', 'apps', ''],
    ['default', 'events', '', 'get create patch'],
    ['kube-node-lease', 'leases', 'coordination.k8s.io', 'get list watch create patch delete'],
    ['kube-system', 'leases', 'coordination.k8s.io', ''],
    [EVERYWHERE, 'clusterroles', RBAC, ''],
    [EVERYWHERE, '*', '*', ''],
  ])('%s %s.%s: %s', async (...row) => {
    await eventually(async () => expect(await rightsOf(row, may)).toBe(row[3]));
  });
});

describe('the kubeconfig', () => {
  const args = ['kubeconfig', '--kubeconfig'];

  it('has one context, everything inline, and works', async () => {
    const { code, stdout, stderr } = await kubeocean(...args, cluster.kubeconfig);
    expect([code, stderr]).toEqual([0, '']);
    const host = new URL(cluster.server).host;
    expect(parse(stdout)).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': `kubeocean-syncer@${host}`,
      contexts: [
        {
          name: `kubeocean-syncer@${host}`,
          context: { cluster: host, user: 'kubeocean-syncer', namespace: 'kubeocean-worker' },
        },
      ],
      clusters: [{ name: host, cluster: { server: cluster.server, 'certificate-authority-data': expect.any(String) } }],
      users: [{ name: 'kubeocean-syncer', user: { token: expect.stringMatching(/^ey/) } }],
    });
    const pods = await eventually(() => syncer.list(Pods, { namespace: 'kube-system' }));
    expect(pods.items).toEqual([]);
  });

  it('carries the address that --server gives', async () => {
    const { stdout } = await kubeocean(...args, cluster.kubeconfig, '--server', 'https://lender.example:6443/');
    const [entry] = (parse(stdout) as { clusters: { cluster: { server: string } }[] }).clusters;
    expect(entry?.cluster.server).toBe('https://lender.example:6443');
  });

  it('goes into a file that only its owner reads, even where a public one was', async () => {
    const file = join(cluster.dir, 'out.kubeconfig');
    await writeFile(file, 'old', { mode: 0o644 });
    const { code, stdout, stderr } = await kubeocean(...args, cluster.kubeconfig, '--output', file);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toBe(`kubeconfig of ServiceAccount kubeocean-worker/kubeocean-syncer written to ${file}\n`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await kubectl(file, 'auth', 'whoami')).toContain('system:serviceaccount:kubeocean-worker:kubeocean-syncer');
  });

  it('comes from hack/kubeconfig.sh with the arguments of the guide', async () => {
    const file = join(cluster.dir, 'guide.kubeconfig');
    const script = join(__dirname, '../../../hack/kubeconfig.sh');
    const env = { ...process.env, KUBECONFIG: cluster.kubeconfig };
    const { code, stderr } = await run(script, ['kubeocean-syncer', 'kubeocean-worker', file], env);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(`written to ${file}`) });
    expect(await kubectl(file, 'auth', 'whoami')).toContain('system:serviceaccount:kubeocean-worker:kubeocean-syncer');
  });

  it.each([
    ['an unknown ServiceAccount', ['--service-account', 'nobody'], /ServiceAccount kubeocean-worker\/nobody does not exist; run kubeocean install/],
    ['a ServiceAccount without a Secret', ['--service-account', 'default'], /Secret kubeocean-worker\/default does not exist; create one of type/],
    ['a folder that does not exist', ['--output', '/nowhere/kubeconfig'], /--output \/nowhere\/kubeconfig cannot be written \(ENOENT\)/],
    ['a server without TLS', ['--server', 'http://lender:6443'], /--server must be the https URL/],
    ['a server that is no URL', ['--server', 'lender'], /--server must be the https URL/],
    ['a server with a password', ['--server', 'https://me:pw@lender'], /--server must be the https URL/],
  ])('is refused for %s, in one sentence', async (_name, more, message) => {
    const { code, stdout, stderr } = await kubeocean(...args, cluster.kubeconfig, ...more);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
