import { PassThrough } from 'node:stream';
import { listeningHost, localAddressTowards } from '../../../cli/up/local-address';
import { LogStream } from '../../../cli/up/log-stream';
import { attributeCommand } from '../../../cli/up/prepare-temporal';
import { notReady } from '../../../cli/up/readiness';
import { Restarts } from '../../../cli/up/restarts';
import { temporalTarget } from '../../../cli/up/temporal-target';
import { serveHealth, type Check } from '../../../workers/process';
import { eventually } from '../../support/eventually';

describe('LogStream', () => {
  async function passed(...lines: string[]) {
    const out: string[] = [];
    const logs = new LogStream('worker-1', { write: (line) => void out.push(line) });
    const stream = new PassThrough();
    logs.read(stream);
    stream.end(lines.map((line) => `${line}\n`).join(''));
    await eventually(() => expect(stream.readableEnded).toBe(true));
    return { out, tail: logs.tail(), objects: out.map((line) => JSON.parse(line) as Record<string, unknown>) };
  }

  test.each([
    { name: 'a JSON object gets the field', line: '{"level":"info","msg":"a"}', object: { process: 'worker-1', level: 'info', msg: 'a' } },
    { name: 'an empty one too', line: '{}', object: { process: 'worker-1' } },
    { name: 'text becomes a message', line: 'Error: x', object: { process: 'worker-1', level: 'info', msg: 'Error: x' } },
    { name: 'so does half an object', line: '{"a":', object: { process: 'worker-1', msg: '{"a":' } },
    { name: 'and a list', line: '[1]', object: { process: 'worker-1', msg: '[1]' } },
  ])('$name', async ({ line, object }) => {
    const { out, objects } = await passed(line);
    expect(objects).toEqual([expect.objectContaining(object)]);
    expect(out[0]?.endsWith('\n')).toBe(true);
  });

  test('keeps the last 15 lines, cut', async () => {
    const { tail, out } = await passed(...Array.from({ length: 20 }, (_, index) => `line ${index}`), '', 'x'.repeat(1_000));
    expect(tail).toHaveLength(15);
    expect(tail[0]).toBe('line 6');
    expect(tail.at(-1)).toHaveLength(401);
    expect(out).toHaveLength(21);
  });
});

test('a child that dies again and again waits longer each time; one that had been well begins anew', () => {
  const restarts = new Restarts();
  const pauses = Array.from({ length: 8 }, () => restarts.next(100));
  expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(restarts.next(60_000)).toBe(500);
});

describe('temporalTarget', () => {
  const env = { PATH: '/bin', TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'true', TEMPORAL_ADDRESS: 'cloud:7233', GONE: undefined };
  const where = { address: '127.0.0.1:1', namespace: 'n' };

  test('our own server is reached without anybody’s credentials', () => {
    expect(temporalTarget({ ...where, embedded: true }, env).env).toEqual({
      PATH: '/bin',
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      TEMPORAL_NAMESPACE: 'n',
      TEMPORAL_CONFIG_FILE: '/nonexistent/temporal.toml',
    });
  });

  test('somebody else’s with what is set for it; address and namespace are ours to say', () => {
    expect(temporalTarget({ ...where, embedded: false }, env).env).toEqual({
      ...{ PATH: '/bin', TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'true' },
      ...{ TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_NAMESPACE: 'n' },
    });
  });
});

test('the command for missing search attributes can be pasted', () => {
  expect(attributeCommand('team', ['KoNode', 'KoWindowEnd'])).toBe(
    'temporal operator search-attribute create --namespace team --name KoNode --type Keyword --name KoWindowEnd --type Datetime',
  );
});

describe('notReady', () => {
  async function asked(readyz: Check) {
    const server = await serveHealth({ port: 0, checks: { livez: () => [], readyz } });
    try {
      return await notReady([{ name: 'worker-1', httpPort: server.port }]);
    } finally {
      await server.close();
    }
  }

  test.each<{ name: string; answer: () => Promise<string[]>; faults: string[] }>([
    { name: 'a ready process', answer: () => asked(() => []), faults: [] },
    { name: 'one that lacks two things', answer: () => asked(() => ['a', 'b']), faults: ['worker-1: a', 'worker-1: b'] },
    { name: 'one that does not listen yet', answer: () => notReady([{ name: 'w', httpPort: null }]), faults: ['w: is starting'] },
    { name: 'one that has gone', answer: () => notReady([{ name: 'w', httpPort: 1 }]), faults: ['w: does not answer'] },
  ])('$name', async ({ answer, faults }) => {
    expect(await answer()).toEqual(faults);
  });
});

test.each([
  { url: 'https://127.0.0.1:6443', address: '127.0.0.1' },
  { url: 'https://name.invalid:6443', address: null },
])('the address towards $url is $address', async ({ url, address }) => {
  expect(await localAddressTowards(url)).toBe(address);
});

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.4.5.6', '127.4.5.6'],
  ['203.0.113.7', '0.0.0.0'],
  ['2001:db8::7', '::'],
])('the kubelet API for %s listens on %s', (address, host) => expect(listeningHost(address)).toBe(host));
