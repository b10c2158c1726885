import { EventEmitter } from 'node:events';
import { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitWithParent, HTTP_HOST_VARIABLE, numberFrom, onShutdown, portFrom, serveHealth, type HealthOptions, type HealthServer } from '../../../workers/process';
import { eventually } from '../../support/eventually';

describe('serveHealth', () => {
  let server: HealthServer;
  afterEach(() => server.close());

  const healthy: HealthOptions = { port: 0, checks: { livez: () => [], readyz: () => [] } };
  interface Row {
    readonly name: string;
    readonly options?: Partial<HealthOptions>;
    readonly path: string;
    readonly answer: [status: number, body: string];
  }
  const livez = () => [];
  const readyz = livez;
  const rows: Row[] = [
    { name: 'livez', path: '/livez', answer: [200, 'ok\n'] },
    { name: 'healthz is livez', options: { checks: { livez: () => ['stuck'], readyz } }, path: '/healthz', answer: [503, 'stuck\n'] },
    { name: 'readyz with a query', path: '/readyz?verbose', answer: [200, 'ok\n'] },
    {
      name: 'readyz names what is missing',
      options: { checks: { livez, readyz: async () => ['a', 'b'] } },
      path: '/readyz',
      answer: [503, 'a\nb\n'],
    },
    {
      name: 'a check that throws says no more than its name',
      options: { checks: { livez, readyz: () => Promise.reject(new TypeError('secret')) } },
      path: '/readyz',
      answer: [503, 'the check failed with TypeError\n'],
    },
    { name: 'metrics', options: { metrics: async () => 'a 1\n' }, path: '/metrics', answer: [200, 'a 1\n'] },
    { name: 'no metrics', path: '/metrics', answer: [404, 'not found\n'] },
    {
      name: 'metrics that fail',
      options: { metrics: () => Promise.reject(new Error('secret')) },
      path: '/metrics',
      answer: [500, 'the metrics could not be collected\n'],
    },
    { name: 'another path', path: '/else', answer: [404, 'not found\n'] },
    {
      name: 'another path with a fallback',
      options: { fallback: (_, response) => void response.writeHead(501).end('no\n') },
      path: '/else',
      answer: [501, 'no\n'],
    },
  ];

  test.each(rows)('$name', async ({ options, path, answer }) => {
    server = await serveHealth({ ...healthy, ...options });
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    expect([response.status, await response.text()]).toEqual(answer);
  });

  test.each([undefined, ''])('KUBEOCEAN_HTTP_HOST %p is loopback, not every address of the machine', async (host) => {
    const listen = jest.spyOn(Server.prototype, 'listen');
    if (host !== undefined) process.env[HTTP_HOST_VARIABLE] = host;
    server = await serveHealth(healthy);
    delete process.env[HTTP_HOST_VARIABLE];
    expect(listen.mock.calls[0]?.[0]).toMatchObject({ host: '127.0.0.1' });
    listen.mockRestore();
  });

  test('a port that is taken is an error', async () => {
    server = await serveHealth(healthy);
    await expect(serveHealth({ ...healthy, port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a number among the variables', () => {
  it.each<[string | undefined, number]>([
    [undefined, 7],
    ['', 7],
    ['5', 5],
    ['1000', 1_000],
  ])('%p means %p', (text, value) => {
    expect(numberFrom({ N: text }, 'N', { fallback: 7, least: 5 })).toBe(value);
  });

  it.each([' ', '1e3', '0x10', '-1', '2.5', 'half', '4'])('%p is refused by name', (text) => {
    expect(() => numberFrom({ N: text }, 'N', { fallback: 7, least: 5 })).toThrow('N must be a whole number of at least 5');
  });

  it('is a port up to 65535', () => {
    expect(portFrom({ P: '65535' }, 'P')).toBe(65_535);
    expect(() => portFrom({ P: '65536' }, 'P')).toThrow('P must be a whole number from 0 to 65535');
  });
});

describe('exitWithParent', () => {
  const input = () => Object.assign(new EventEmitter(), { resume: jest.fn() });
  afterEach(() => delete process.env.KUBEOCEAN_PARENT_PIPE);

  test.each(['end', 'close', 'error'])('exits when standard input says %s', (event) => {
    process.env.KUBEOCEAN_PARENT_PIPE = '1';
    const [stdin, exit] = [input(), jest.fn()];
    exitWithParent(stdin, exit);
    expect(exit).not.toHaveBeenCalled();
    stdin.emit(event);
    expect(exit).toHaveBeenCalledWith(1);
    expect(stdin.resume).toHaveBeenCalled();
  });

  test('without a parent that asks for it a closed input means nothing', () => {
    const [stdin, exit] = [input(), jest.fn()];
    exitWithParent(stdin, exit);
    stdin.emit('end');
    expect(exit).not.toHaveBeenCalled();
  });
});

describe('onShutdown', () => {
  const before = new Map((['SIGTERM', 'SIGINT'] as const).map((signal) => [signal, process.listeners(signal)]));
  afterEach(() => {
    for (const [signal, known] of before) {
      for (const listener of process.listeners(signal)) if (!known.includes(listener)) process.off(signal, listener);
    }
  });

  const rows: [string, () => Promise<void>, number][] = [
    ['0 after a drain', async () => undefined, 0],
    ['1 after a drain that failed', () => Promise.reject(new Error('x')), 1],
    ['1 after a drain that takes too long', () => sleep(60_000, undefined, { ref: false }), 1],
  ];
  test.each(rows)('exits with %s', async (_, handler, code) => {
    const exit = jest.fn();
    const onError = jest.fn();
    onShutdown(handler, { within: 50, exit, onError });
    process.emit('SIGTERM');
    await eventually(() => expect(exit).toHaveBeenCalledTimes(1));
    expect(exit).toHaveBeenCalledWith(code);
    expect(onError).toHaveBeenCalledTimes(code);
  });

  test('a second signal that comes with the first does not cut the drain short', async () => {
    const exit = jest.fn();
    const handler = jest.fn(() => sleep(100));
    onShutdown(handler, { exit });
    process.emit('SIGINT');
    process.emit('SIGTERM');
    expect(exit).not.toHaveBeenCalled();
    await eventually(() => expect(exit).toHaveBeenCalledWith(0));
    expect(handler).toHaveBeenCalledTimes(1);
  });

  test('one that comes later does', () => {
    const exit = jest.fn();
    const now = jest.spyOn(Date, 'now').mockReturnValueOnce(0).mockReturnValueOnce(1_500);
    onShutdown(() => sleep(60_000, undefined, { ref: false }), { exit, within: 10 })();
    process.emit('SIGTERM');
    expect(exit).toHaveBeenCalledWith(1);
    now.mockRestore();
  });
});
