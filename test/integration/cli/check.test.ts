/** `kubeocean check` against a real API server: each check fails alone, and says what to do. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { checkCluster } from '../../../activities/binding/preflight-checks';
import { GROUP_VERSION } from '../../../api/names/group';
import { Label } from '../../../api/names/keys';
import { ClusterAccess, ClusterBindings, ClusterRoles, createKubeClient, CustomResourceDefinitions, Namespaces, Roles, Secrets } from '../../../kube';
import type { ClusterBinding } from '../../../api/names/types';
import { createPki } from '../../../local/clusters/pki';
import { eventually } from '../../support/eventually';
import { startOneCluster, type OneCluster } from '../crds/one-cluster';
import { kubeocean } from './command-line';

let cluster: OneCluster;
/** Of the least-privileged account, as a lender hands it out. */
let lender: string;

beforeAll(async () => {
  cluster = await startOneCluster();
  for (const role of ['virtual', 'physical']) await kubeocean('install', '--kubeconfig', cluster.kubeconfig, '--role', role);
  lender = join(cluster.dir, 'lender.kubeconfig');
  const { code } = await kubeocean('kubeconfig', '--kubeconfig', cluster.kubeconfig, '--output', lender);
  expect(code).toBe(0);
  // An API server learns of a role a moment after it was written.
  await eventually(async () => expect(new Set((await check(lender)).lines.map(({ status }) => status))).toEqual(new Set(['Passed'])));
});
afterAll(() => cluster?.stop());

interface Line {
  readonly status: string;
  readonly name: string;
  readonly message: string;
}

const linesOf = (stdout: string): Line[] =>
  stdout.trimEnd().split('\n').map((line) => {
    const [, status = '', name = '', message = ''] = /^(\S+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return { status, name, message };
  });
const statusesOf = (lines: readonly Line[]) => Object.fromEntries(lines.map(({ name, status }) => [name, status]));
const lineOf = (lines: readonly Line[], name: string) => lines.find((line) => line.name === name);

/** Checks a kubeconfig. */
async function check(file: string, ...args: string[]) {
  const { code, stdout, stderr } = await kubeocean('check', '--kubeconfig', file, ...args);
  return { code, stderr, lines: linesOf(stdout) };
}

type Kubeconfig = { clusters: [{ cluster: Record<string, string> }]; users: [{ user: Record<string, unknown> }] };

/** The lender's kubeconfig with a difference. */
async function changed(name: string, change: (kubeconfig: Kubeconfig) => void): Promise<string> {
  const kubeconfig = parse(readFileSync(lender, 'utf8')) as Kubeconfig;
  change(kubeconfig);
  const file = join(cluster.dir, `${name}.kubeconfig`);
  await writeFile(file, stringify(kubeconfig));
  return file;
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const tokenOf = (file: string) => String((parse(readFileSync(file, 'utf8')) as Kubeconfig).users[0].user.token);

it('passes with what install and kubeconfig made, a line for each check', async () => {
  const { code, lines, stderr } = await check(lender);
  expect([code, stderr]).toEqual([0, 'the cluster can be used\n']);
  expect(new Set(lines.map(({ status }) => status))).toEqual(new Set(['Passed']));
  expect(lines.map(({ name }) => name)).toEqual([
    ...['Kubeconfig', 'Credentials', 'Reachable', 'TLS', 'WhoAmI', 'SameCluster', 'VersionSkew', 'ClockSkew', 'CRDPresent', 'MountNamespaceFree'],
    ...['Permissions/nodes', 'Permissions/pods', 'Permissions/pods/ephemeralcontainers', 'Permissions/resourceleasingpolicies'],
    ...['Permissions/resourceleasingpolicies/status', 'Permissions/priorityclasses', 'Permissions/csinodes', 'Permissions/events', 'Permissions/secrets'],
    ...['Permissions/configmaps', 'Permissions/persistentvolumeclaims', 'Permissions/persistentvolumes', 'Permissions/namespaces'],
    ...['Permissions/pods/resize', 'Permissions/runtimeclasses', 'Permissions/pods/log', 'Permissions/pods/exec', 'Permissions/pods/attach'],
    ...['Permissions/pods/portforward', 'Permissions/warnings', 'Permissions/figures'],
  ]);
  expect(lineOf(lines, 'WhoAmI')?.message).toBe('The credentials are those of system:serviceaccount:kubeocean-worker:kubeocean-syncer.');
  expect(lineOf(lines, 'Permissions/pods')?.message).toBe(
    'Granted: list, watch everywhere; get, create, patch, delete in kubeocean-worker.',
  );
});

it('tells until when a client certificate is valid', async () => {
  const { lines } = await check(cluster.kubeconfig);
  expect(lineOf(lines, 'Credentials')?.message).toMatch(/^The client certificate (is valid until|expires at) 20\d\d-\d\d-\d\dT/);
});

describe('a kubeconfig with a fault', () => {
  it.each<[string, string, RegExp, () => Promise<string>]>([
    ['that runs a program', 'Kubeconfig', /users\[\]\.user\.exec would run a program/, () =>
      changed('exec', ({ users: [{ user }] }) => (user.exec = { command: '/bin/true' }))],
    ['whose server does not answer', 'Reachable', /does not answer \(ECONNREFUSED\): check clusters\[\]\.cluster\.server/, () =>
      changed('refused', ({ clusters: [one] }) => (one.cluster.server = 'https://127.0.0.1:1'))],
    ['that trusts another CA', 'TLS', /certificate of the API server is refused \(\w+\): put the CA/, async () => {
      const { ca: other } = await createPki('other', join(cluster.dir, 'other-pki'));
      const ca = base64(other);
      return changed('other-ca', ({ clusters: [one] }) => (one.cluster['certificate-authority-data'] = ca));
    }],
    ['that expects another name', 'TLS', /ERR_TLS_CERT_ALTNAME_INVALID\): write a name/, () =>
      changed('other-name', ({ clusters: [one] }) => (one.cluster['tls-server-name'] = 'elsewhere.example'))],
    ['whose token nobody issued', 'WhoAmI', /refuses these credentials: make a new kubeconfig with "kubeocean kubeconfig"/, () =>
      changed('other-token', ({ users: [{ user }] }) => (user.token = 'nobody-issued-this'))],
    ['that asks for a namespace which does not exist', 'MountNamespaceFree', /Namespace elsewhere may not be read: run "kubeocean install/, async () => lender],
  ])('%s fails at %s', async (fault, name, message, make) => {
    const args = fault.includes('namespace') ? ['--mount-namespace', 'elsewhere'] : [];
    const { code, lines, stderr } = await check(await make(), ...args);
    expect(code).toBe(1);
    const failed = lines.filter(({ status }) => status === 'Failed');
    expect(failed[0]).toMatchObject({ name, message: expect.stringMatching(message) });
    expect(stderr).toContain(`checks failed: ${name}`);
    if (name !== 'MountNamespaceFree') {
      expect(failed).toHaveLength(1);
      const after = lines.slice(lines.indexOf(failed[0]!) + 1).map(({ status }) => status);
      expect(new Set(after).has('Skipped')).toBe(true);
      expect(JSON.stringify(lines)).not.toContain(tokenOf(lender));
    }
  });

  it('whose token has expired fails at Credentials and at WhoAmI', async () => {
    const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString('base64url');
    const token = `${part({ alg: 'EdDSA' })}.${part({ iat: 1_600_000_000, exp: 1_600_003_600 })}.c2lnbmF0dXJl`;
    const { lines } = await check(await changed('expired', ({ users: [{ user }] }) => (user.token = token)));
    expect(lineOf(lines, 'Credentials')).toMatchObject({
      status: 'Failed',
      message: expect.stringMatching(/^The token expired at 2020-09-13T13:26:40Z: make a new kubeconfig/),
    });
    expect(lineOf(lines, 'WhoAmI')?.status).toBe('Failed');
    expect(lineOf(lines, 'CRDPresent')?.status).toBe('Skipped');
  });
});

describe('a cluster with a fault', () => {
  it('without the CRD fails at CRDPresent', async () => {
    const name = 'resourceleasingpolicies.cloud.tencent.com';
    await cluster.client.remove(CustomResourceDefinitions, { name });
    await eventually(async () => {
      const { lines } = await check(lender);
      expect(lineOf(lines, 'CRDPresent')).toMatchObject({ status: 'Failed', message: expect.stringContaining('kubeocean install --role physical') });
    });
    await kubeocean('install', '--kubeconfig', cluster.kubeconfig, '--role', 'physical');
    await eventually(async () => expect(statusesOf((await check(lender)).lines)).toMatchObject({ CRDPresent: 'Passed' }));
  });

  it('that takes a right away fails at the line of its resource, naming the verb', async () => {
    const key = { name: 'kubeocean-syncer' };
    const role = (await cluster.client.get(ClusterRoles, key))!;
    const rules = role.rules!.map((rule) =>
      rule.resources?.includes('nodes') ? { ...rule, verbs: rule.verbs.filter((verb) => verb !== 'patch') } : rule,
    );
    await cluster.client.patch(ClusterRoles, key, { kind: 'merge', body: { rules } });
    await eventually(async () => {
      const { lines } = await check(lender);
      const failed = lines.filter(({ status }) => status === 'Failed');
      expect(failed.map(({ name }) => name)).toEqual(['Permissions/nodes']);
      expect(failed[0]?.message).toBe('Missing: patch everywhere. Run "kubeocean install --role physical" in the physical cluster.');
    });
    await cluster.client.patch(ClusterRoles, key, { kind: 'merge', body: { rules: role.rules } });
  });

  it('whose lender wants nobody in its pods warns and names what it costs', async () => {
    const key = { name: 'kubeocean-syncer', namespace: 'kubeocean-worker' };
    const role = (await cluster.client.get(Roles, key))!;
    const rules = role.rules!.filter(({ resources }) => !resources?.includes('pods/exec'));
    await cluster.client.patch(Roles, key, { kind: 'merge', body: { rules } });
    await eventually(async () => {
      const { code, lines } = await check(lender);
      const message = expect.stringMatching(/^Missing: get, create in kubeocean-worker, so borrowed pods have no kubectl exec\. /);
      expect([code, lineOf(lines, 'Permissions/pods/exec')]).toEqual([0, expect.objectContaining({ status: 'Warning', message })]);
    });
    await cluster.client.patch(Roles, key, { kind: 'merge', body: { rules: role.rules } });
  });

  it('that takes away a right that may be missing warns, naming what does not work', async () => {
    const key = { name: 'kubeocean-syncer' };
    const role = (await cluster.client.get(ClusterRoles, key))!;
    const rules = role.rules!.filter(({ resources }) => !resources?.includes('runtimeclasses'));
    await cluster.client.patch(ClusterRoles, key, { kind: 'merge', body: { rules } });
    await eventually(async () => {
      const { code, lines } = await check(lender);
      expect(lineOf(lines, 'Permissions/runtimeclasses')).toMatchObject({ status: 'Warning', message: expect.stringMatching(/^Missing: get everywhere, so a pod whose RuntimeClass/) });
      expect(code).toBe(0);
    });
    await cluster.client.patch(ClusterRoles, key, { kind: 'merge', body: { rules: role.rules } });
  });

  it('whose mount namespace has a holder warns before there is a binding', async () => {
    const namespace = { name: 'kubeocean-worker' };
    const label = (value: string | null) => ({ kind: 'merge', body: { metadata: { labels: { [Label.VirtualCluster]: value } } } }) as const;
    await cluster.client.patch(Namespaces, namespace, label('somebody'));
    const { code, lines } = await check(lender);
    await cluster.client.patch(Namespaces, namespace, label(null));
    expect(code).toBe(0);
    expect(lineOf(lines, 'MountNamespaceFree')).toMatchObject({ status: 'Warning', message: expect.stringContaining('(somebody)') });
  });

  it('with a clock that is minutes off fails at ClockSkew, and one of an old version at VersionSkew', async () => {
    const server = createServer((request, response) => {
      response.setHeader('date', new Date(Date.now() - 180_000).toUTCString());
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url === '/version' ? { gitVersion: 'v1.26.3' } : {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const client = createKubeClient(new ClusterAccess({ server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'x' }));
    const { checks } = await checkCluster(client, { mountNamespace: 'm', virtualCluster: null, virtualVersion: null });
    await client.close();
    server.close();
    expect(statusesOf(checks as Line[])).toMatchObject({ ClockSkew: 'Failed', VersionSkew: 'Failed' });
    expect(checks.find(({ name }) => name === 'ClockSkew')?.message).toMatch(/more than a minute behind ours: synchronise both clocks/);
  });
});

describe('--binding', () => {
  const binding = (name: string, spec: Partial<ClusterBinding['spec']> = {}) =>
    cluster.client.create(ClusterBindings, {
      apiVersion: GROUP_VERSION,
      kind: 'ClusterBinding',
      metadata: { name } as ClusterBinding['metadata'],
      spec: { clusterID: 'c', secretRef: { name: 'lender', namespace: 'kubeocean-system' }, mountNamespace: 'kubeocean-worker', ...spec },
    });
  const checkBinding = (name: string) => check(cluster.kubeconfig, '--binding', name);

  it('checks what the Secret of the binding holds, and the clusterID', async () => {
    await cluster.client.create(Secrets, {
      metadata: { name: 'lender', namespace: 'kubeocean-system' },
      data: { kubeconfig: base64(readFileSync(lender, 'utf8')) },
    });
    await binding('one');
    expect(await checkBinding('one')).toMatchObject({ code: 0 });
    await binding('two');
    const { code, lines } = await checkBinding('two');
    expect(code).toBe(1);
    expect(lines[0]).toMatchObject({ name: 'ClusterIDFree', status: 'Failed', message: expect.stringContaining('ClusterBinding one') });
    expect(new Set(lines.slice(1).map(({ status }) => status))).toEqual(new Set(['Skipped']));
  });

  it('asks for the rights on Services only where the binding wants them mirrored', async () => {
    const line = async (name: string) => lineOf((await checkBinding(name)).lines, 'Permissions/services');
    expect(await line('one')).toBeUndefined();
    await binding('mirrors', { clusterID: 'm', serviceNamespaces: ['shop'] });
    expect(await line('mirrors')).toMatchObject({ status: 'Warning', message: expect.stringMatching(/^Missing: get services, .* so spec\.serviceNamespaces is not followed/) });
    await kubeocean('install', '--kubeconfig', cluster.kubeconfig, '--role', 'physical', '--services');
    await eventually(async () => expect(await line('mirrors')).toMatchObject({ status: 'Passed' }));
  });

  it('names a Secret that is missing', async () => {
    await binding('three', { clusterID: 'd', secretRef: { name: 'nowhere', namespace: 'kubeocean-system' } });
    const { lines } = await checkBinding('three');
    expect(lineOf(lines, 'Kubeconfig')).toMatchObject({ status: 'Failed', message: expect.stringContaining('Secret kubeocean-system/nowhere') });
    expect(statusesOf(lines)).toMatchObject({ ClusterIDFree: 'Passed', Reachable: 'Skipped' });
  });

  it.each([
    [['--binding', 'nobody'], 'ClusterBinding nobody does not exist'],
    [['--binding', 'one', '--mount-namespace', 'x'], '--mount-namespace goes without --binding only'],
  ])('%j: %s', async (args, message) => {
    const { code, stderr } = await check(cluster.kubeconfig, ...args);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });

  it('wants to know what to check', async () => {
    expect(await kubeocean('check')).toMatchObject({ code: 1, stderr: expect.stringContaining('Give --binding, or --kubeconfig') });
  });
});
