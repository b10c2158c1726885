import { eventually } from '../support/eventually';
import { KubeletWorld, PREVIOUS } from '../support/kubelet-world';

jest.setTimeout(240_000);

let world: KubeletWorld;

beforeAll(async () => {
  world = await KubeletWorld.open();
  await Promise.all(['one', 'two'].map((name) => world.lending.lendNode(name)));
  await world.run('web', 'one');
});

afterAll(async () => {
  await world?.close();
});

test('the vnode leads to the gateway', async () => {
  const vnode = await world.lending.vnode('one');
  expect(vnode?.status?.addresses).toContainEqual({ type: 'InternalIP', address: '127.0.0.1' });
  expect(vnode?.status?.daemonEndpoints).toEqual({ kubeletEndpoint: { Port: world.port } });
});

describe('kubectl logs', () => {
  beforeAll(() => world.log('one', 'two', 'three'));

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
    world.log('four');
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
