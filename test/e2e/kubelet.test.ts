import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { binaries } from '../support/binaries';
import { eventually } from '../support/eventually';
import { KubeletWorld } from '../support/kubelet-world';
import { ECHO, PREVIOUS } from '../support/pod-io';

const run = promisify(execFile);

let world: KubeletWorld;

beforeAll(async () => {
  world = await KubeletWorld.open();
  await Promise.all(['one', 'two'].map((name) => world.lending.lendNode(name)));
  await world.run('web', 'one');
  // The gateway, the API servers' rights and kwok each learn of the pod by themselves.
  await eventually(async () => expect(await world.kubectl(['logs', 'web'])).toMatchObject({ code: 0 }));
});

afterAll(async () => {
  await world?.close();
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Sends everything and returns as much of what came back. kwok does not pass on the end of what was sent. */
async function echoed(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.write(bytes);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of socket) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= bytes.length) break;
  }
  socket.destroy();
  return Buffer.concat(chunks);
}

test('the vnode leads to the gateway', async () => {
  const vnode = await world.lending.vnode('one');
  expect(vnode?.status?.addresses).toContainEqual({ type: 'InternalIP', address: '127.0.0.1' });
  expect(vnode?.status?.daemonEndpoints).toEqual({ kubeletEndpoint: { Port: world.port } });
});

describe('kubectl logs', () => {
  beforeAll(() => world.io.log('one', 'two', 'three'));

  it.each([
    ['all of it', [], 'one\ntwo\nthree\n'],
    ['the tail', ['--tail=1'], 'three\n'],
    ['nothing of it', ['--tail=0'], ''],
    ['as many bytes', ['--limit-bytes=5'], 'one\nt'],
    ['a container', ['-c', 'main', '--tail=2'], 'two\nthree\n'],
    ['the last life', ['--previous'], `${PREVIOUS.join('\n')}\n`],
    ['a time to come', ['--since-time=2099-01-01T00:00:00Z'], ''],
  ])('%s', async (_, options, text) => {
    expect(await world.kubectl(['logs', 'web', ...options])).toEqual({ code: 0, out: text, err: '' });
  });

  it('with the time of each line', async () => {
    expect((await world.kubectl(['logs', 'web', '--timestamps', '--tail=1'])).out).toMatch(/^\d{4}-\d\d-\d\dT\S+Z three\n$/);
  });

  it('as they come', async () => {
    const session = await world.session(['logs', 'web', '-f', '--tail=1']);
    await eventually(() => expect(session.out).toBe('three\n'));
    world.io.log('four');
    await eventually(() => expect(session.out).toBe('three\nfour\n'));
    await session.kill();
  });

  it.each([
    ['a container that is not there', ['web', '-c', 'other'], /container other is not valid for pod web/],
    ['a bad option', ['web', '--tail=-2'], /--tail must be greater than or equal to -1/],
  ])('of %s: refused', async (_, args, message) => {
    const { code, err } = await world.kubectl(['logs', ...args]);
    expect([code, err]).toEqual([1, expect.stringMatching(message)]);
  });
});

/** kubectl's two dialects. */
const DIALECTS = [
  ['WebSocket', {}],
  ['SPDY', { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }],
] as const;

describe.each(DIALECTS)('by %s', (_, env) => {
  it('exec runs in the physical cluster', async () => {
    const { code, out, err } = await world.kubectl(['exec', 'web', '--', 'sh', '-c', 'echo "in $WHERE"; echo aside >&2'], { env });
    expect([code, out, err]).toEqual([0, 'in physical\n', 'aside\n']);
  });

  it('exec takes standard input', async () => {
    const session = await world.session(['exec', '-i', 'web', '--', 'head', '-n', '2'], env);
    session.write('first\nsecond\n');
    expect(await session.ended).toMatchObject({ code: 0, out: 'first\nsecond\n' });
  });

  it('exec gives a terminal of the caller’s size', async () => {
    // The size comes after the terminal; kwok may lose what a process writes just before it ends.
    const script = 'tty >/dev/null && echo a terminal; n=0; until [ "$(stty size)" = "31 117" ] || [ $((n=n+1)) -gt 200 ]; do sleep 0.2; done; stty size; sleep 3';
    const inTerminal = `stty rows 31 cols 117; exec "$0" "$@"`;
    const { kubectl } = await binaries();
    const kubeconfig = world.lending.virtual.kubeconfig;
    const command = ['sh', '-c', `'${inTerminal}'`, kubectl, `--kubeconfig=${kubeconfig}`, 'exec', '-it', 'web', '--', 'sh', '-c', `'${script}'`];
    const { stdout } = await run('script', ['-qec', command.join(' '), '/dev/null'], { env: { ...process.env, ...env } });
    expect(stdout).toContain('a terminal');
    expect(stdout).toContain('31 117');
  });

  // An API server that translates WebSockets notices a lost client when there is output for it.
  it('exec ends the command when kubectl is gone', async () => {
    const session = await world.session(['exec', '-i', 'web', '--', 'sh', '-c', 'echo $$; while :; do echo; sleep 0.2; done'], env);
    const pid = await eventually(() => {
      expect(session.out).toMatch(/^\d+\n/);
      return Number.parseInt(session.out, 10);
    });
    await session.kill();
    await eventually(() => expect(isAlive(pid)).toBe(false));
  });

  it('attach shows what the container writes', async () => {
    const session = await world.session(['attach', 'web'], env);
    await eventually(() => {
      world.io.log('to whom it may concern');
      expect(session.out).toContain('to whom it may concern\n');
    });
    await session.kill();
  });

  it('cp copies a file out of the pod', async () => {
    const content = randomBytes(1_000_000);
    writeFileSync(join(world.io.folder, 'out.bin'), content);
    const target = join(world.io.folder, `copy-${Object.keys(env).length}.bin`);
    expect(await world.kubectl(['cp', `web:out.bin`, target], { env })).toMatchObject({ code: 0 });
    expect(readFileSync(target).equals(content)).toBe(true);
  });

  it('port-forward passes bytes both ways, many connections at once', async () => {
    const forward = await world.forward('web', ECHO, env);
    const sizes = [1, 1_000, 300_000, 5_000_000];
    await Promise.all(sizes.map(async (size) => {
      const sent = randomBytes(size);
      expect((await echoed(forward.port, sent)).equals(sent)).toBe(true);
    }));
    await forward.session.kill();
  });

  it('exec tells of a failure, though kwok keeps the exit code to itself', async () => {
    const { code, err } = await world.kubectl(['exec', 'web', '--', 'sh', '-c', 'exit 3'], { env });
    expect([code, err]).toEqual([1, expect.stringContaining('exit status 3')]);
  });

  it('what cannot be is refused with a reason', async () => {
    const refused = async (...args: string[]) => (await world.kubectl(args, { env })).err;
    expect(await refused('exec', 'nobody', '--', 'ls')).toMatch(/pods "nobody" not found/);
    expect(await refused('exec', 'web', '--', 'no-such-program')).toMatch(/executable file not found/);
  });
});

test('without Temporal and without a worker, streams go on and new ones begin', async () => {
  const { product, stack } = world.lending;
  world.io.log('before');
  const follower = await world.session(['logs', 'web', '-f', '--tail=1']);
  await eventually(() => expect(follower.out).toBe('before\n'));
  await Promise.all([stack.temporal.stop(), ...product.running.map((worker) => worker.kill())]);
  world.io.log('after');
  await eventually(() => expect(follower.out).toBe('before\nafter\n'));
  expect((await world.kubectl(['exec', 'web', '--', 'echo', 'alone'])).out).toBe('alone\n');
  await follower.kill();
  await stack.temporal.start();
  await product.startWorker();
});

test('a gateway that dies costs its open streams and no more', async () => {
  const follower = await world.session(['logs', 'web', '-f', '--tail=1']);
  await eventually(() => expect(follower.out).not.toBe(''));
  await world.lending.gateway.kill();
  expect(await follower.ended).toBeDefined();
  await world.lending.product.startGateway();
  await eventually(async () => expect((await world.kubectl(['exec', 'web', '--', 'echo', 'again'])).out).toBe('again\n'));
});
