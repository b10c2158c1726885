import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { readAudit } from '../../support/audit';
import { eventually } from '../../support/eventually';
import { kubectl } from '../../support/kubectl';
import { Rest } from '../../support/rest';

let servers: ApiServers;

beforeAll(async () => {
  servers = await startApiServers(2, { audit: true, tolerationSeconds: 3 });
});

afterAll(async () => {
  await servers?.stop();
});

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';

it('keeps clusters that share an etcd apart', async () => {
  const [a, b] = servers.clusters;
  await a!.api.create(CONFIG_MAPS, { metadata: { name: 'only-here' } });
  expect(await b!.api.find(`${CONFIG_MAPS}/only-here`)).toBeNull();
});

it('refuses the client certificate and the tokens of another cluster', async () => {
  const [a, b] = servers.clusters;
  const certificate = new Rest({ server: b!.server, ca: b!.ca, credential: a!.admin });
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
  const { status } = await a!.api.create<{ status: { token: string } }>(path, { spec: {} });
  const home = new Rest({ server: a!.server, ca: a!.ca, token: status.token });
  const abroad = new Rest({ server: b!.server, ca: b!.ca, token: status.token });
  await expect(certificate.get('/api/v1/namespaces')).rejects.toMatchObject({ status: 401 });
  await expect(abroad.get('/api/v1/namespaces')).rejects.toMatchObject({ status: 401 });
  await expect(home.get('/api/v1/namespaces')).rejects.toMatchObject({ status: 403 });
  await Promise.all([certificate, home, abroad].map((rest) => rest.close()));
});

it('runs admission: a pod gets its ServiceAccount token and the shortened tolerations', async () => {
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const created = await servers.first.api.create('/api/v1/namespaces/default/pods', pod);
  expect(created).toMatchObject({
    spec: {
      serviceAccountName: 'default',
      volumes: [{ name: expect.stringMatching(/^kube-api-access-/) }],
      tolerations: [{ tolerationSeconds: 3 }, { tolerationSeconds: 3 }],
    },
  });
});

it('writes kubeconfigs that only the owner reads, with everything inside', async () => {
  const { kubeconfig, linkedKubeconfig } = servers.first;
  for (const file of [kubeconfig, linkedKubeconfig]) {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, 'utf8');
    expect(Object.keys(parse(text).users[0].user)).toEqual(['client-certificate-data', 'client-key-data']);
    expect((await kubectl(file, 'auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}')).trim()).toBe('admin');
  }
});

it('records requests with user and agent, and never the content of a Secret', async () => {
  const { first } = servers;
  await first.api.create('/api/v1/namespaces/default/secrets', { metadata: { name: 's' }, stringData: { key: 'hush-hush' } });
  await eventually(async () => {
    const events = await readAudit(first);
    expect(events.filter((e) => e.objectRef?.resource === 'secrets' && e.objectRef.name === 's')).toEqual([
      expect.objectContaining({ verb: 'create', user: expect.objectContaining({ username: 'admin' }), userAgent: 'kubeocean-local' }),
    ]);
  });
  const secret = Buffer.from('hush-hush').toString('base64');
  const log = readFileSync(join(first.auditLog!), 'utf8');
  expect([log.includes('hush-hush'), log.includes(secret)]).toEqual([false, false]);
});

it('comes back at the same address with its data after an outage', async () => {
  const { first } = servers;
  await first.api.create(CONFIG_MAPS, { metadata: { name: 'survivor' } });
  await first.stop();
  await expect(first.api.get('/version')).rejects.toThrow();
  await first.start();
  expect(await first.api.find(`${CONFIG_MAPS}/survivor`)).not.toBeNull();
});

it('cuts only the linked address', async () => {
  const { first } = servers;
  const linked = new Rest({ server: first.linkedServer, ca: first.ca, credential: first.admin });
  await linked.get('/version');
  first.cut();
  const answer = linked.get('/version');
  const early = await Promise.race([answer, new Promise((resolve) => setTimeout(resolve, 500, 'nothing'))]);
  expect(early).toBe('nothing');
  await first.api.get('/version');
  first.heal();
  expect(await answer).toMatchObject({ major: '1' });
  await linked.close();
});
