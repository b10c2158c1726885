import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { stringify } from 'yaml';
import { loadKubeconfig } from '../../../kube/load-kubeconfig';
import { KubeconfigError, parseKubeconfig, type ClusterAccess } from '../../../kube';
import { CertificateAuthority } from '../../../local/clusters/certificates';

const SECRET = 'sekret-value';
const base64 = (text: string) => Buffer.from(text).toString('base64');

interface Parts {
  cluster?: object;
  user?: object;
  root?: object;
}

/** A good kubeconfig, with what differs. */
function kubeconfig({ cluster = {}, user = {}, root = {} }: Parts = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://10.1.2.3:6443/', ...cluster } }],
    users: [{ name: 'u', user: { token: SECRET, ...user } }],
    ...root,
  });
}

function errorOf(call: () => unknown): KubeconfigError {
  try {
    call();
  } catch (error) {
    if (error instanceof KubeconfigError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

let ca: string;
let pair: { cert: string; key: string };
let otherKey: string;
beforeAll(async () => {
  const authority = await CertificateAuthority.create('ca');
  ca = authority.cert;
  pair = await authority.issue({ commonName: 'a' });
  otherKey = (await authority.issue({ commonName: 'b' })).key;
});

describe('parseKubeconfig', () => {
  it('accepts a token, and takes the slash off the server', async () => {
    const access = parseKubeconfig(kubeconfig());
    expect(access.server).toBe('https://10.1.2.3:6443');
    expect(await access.authorization()).toBe(`Bearer ${SECRET}`);
    expect(access.tls()).toMatchObject({ rejectUnauthorized: true, ca: undefined });
  });

  it('accepts a client certificate and a CA', async () => {
    const access = parseKubeconfig(
      kubeconfig({
        cluster: { 'certificate-authority-data': base64(ca), 'tls-server-name': 'kubernetes' },
        user: { token: '', 'client-certificate-data': base64(pair.cert), 'client-key-data': base64(pair.key) },
      }),
    );
    expect(access.tls()).toEqual({ ca, ...pair, servername: 'kubernetes', rejectUnauthorized: true });
    expect(await access.authorization()).toBeNull();
  });

  it.each<[field: string, parts: Parts]>([
    ['users[].user.exec', { user: { exec: { command: SECRET } } }],
    ['users[].user.exec', { user: { token: undefined, exec: {} } }],
    ['users[].user.auth-provider', { user: { 'auth-provider': { name: SECRET } } }],
    ['users[].user.tokenFile', { user: { tokenFile: `/${SECRET}` } }],
    ['users[].user.token-file', { user: { 'token-file': `/${SECRET}` } }],
    ['users[].user.client-certificate', { user: { 'client-certificate': SECRET } }],
    ['users[].user.client-key', { user: { 'client-key': SECRET } }],
    ['users[].user.username', { user: { username: SECRET } }],
    ['users[].user.password', { user: { password: SECRET } }],
    ['users[].user.as', { user: { as: SECRET } }],
    ['users[].user.as-groups', { user: { 'as-groups': [SECRET] } }],
    ['clusters[].cluster.certificate-authority', { cluster: { 'certificate-authority': SECRET } }],
    ['clusters[].cluster.insecure-skip-tls-verify', { cluster: { 'insecure-skip-tls-verify': true } }],
    ['clusters[].cluster.insecure-skip-tls-verify', { cluster: { 'insecure-skip-tls-verify': 'true' } }],
    ['clusters[].cluster.proxy-url', { cluster: { 'proxy-url': SECRET } }],
    ['clusters[].cluster.server', { cluster: { server: undefined } }],
    ['clusters[].cluster.server', { cluster: { server: `http://${SECRET}` } }],
    ['clusters[].cluster.server', { cluster: { server: `https://user:${SECRET}@host` } }],
    ['clusters[].cluster.server', { cluster: { server: `https://host?x=${SECRET}` } }],
    ['clusters[].cluster.server', { cluster: { server: SECRET } }],
    ['clusters[].cluster.server', { cluster: { server: 7 } }],
    ['clusters[].cluster.certificate-authority-data', { cluster: { 'certificate-authority-data': base64(SECRET) } }],
    [
      'clusters[].cluster.certificate-authority-data',
      { cluster: { 'certificate-authority-data': base64(`-----BEGIN CERTIFICATE-----\n${SECRET}`) } },
    ],
    ['users[].user', { user: { token: undefined } }],
    ['users[].user.token', { user: { token: `two lines\n${SECRET}` } }],
    ['users[].user.token', { user: { token: [SECRET] } }],
    ['users[].user.client-key-data', { user: { 'client-certificate-data': base64('-----BEGIN X') } }],
    ['users[].user.client-certificate-data', { user: { 'client-key-data': base64('-----BEGIN X') } }],
    ['current-context', { root: { 'current-context': '' } }],
    ['current-context', { root: { 'current-context': SECRET } }],
    ['contexts[].context.cluster', { root: { clusters: [] } }],
    ['contexts[].context.user', { root: { contexts: [{ name: 'x', context: { cluster: 'c' } }] } }],
    ['clusters', { root: { clusters: SECRET } }],
    ['users[].name', { root: { users: [{ user: { token: SECRET } }] } }],
  ])('refuses %s in %j, without its value', (field, parts) => {
    const error = errorOf(() => parseKubeconfig(kubeconfig(parts)));
    expect(error.field).toBe(field);
    expect(error.message).toContain(field);
    expect(`${error.message}${error.stack}${inspect(error)}`).not.toContain(SECRET);
  });

  it.each(['', 'just text', '- a list', `a: [${SECRET}`, `{"token": "${SECRET}`])('refuses the document %j', (text) => {
    const error = errorOf(() => parseKubeconfig(text));
    expect(error.field).toBe('document');
    expect(error.message).not.toContain(SECRET);
  });

  it('refuses a key that belongs to another certificate', () => {
    const user = { 'client-certificate-data': base64(pair.cert), 'client-key-data': base64(otherKey) };
    expect(errorOf(() => parseKubeconfig(kubeconfig({ user }))).field).toBe('users[].user.client-key-data');
  });
});

describe('ClusterAccess', () => {
  it('shows its server and nothing else', () => {
    const access = parseKubeconfig(kubeconfig());
    const shown = [JSON.stringify({ access }), inspect({ access }, { depth: 9 }), JSON.stringify({ ...access }), String(access)];
    for (const text of shown) expect(text).not.toContain(SECRET);
    expect(JSON.parse(JSON.stringify(access))).toEqual({ server: 'https://10.1.2.3:6443', credential: 'redacted' });
  });

  it('has a fingerprint that changes with the credential', () => {
    const fingerprint = (user: object) => parseKubeconfig(kubeconfig({ user })).fingerprint;
    expect(fingerprint({})).toBe(fingerprint({}));
    expect(fingerprint({})).not.toBe(fingerprint({ token: 'another' }));
  });
});

describe('loadKubeconfig', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeocean-kubeconfig-'));
    for (const name of ['home/.kube', 'pod', 'sub']) mkdirSync(join(folder, name), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const at = (server: string, parts: Parts = {}) => kubeconfig({ ...parts, cluster: { server, ...parts.cluster } });
  const load = (file?: string, env: Record<string, string> = {}): ClusterAccess =>
    loadKubeconfig(file, { env, home: join(folder, 'home'), serviceAccount: join(folder, 'pod') });
  const inPod = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

  it('prefers the file, then KUBECONFIG, then the pod, then the home', () => {
    const file = write('flag', at('https://flag'));
    const KUBECONFIG = write('env', at('https://env'));
    write('pod/token', SECRET);
    write('pod/ca.crt', ca);
    write('home/.kube/config', at('https://home'));
    expect(load(file, { KUBECONFIG, ...inPod }).server).toBe('https://flag');
    expect(load(undefined, { KUBECONFIG, ...inPod }).server).toBe('https://env');
    expect(load('', { KUBECONFIG, ...inPod }).server).toBe('https://env');
    expect(load(undefined, inPod).server).toBe('https://[fd00::1]:443');
    expect(load().server).toBe('https://home');
  });

  it('says what to do when there is none', () => {
    expect(errorOf(() => load()).message).toBe('kubeconfig: file is not given: use --kubeconfig FILE or KUBECONFIG');
    expect(errorOf(() => load(join(folder, 'no'))).message).toBe('kubeconfig: file cannot be read');
    expect(errorOf(() => load(undefined, { KUBECONFIG: join(folder, 'no') })).field).toBe('KUBECONFIG');
  });

  it('reads the token of the pod from its file', async () => {
    write('pod/token', `${SECRET}\n`);
    write('pod/ca.crt', ca);
    expect(await load(undefined, inPod).authorization()).toBe(`Bearer ${SECRET}`);
  });

  it('merges the files of KUBECONFIG, paths relative to their own file, the first entry of a name first', () => {
    write('sub/ca.crt', ca);
    const empty = { cluster: {}, root: { clusters: [], users: [], contexts: [] } };
    const first = write('first', kubeconfig(empty));
    const second = write('sub/second', at('https://second', { cluster: { 'certificate-authority': 'ca.crt' } }));
    const third = write('third', at('https://third'));
    const access = load(undefined, { KUBECONFIG: [first, join(folder, 'no'), second, third].join(':') });
    expect(access.server).toBe('https://second');
    expect(access.tls().ca).toBe(ca);
  });

  it("allows an operator's paths, token files, plugins and unverified TLS", async () => {
    const cert = write('cert', pair.cert);
    const key = write('key', pair.key);
    const paths = at('https://h', { user: { token: undefined, 'client-certificate': cert, 'client-key': 'key' } });
    expect(load(write('paths', paths)).tls()).toMatchObject(pair);
    expect(key).toContain(folder);

    write('token', SECRET);
    const tokenFile = write('by-file', at('https://h', { user: { tokenFile: 'token' } }));
    expect(await load(tokenFile).authorization()).toBe(`Bearer ${SECRET}`);

    const credential = JSON.stringify({ kind: 'ExecCredential', status: { token: 'from-plugin' } });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: [credential] };
    const plugin = write('by-plugin', at('https://h', { user: { token: undefined, exec } }));
    expect(await load(plugin).authorization()).toBe('Bearer from-plugin');

    const insecure = write('insecure', at('https://h', { cluster: { 'insecure-skip-tls-verify': true } }));
    expect(load(insecure).tls().rejectUnauthorized).toBe(false);
  });

  it('does not pass on what a failing plugin says', async () => {
    const exec = { command: 'sh', args: ['-c', `echo ${SECRET} >&2; exit 1`] };
    const file = write('failing', at('https://h', { user: { token: undefined, exec } }));
    await expect(load(file).authorization()).rejects.toThrow(/^kubeconfig: users\[\].user.exec gave no token$/);
  });

  it('still refuses plain http', () => {
    expect(errorOf(() => load(write('http', at('http://h')))).field).toBe('clusters[].cluster.server');
  });
});
