import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ClusterFigures, type Figures } from '../../../gateway/node-metrics/cluster-figures';
import type { FiguresTransport } from '../../../gateway/node-metrics/open-figures';
import { KubeError, type KubeClient } from '../../../kube';

/** What the physical API server answers below `nodes/n1/proxy`, and what it was asked. */
let proxied: { status: number; body: string };
let asked: string[];
let server: Server;
const annotations: Record<string, string> = {};
const raw = jest.fn<Promise<unknown>, [string, string]>();
const closings: AbortController[] = [];

beforeAll(async () => {
  server = createServer((incoming, response) => {
    asked.push(`${incoming.url} ${incoming.headers.accept}`);
    response.writeHead(proxied.status).end(proxied.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  for (const closing of closings) closing.abort();
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  asked = [];
  proxied = { status: 200, body: 'm 1\n' };
  raw.mockReset().mockResolvedValue({ items: [] });
  for (const key of Object.keys(annotations)) delete annotations[key];
});

function clusterFigures(): ClusterFigures {
  const transport: FiguresTransport = {
    open: async ({ method, path, headers }) => request({ port: (server.address() as AddressInfo).port, method, path, headers: Object.fromEntries(headers) }),
  };
  const closing = new AbortController();
  closings.push(closing);
  const never = () => new Promise<never>(() => undefined);
  const client = { get: async () => ({ metadata: { name: 'n1', annotations } }), raw, list: never, watch: never } as unknown as KubeClient;
  const options = { mountNamespace: 'mount', ownership: { virtualCluster: 'v', binding: 'east' }, onError: () => undefined };
  return new ClusterFigures({ client, transport, closed: closing.signal }, options);
}

const question = { node: 'n1', path: '/metrics/cadvisor', accept: 'text/plain', signal: new AbortController().signal };

async function read(figures: Figures): Promise<string> {
  if (figures.from === 'metrics API') return figures.from;
  let text = '';
  for await (const chunk of figures.body) text += String(chunk);
  return text;
}

it('asks the node through the proxy of its API server', async () => {
  expect(await read(await clusterFigures().ask(question, 0))).toBe('m 1\n');
  expect(asked).toEqual(['/api/v1/nodes/n1/proxy/metrics/cadvisor text/plain']);
});

it('asks the metrics API where the proxy is not granted, and the proxy again after a minute', async () => {
  const figures = clusterFigures();
  proxied = { status: 403, body: '' };
  for (const now of [0, 30_000]) expect(await read(await figures.ask(question, now))).toBe('metrics API');
  expect(asked).toHaveLength(1);
  proxied = { status: 200, body: 'm 2\n' };
  expect(await read(await figures.ask(question, 60_000))).toBe('m 2\n');
});

it('asks the metrics API where the node does not know the path, and the proxy again at once', async () => {
  const figures = clusterFigures();
  proxied = { status: 404, body: '' };
  expect(await read(await figures.ask(question, 0))).toBe('metrics API');
  await figures.ask(question, 0);
  expect(asked).toHaveLength(2);
});

it('asks the metrics API once for all nodes', async () => {
  const figures = clusterFigures();
  proxied = { status: 403, body: '' };
  for (const now of [0, 1_000, 4_999]) await figures.ask(question, now);
  expect(raw).toHaveBeenCalledTimes(1);
  await figures.ask(question, 5_000);
  expect(raw).toHaveBeenCalledTimes(2);
  expect(raw.mock.calls[0]?.[1]).toMatch(/^\/apis\/metrics\.k8s\.io\/v1beta1\/namespaces\/mount\/pods\?labelSelector=.*cluster-binding%3Deast/);
});

it.each([
  ['a node that cannot be reached', 502, null, 'nodes/proxy answers 502'],
  ['no right and no metrics API', 403, 404, 'nodes/proxy answers 403, metrics.k8s.io 404'],
  ['no right to either', 403, 403, 'nodes/proxy answers 403, metrics.k8s.io 403'],
])('says why there are no figures: %s', async (_, status, api, why) => {
  proxied = { status, body: 'a text of the lender’s' };
  if (api !== null) raw.mockRejectedValue(new KubeError({ code: 'NotFound', verb: 'GET', kind: 'pods', status: api }));
  const failing = clusterFigures().ask(question, 0);
  await expect(failing).rejects.toMatchObject({ status: 503, message: expect.stringContaining(why) });
  await expect(failing).rejects.not.toMatchObject({ message: expect.stringContaining('lender’s') });
});

it('gives up when its caller does', async () => {
  const gone = new AbortController();
  gone.abort();
  await expect(clusterFigures().ask({ ...question, signal: gone.signal }, 0)).rejects.toMatchObject({ status: 503 });
  expect(asked).toEqual([]);
});

it.each([
  [undefined, '/metrics/resource'],
  ['/metrics/nodes/n1/metrics/resource', '/metrics/nodes/n1/metrics/resource'],
  ['/../../../secrets', '/metrics/resource'],
  ['/metrics?x=y', '/metrics/resource'],
  ['metrics', '/metrics/resource'],
])('finds the figures of a node with the annotation %s at %s', async (annotation, path) => {
  if (annotation !== undefined) annotations['metrics.k8s.io/resource-metrics-path'] = annotation;
  expect(await clusterFigures().resourcePath('n1', 0)).toBe(path);
});
