/** The doors of the kubelet API, against a real virtual cluster and a small process that plays the physical one. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from 'kubernetes-types/core/v1';
import { physicalName } from '../../../domain/pods';
import type { Gateway } from '../../../gateway/gateway';
import { CertificateAuthority } from '../../../local/clusters/certificates';
import { eventually } from '../../support/eventually';
import { ask, clientCertificate, SPDY, WEBSOCKET, type Answer, type Asked } from '../../support/kubelet-doors';
import { EXEC, KubeletRig, LOGS, MOUNT, TOKEN } from './kubelet-rig';

let rig: KubeletRig;
let gateway: Gateway;
let port: number;

async function grant(user: string, rule: { resources: string[]; verbs: string[] }): Promise<void> {
  const subjects = [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }];
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const name = `test-${user}`;
  await rig.cluster.api.create(`${rbac}/clusterroles`, { metadata: { name }, rules: [{ apiGroups: [''], ...rule }] });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
  await rig.cluster.api.create(`${rbac}/clusterrolebindings`, { metadata: { name }, roleRef, subjects });
}

beforeAll(async () => {
  rig = await KubeletRig.open();
  ({ gateway, port } = await rig.serve());
});

afterAll(async () => {
  await rig?.close();
});

describe('who calls', () => {
  it('the API server is let in, and can verify whom it reached', async () => {
    expect(await rig.asked(port, LOGS, { ca: rig.cluster.ca })).toEqual({ status: 200, text: 'a line\n' });
  });

  it('nobody is refused', async () => {
    expect(await ask(port, LOGS)).toEqual({ status: 401, text: 'Unauthorized' });
    expect(await ask(port, EXEC, { method: 'POST', headers: SPDY })).toEqual({ status: 401, text: 'Unauthorized' });
    expect(await ask(port, '/healthz')).toMatchObject({ status: 401 });
    expect(await ask(port, '/anything')).toMatchObject({ status: 401 });
  });

  it('a certificate of another authority is refused, whatever it says', async () => {
    const authority = await CertificateAuthority.create(`${rig.cluster.name}-ca`);
    const forged = await authority.issue({ commonName: 'admin', organization: 'system:masters' });
    expect(await ask(port, LOGS, forged)).toMatchObject({ status: 401 });
  });

  it('a resumed session without certificate is nobody', async () => {
    const sessions: Buffer[] = [];
    const first = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false });
    first.on('session', (session) => sessions.push(session));
    await once(first, 'secureConnect');
    first.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(first, 'data');
    first.destroy();
    const again = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, session: sessions.at(-1) });
    await once(again, 'secureConnect');
    again.write(`GET ${LOGS} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const [answer] = (await once(again, 'data')) as [Buffer];
    again.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /);
  });

  it('tokens are reviewed', async () => {
    const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
    const { status } = await rig.cluster.api.create<{ status: { token: string } }>(path, { spec: {} });
    const bearer = (token: string) => ask(port, LOGS, { headers: { authorization: `Bearer ${token}` } });
    await grant('system:serviceaccount:default:default', { resources: ['nodes/log'], verbs: ['get'] });
    await eventually(async () => expect(await bearer(status.token)).toMatchObject({ status: 200 }));
    expect(await bearer(`${status.token}x`)).toMatchObject({ status: 401 });
    expect(await bearer('')).toMatchObject({ status: 401 });
  });

  it('plain text is not spoken', async () => {
    const socket = connectTcp(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`);
    let text = '';
    socket.on('data', (chunk) => void (text += String(chunk)));
    await once(socket, 'close');
    expect(text).not.toContain('HTTP/1.1');
  });
});

describe('who may', () => {
  it('a user without rights is refused everywhere, whether or not the pod is there', async () => {
    const stranger = await clientCertificate(rig.cluster, 'stranger');
    const paths = [LOGS, '/containerLogs/default/nobody/main', '/healthz', '/pods', '/metrics/resource', '/stats/summary'];
    const answers = await Promise.all(paths.map((path) => ask(port, path, stranger)));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 403));
    expect(answers[0]).toMatchObject({ text: expect.stringContaining('Forbidden (user=stranger, verb=get, resource=nodes') });
    expect(await ask(port, EXEC, { ...stranger, method: 'POST', headers: SPDY })).toMatchObject({ status: 403 });
  });

  it('who may only read gets no shell by WebSocket', async () => {
    await grant('reader', { resources: ['nodes/proxy'], verbs: ['get'] });
    const reader = await clientCertificate(rig.cluster, 'reader');
    await eventually(async () => expect(await ask(port, LOGS, reader)).toMatchObject({ status: 200 }));
    const before = rig.physical.seen.length;
    for (const path of [EXEC, '/attach/default/web/main?output=1', '/portForward/default/web?port=80']) {
      expect(await ask(port, path, { ...reader, headers: WEBSOCKET })).toMatchObject({ status: 403 });
    }
    expect(rig.physical.seen).toHaveLength(before);
  });
});

describe('what is asked', () => {
  it.each([
    ['a pod that is not there', '/containerLogs/default/nobody/main', 404, 'pod "nobody" does not exist'],
    ['a pod of an ordinary node', '/containerLogs/default/elsewhere/main', 404, 'pod "elsewhere" does not exist'],
    ['a pod whose physical one is another’s', '/containerLogs/default/stolen/main', 404, 'pod "stolen" does not exist'],
    ['a pod that has not been started', '/containerLogs/default/waiting/main', 400, 'container "main" in pod "waiting" is waiting to start: ContainerCreating'],
    ['another container', '/containerLogs/default/web/other', 404, 'container "other" not found in pod "web"'],
    ['an option that cannot be read', `${LOGS}?tailLines=x`, 400, '{"message": "Unable to decode query."}'],
    ['an option that contradicts itself', `${LOGS}?limitBytes=0`, 422, '{"message": "Invalid request."}'],
    ['exec without upgrade', EXEC, 400, 'Upgrade request required'],
    ['a node route of no node', '/pods', 404, 'this port is that of all virtual nodes; ask the port of one for /pods'],
    ['something else', '/run/default/web/main', 404, '404 page not found'],
  ])('%s', async (_, path, status, text) => expect(await rig.asked(port, path)).toEqual({ status, text }));

  it.each([
    ['a pod that is not there', '/exec/default/nobody/main?output=1', 404, 'pod does not exist'],
    ['another pod of that name', '/exec/default/web/1234-5678/main?output=1', 404, 'pod does not exist'],
    ['a pod whose physical one is another’s', '/portForward/default/stolen', 404, 'pod does not exist'],
    ['another container', '/attach/default/web/other?output=1', 404, 'container not found ("other")'],
    ['no stream', '/exec/default/web/main?command=ls', 400, 'you must specify at least 1 of stdin, stdout, stderr'],
    ['a stream of a log', LOGS, 405, '405: Method Not Allowed'],
  ])('a stream of %s', async (_, path, status, text) => {
    expect(await rig.asked(port, path, { method: 'POST', headers: SPDY })).toEqual({ status, text });
  });

  it('a port of one vnode knows its pods only', async () => {
    const listeners = await gateway.kubelet!.listeners();
    const [own, other] = await Promise.all(['vnode-a', 'vnode-b'].map((node) => listeners.listen(0, node)));
    const at = (listener: { port: number } | undefined, path: string) => ask(listener!.port, path, rig.apiServer);
    expect(await at(own, LOGS)).toMatchObject({ status: 200 });
    expect(await at(other, LOGS)).toEqual({ status: 404, text: 'pod "web" does not exist' });
    const shell = { ...rig.apiServer, method: 'POST', headers: SPDY };
    expect(await ask(other!.port, EXEC, shell)).toEqual({ status: 404, text: 'pod does not exist' });
    expect(await ask(other!.port, '/portForward/default/web', shell)).toEqual({ status: 404, text: 'pod does not exist' });
    const namesAt = async (listener: { port: number } | undefined) => {
      const { text } = (await at(listener, '/pods')) as Answer;
      return (JSON.parse(text) as { items: Pod[] }).items.map(({ metadata }) => metadata?.name).sort();
    };
    expect(await namesAt(own)).toEqual(['stolen', 'waiting', 'web']);
    expect(await namesAt(other)).toEqual([]);
    await Promise.all([own, other].map((listener) => listener?.close()));
  });

  it.each([
    [403, 'exec forbidden for system:serviceaccount:x', 500, 'the cluster of ClusterBinding "east" does not grant pods/exec'],
    [404, 'pods not found', 404, 'pod does not exist'],
    [400, `container main in pod ${physicalName('web', 'default')} is not running`, 400, 'container main in pod web is not running'],
  ])('a refusal with %d of the physical cluster', async (code, message, status, text) => {
    rig.physical.refusal = { status: code, message };
    try {
      expect(await rig.asked(port, EXEC, { method: 'POST', headers: SPDY })).toEqual({ status, text });
    } finally {
      rig.physical.refusal = null;
    }
  });
});

describe('streams', () => {
  const all = async (socket: Socket): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  };

  it('pass every byte both ways, and the end of one direction', async () => {
    const { socket, headers } = await rig.opened(port, EXEC);
    expect(headers).toMatchObject({ upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'v4.channel.k8s.io' });
    expect(headers['audit-id']).toBeUndefined();
    const sent = randomBytes(3_000_000);
    socket.end(sent);
    const got = await all(socket as Socket);
    expect(got.subarray(0, sent.length).equals(sent)).toBe(true);
    expect(String(got.subarray(sent.length))).toBe('end');
  });

  it('are asked for in the API server’s words, with our credential and nobody else’s', async () => {
    const foreign = { authorization: 'Basic x', 'impersonate-user': 'admin', cookie: 'c' };
    const { socket } = await rig.opened(port, EXEC, { headers: { ...SPDY, ...foreign } });
    socket.destroy();
    const { url, method, headers } = rig.physical.seen.at(-1)!;
    const name = physicalName('web', 'default');
    expect([method, url]).toEqual(['POST', `/api/v1/namespaces/${MOUNT}/pods/${name}/exec?container=main&command=echo&command=hunter2&stdin=true&stdout=true`]);
    expect(headers).toMatchObject({ authorization: `Bearer ${TOKEN}`, 'x-stream-protocol-version': 'v4.channel.k8s.io, v3.channel.k8s.io' });
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['impersonate-user']));
    expect(headers.cookie).toBeUndefined();
  });

  it('are WebSockets too, with the ports renamed', async () => {
    const { socket } = await rig.opened(port, '/portForward/default/web?port=80', { method: 'GET', headers: WEBSOCKET });
    socket.destroy();
    expect(rig.physical.seen.at(-1)).toMatchObject({ method: 'GET', url: expect.stringMatching(/\/portforward\?ports=80$/) });
  });

  it('end on the other side when the caller goes away', async () => {
    const streams = await Promise.all(Array.from({ length: 5 }, () => rig.opened(port, EXEC)));
    await eventually(() => expect(rig.physical.open).toBe(5));
    for (const { socket } of streams) socket.destroy();
    await eventually(() => expect(rig.physical.open).toBe(0));
  });

  it('are no faster than their reader', async () => {
    const { socket } = await rig.opened(port, EXEC);
    socket.pause();
    const chunk = Buffer.alloc(1_000_000);
    let accepted = 0;
    while (accepted < 200 && (socket.write(chunk) || (await Promise.race([once(socket, 'drain'), sleep(1_000, null)])) !== null)) accepted += 1;
    expect(accepted).toBeLessThan(60);
    socket.destroy();
  });

  it('leave two lines that tell who and where, and nothing of what was said', async () => {
    const { socket } = await rig.opened(port, '/attach/default/web/main?input=1&output=1');
    socket.end('a secret');
    await once(socket.resume(), 'close');
    const lines = await eventually(() => {
      const audit = rig.logged.split('\n').filter((line) => line.includes('"route":"attach"')).map((line) => JSON.parse(line) as object);
      expect(audit).toHaveLength(2);
      return audit;
    });
    const where = { namespace: 'default', pod: 'web', container: 'main', virtualNode: 'vnode-a', clusterBinding: 'east' };
    const facts = { audit: true, user: 'kube-apiserver-kubelet-client', ...where };
    expect(lines).toEqual([
      expect.objectContaining({ ...facts, msg: 'stream into a pod opened' }),
      expect.objectContaining({ ...facts, msg: 'stream into a pod ended', seconds: expect.any(Number), endedBy: 'caller' }),
    ]);
    // Of every exec before.
    expect(rig.logged).not.toMatch(/hunter2|a secret|echo/);
  });
});

describe('strangers who want everything', () => {
  // What was not read resets the connection, which may overtake the answer 431.
  it('a header that is too large is refused', async () => {
    const status = (path: string, headers: Asked['headers'] = {}) =>
      rig.asked(port, path, { headers }).then(({ status: code }) => code, (error: { code?: string }) => error.code);
    const before = rig.physical.seen.length;
    for (const refused of [status(LOGS, { 'x-large': 'x'.repeat(70_000) }), status(`/exec/default/web/main?command=${'x'.repeat(70_000)}`)]) {
      expect([431, 'ECONNRESET', 'EPIPE']).toContain(await refused);
    }
    expect(rig.physical.seen).toHaveLength(before);
    // A long command is none: Node's own limit would be 16 KiB.
    expect(await status(LOGS, { 'x-large': 'x'.repeat(40_000) })).toBe(200);
  });

  it('one who never finishes his headers is let go', async () => {
    const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false, ...rig.apiServer });
    socket.on('error', () => undefined);
    await once(socket, 'secureConnect');
    socket.write('GET /healthz HTTP/1.1\r\n');
    const drip = setInterval(() => socket.writable && socket.write('X-A: b\r\n'), 200);
    socket.resume();
    // What he has sent too late resets the connection.
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(drip);
  });

  it('a thousand idle connections neither stay nor keep others out', async () => {
    const closed: Promise<unknown>[] = [];
    const idle = Array.from({ length: 1_000 }, () => {
      const socket = connectTcp(port, '127.0.0.1');
      socket.on('error', () => undefined);
      closed.push(new Promise((resolve) => socket.resume().once('close', resolve)));
      return socket;
    });
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    expect(await rig.asked(port, LOGS)).toMatchObject({ status: 200 });
    await Promise.all(closed);
  });
});

it('no log names a credential', () => {
  expect(rig.logged.length).toBeGreaterThan(0);
  expect(rig.logged).not.toMatch(/BEGIN (RSA |EC )?PRIVATE KEY|Bearer |physical-token|hunter2/);
});
