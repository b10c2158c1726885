/** What changes under a running gateway, and how one ends. */
import { once } from 'node:events';
import type { X509Certificate } from 'node:crypto';
import { Agent } from 'node:https';
import { connect as connectTls } from 'node:tls';
import { stringify } from 'yaml';
import { CertificateAuthority } from '../../../local/clusters/certificates';
import { eventually } from '../../support/eventually';
import type { Asked } from '../../support/kubelet-doors';
import { EXEC, KubeletRig, LOGS, SECRETS } from './kubelet-rig';

const AUTHENTICATION = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';

let rig: KubeletRig;

beforeAll(async () => {
  rig = await KubeletRig.open();
});

afterAll(async () => {
  await rig?.close();
});

describe('certificates', () => {
  const serialAt = async (of: number): Promise<string> => {
    const socket = connectTls({ host: '127.0.0.1', port: of, rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerX509Certificate() as X509Certificate;
    socket.destroy();
    return serialNumber;
  };

  it('one from the cluster’s signer is renewed while streams go on', async () => {
    const { gateway: renewing, port: own } = await rig.serve({ renewAt: () => Date.now() + 2_000 });
    const { socket } = await rig.opened(own, EXEC);
    const first = await serialAt(own);
    await eventually(async () => expect(await serialAt(own)).not.toBe(first));
    expect(await rig.asked(own, LOGS, { ca: rig.cluster.ca })).toMatchObject({ status: 200 });
    socket.write('still here');
    expect(String((await once(socket, 'data'))[0])).toBe('still here');
    socket.destroy();
    await renewing.stop();
  });

  it('one from a Secret is taken as soon as it changes, and a broken one is not', async () => {
    const authority = await CertificateAuthority.create('own');
    const issue = async (commonName: string) => {
      const { cert, key } = await authority.issue({ commonName, serving: true });
      return { stringData: { 'tls.crt': cert, 'tls.key': key } };
    };
    await rig.cluster.api.create(SECRETS, { metadata: { name: 'serving' }, type: 'kubernetes.io/tls', ...(await issue('one')) });
    const { gateway: given, port: own } = await rig.serve({ servingSecret: { namespace: 'kubeocean-system', name: 'serving' } });
    const first = await serialAt(own);
    await rig.cluster.api.merge(`${SECRETS}/serving`, { stringData: { 'tls.crt': 'no certificate' } });
    await eventually(() => expect(rig.logged).toContain('CertificateFault'));
    expect(await serialAt(own)).toBe(first);
    await rig.cluster.api.merge(`${SECRETS}/serving`, await issue('two'));
    await eventually(async () => expect(await serialAt(own)).not.toBe(first));
    expect(await rig.asked(own, LOGS, { ca: authority.cert })).toMatchObject({ status: 200 });
    await given.stop();
  });

  it('another authority of clients counts as soon as it is published, and no longer than that', async () => {
    const { gateway: believing, port: own } = await rig.start();
    const authority = await CertificateAuthority.create('another');
    // In the API server's own name, which has the rights.
    const caller = await authority.issue({ commonName: 'kube-apiserver-kubelet-client' });
    const kept = new Agent({ keepAlive: true });
    const status = async (of: Asked = {}) => (await rig.asked(own, LOGS, { ...caller, ...of })).status;
    expect(await status()).toBe(401);
    const { data } = await rig.cluster.api.get<{ data: Record<string, string> }>(AUTHENTICATION);
    const published = (pem: string) => rig.cluster.api.merge(AUTHENTICATION, { data: { 'client-ca-file': pem } });
    await published(`${data['client-ca-file']}${authority.cert}`);
    try {
      await eventually(async () => expect(await status()).toBe(200));
      expect(await status({ agent: kept })).toBe(200);
      expect((await rig.asked(own, LOGS)).status).toBe(200);
    } finally {
      await published(data['client-ca-file'] ?? '');
    }
    await eventually(async () => expect(await status()).toBe(401));
    // Nor does it on a connection from before, which may break before it is used.
    await eventually(async () => expect(await status({ agent: kept })).toBe(401));
    expect((await rig.asked(own, LOGS)).status).toBe(200);
    kept.destroy();
    await believing.stop();
  });

  it('a physical API server that is not who it should be gets no request', async () => {
    const another = await CertificateAuthority.create('another');
    const { clusters, ...rest } = rig.physical.kubeconfig as { clusters: { name: string; cluster: { server: string } }[] };
    const { server } = clusters[0]!.cluster;
    const forged = { ...rest, clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': Buffer.from(another.cert).toString('base64') } }] };
    const path = `${SECRETS}/east`;
    await rig.cluster.api.merge(path, { stringData: { kubeconfig: stringify(forged) } });
    const { port } = await rig.start();
    await eventually(async () => expect(await rig.asked(port, LOGS)).toMatchObject({ status: 503 }));
    await rig.cluster.api.merge(path, { stringData: { kubeconfig: stringify(rig.physical.kubeconfig) } });
    await eventually(async () => expect(await rig.asked(port, LOGS)).toMatchObject({ status: 200 }));
  });
});

it('a port that somebody else has is told', async () => {
  const { gateway, port } = await rig.start();
  expect((await fetch(`http://127.0.0.1:${gateway.httpPort}/kubeletz`)).status).toBe(200);
  await expect(rig.start({ port })).rejects.toThrow(/EADDRINUSE/);
  await eventually(() => expect(rig.logged).toMatch(/EADDRINUSE.*the kubelet API cannot listen/));
});

describe('a gateway that stops', () => {
  it('takes nobody new, lets streams finish, and is done with the last', async () => {
    const { gateway: stopping, port: own } = await rig.serve({ drainMs: 60_000 });
    const { socket } = await rig.opened(own, EXEC);
    const stopped = stopping.stop();
    await eventually(async () => await expect(rig.asked(own, LOGS)).rejects.toThrow(/ECONNREFUSED/));
    const health = await fetch(`http://127.0.0.1:${stopping.httpPort}/kubeletz`);
    expect([health.status, await health.text()]).toEqual([503, 'the kubelet API is stopping\n']);
    socket.write('last words');
    expect(String((await once(socket, 'data'))[0])).toBe('last words');
    socket.end();
    await stopped;
  });

  it('ends those that do not in time', async () => {
    const { gateway: stopping, port: own } = await rig.serve({ drainMs: 500 });
    const { socket } = await rig.opened(own, EXEC);
    socket.on('error', () => undefined);
    const closed = once(socket.resume(), 'close');
    await stopping.stop();
    await closed;
    expect(rig.logged).toContain('streams ended by the stop of the gateway');
  });
});
