/**
 * The real kubectl, the virtual cluster's real API server and real processes behind the gateway: what kwok cannot show, which keeps
 * the end of what is sent, and exit codes, to itself.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../../support/eventually';
import { KubectlSession, type Ended } from '../../support/kubectl-session';
import { PodProcesses } from '../../support/pod-processes';
import { piecesOf } from '../../support/spdy';
import { KubeletRig } from './kubelet-rig';

let rig: KubeletRig;
let processes: PodProcesses;

beforeAll(async () => {
  rig = await KubeletRig.open();
  const { port } = await rig.serve();
  await Promise.all([rig.advertise('vnode-a', port), rig.setRunning('web')]);
  processes = new PodProcesses({ folder: rig.dir });
  rig.physical.processes = processes;
});

afterAll(async () => {
  await rig?.close();
});

const DIALECTS = [
  ['WebSocket', {}],
  ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
] as const;

describe.each(DIALECTS)('by %s', (dialect, env) => {
  const session = (...args: string[]) => KubectlSession.start(rig.cluster.kubeconfig, args, env);
  const kubectl = async (...args: string[]): Promise<Ended> => {
    const started = await session(...args);
    started.close();
    return await started.ended;
  };

  it.each([0, 1, 7, 255])('exec ends with the exit code %d of the command', async (code) => {
    expect(await kubectl('exec', 'web', '--', 'sh', '-c', `echo out; echo aside >&2; exit ${code}`)).toEqual({
      ...{ code, out: 'out\n' },
      err: code === 0 ? 'aside\n' : `aside\ncommand terminated with exit code ${code}\n`,
    });
  });

  it('exec passes on the end of standard input', async () => {
    const exec = await session('exec', '-i', 'web', '--', 'sh', '-c', 'cat; echo the end; exit 3');
    exec.write('first\n');
    await eventually(() => expect(exec.out).toBe('first\n'));
    exec.write('second\n');
    exec.close();
    expect(await exec.ended).toMatchObject({ code: 3, out: 'first\nsecond\nthe end\n' });
  });

  it('exec without standard input ends at once', async () => {
    expect(await kubectl('exec', 'web', '--', 'cat')).toEqual({ code: 0, out: '', err: '' });
  });

  it('exec ends the command, and what it has started, when kubectl is gone', async () => {
    const exec = await session('exec', '-i', 'web', '--', 'sh', '-c', 'echo begun; cat > /dev/null & while :; do echo; sleep 0.2; done');
    await eventually(() => expect(exec.out).toMatch(/^begun\n/));
    const pid = processes.pids.at(-1) ?? 0;
    await exec.kill();
    await eventually(() => expect(() => process.kill(-pid, 0)).toThrow(/ESRCH/));
  });

  it('cp copies into a pod and out of it', async () => {
    const content = randomBytes(3_000_000);
    const [source, inside, back] = [`source-${dialect}`, `inside-${dialect}`, join(rig.dir, `back-${dialect}`)];
    writeFileSync(join(rig.dir, source), content);
    mkdirSync(join(rig.dir, inside));
    expect(await kubectl('cp', join(rig.dir, source), `web:${inside}/copy`)).toMatchObject({ code: 0 });
    expect(readFileSync(join(rig.dir, inside, 'copy')).equals(content)).toBe(true);
    expect(await kubectl('cp', `web:${inside}/copy`, back)).toMatchObject({ code: 0 });
    expect(readFileSync(back).equals(content)).toBe(true);
  });

  describe('port-forward', () => {
    let target: Server;
    let forward: KubectlSession;
    let port = 0;

    beforeAll(async () => {
      target = createServer({ allowHalfOpen: true }, echoAtTheEnd).listen(0, '127.0.0.1');
      await once(target, 'listening');
      forward = await session('port-forward', 'pod/web', `:${(target.address() as AddressInfo).port}`);
      port = await eventually(() => {
        const found = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(forward.out)?.[1];
        expect(found).toBeDefined();
        return Number(found);
      });
    });

    afterAll(async () => {
      await forward?.kill();
      target?.close();
    });

    it.each([0, 1, 64 * 1024 * 1024])('passes on %d bytes and their end, and what comes after it', async (size) => {
      const sent = randomBytes(size);
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      socket.end(sent);
      const got = await bytesOf(socket);
      expect([got.length, sha1(got)]).toEqual([END.length + size, sha1(Buffer.concat([END, sent]))]);
    });
  });
});

/** What comes before that which is sent back. */
const END = Buffer.from('the end was seen: ');

/** Sends all of it back once nothing more comes. */
async function echoAtTheEnd(socket: Socket): Promise<void> {
  socket.on('error', () => socket.destroy());
  const got = await bytesOf(socket);
  socket.write(END);
  socket.end(got);
}

async function bytesOf(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of piecesOf(socket)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sha1 = (bytes: Buffer) => createHash('sha1').update(bytes).digest('hex');
