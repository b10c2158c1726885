import { STATUS_CODES, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { accessFor, isStream, kubeletRoute, sharedPath, takesMethod, type KubeletRoute, type NodeRouteKind, type PodRoute } from '../../domain/kubelet';
import { errorFacts, type Logger } from '../../workers/observability/logger';
import type { Authenticator } from './callers/authenticator';
import type { Authorizer } from './callers/authorizer';
import type { Caller } from './callers/caller';
import type { ViewedPod } from './cluster-view';
import { findPod, noPod, type FoundPod, type PodFinder } from './find-pod';
import type { ListenerHandlers, ListenerNode } from './listeners';
import { KubeletRefusal } from './refusal';
import { serveLogs } from './serve-logs';
import { openStream, runStream } from './serve-stream';
import type { Streams } from './streams';

/** A request whose caller is known and allowed. */
export interface Admitted<R extends KubeletRoute = KubeletRoute> {
  readonly caller: Caller;
  readonly route: R;
  readonly query: URLSearchParams;
  /** The vnode that is asked; null: the port is that of all, and the request names no pod. */
  readonly node: ListenerNode;
  /** Of routes that name one. */
  readonly pod: ViewedPod | null;
}

/** Answers a route of one vnode. @throws KubeletRefusal */
export type NodeHandler = (admitted: Admitted & { readonly node: string }, response: ServerResponse) => Promise<void>;

/** Who decides, where pods are found, and what answers for nodes. */
export interface KubeletServerInput extends PodFinder {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly streams: Streams;
  readonly logger: Logger;
  /** Routes that are missing answer 501. */
  readonly nodeRoutes: Partial<Readonly<Record<NodeRouteKind, NodeHandler>>>;
  /** Told about each answer, for metrics: the kind of route, or `other`. */
  readonly observe?: (route: string, status: number) => void;
}

/** What a kubelet says to whom: who calls, whether he may, and who answers. */
export class KubeletServer implements ListenerHandlers {
  constructor(private readonly input: KubeletServerInput) {}

  readonly request = (node: ListenerNode, request: IncomingMessage, response: ServerResponse): void => {
    // A body that nobody reads would keep the connection.
    request.resume();
    const end = this.input.streams.add(() => request.socket.destroy());
    response.once('close', () => {
      end();
      this.observe(request, response.statusCode);
    });
    void this.answer(node, request, response).catch((error: unknown) => refuse(response, this.toRefusal(error)));
  };

  readonly upgrade = (node: ListenerNode, request: IncomingMessage, duplex: Duplex, head: Buffer): void => {
    const socket = duplex as Socket;
    socket.on('error', () => socket.destroy());
    const end = this.input.streams.add(() => socket.destroy());
    const serving = this.serveUpgrade(node, request, { socket, head }).catch((error: unknown) => {
      const refusal = this.toRefusal(error);
      this.observe(request, refusal.status);
      refuseUpgrade(socket, refusal);
    });
    void serving.finally(end);
  };

  private async answer(node: ListenerNode, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const admitted = await this.admit(node, request);
    const { route } = admitted;
    if (isStream(route)) throw new KubeletRefusal(400, 'Upgrade request required');
    if (route.kind === 'containerLogs') return serveLogs(() => this.find(admitted), { ...admitted, route }, response);
    if (route.kind === 'healthz') return void response.end('ok');
    await this.answerForNode(admitted, response, route.kind);
  }

  private async answerForNode(admitted: Admitted, response: ServerResponse, kind: NodeRouteKind): Promise<void> {
    const { node } = admitted;
    const handler = this.input.nodeRoutes[kind];
    if (handler === undefined) throw new KubeletRefusal(501, `virtual nodes do not serve /${kind}`);
    if (node === null) throw new KubeletRefusal(404, `this port is that of all virtual nodes; ask the port of one for /${kind}`);
    await handler({ ...admitted, node }, response);
  }

  private async serveUpgrade(node: ListenerNode, request: IncomingMessage, upgrading: { socket: Socket; head: Buffer }): Promise<void> {
    const admitted = await this.admit(node, request);
    const { route, query, caller, pod } = admitted;
    if (!isStream(route)) throw new KubeletRefusal(400, `/${route.kind} is no stream`);
    const found = await this.find(admitted);
    const remote = await openStream(async () => found, { route, query, request }, upgrading);
    this.observe(request, 101);
    const facts = {
      ...{ user: caller.name, route: route.kind, namespace: route.pod.namespace, pod: route.pod.name },
      ...{ container: 'container' in route ? route.container : undefined, podUid: pod?.metadata.uid },
      ...{ virtualNode: pod?.nodeName, clusterBinding: found.binding.metadata.name },
    };
    const { logger } = this.input;
    const started = Date.now();
    const ending = runStream(upgrading, remote);
    logger.info({ audit: true, ...facts }, 'stream into a pod opened');
    const endedBy = await ending;
    logger.info({ audit: true, ...facts, endedBy, seconds: (Date.now() - started) / 1_000 }, 'stream into a pod ended');
  }

  /** @throws KubeletRefusal 401, 403, 404, 405 */
  private async admit(node: ListenerNode, request: IncomingMessage): Promise<Admitted> {
    const { authenticator, authorizer, view } = this.input;
    const caller = await authenticator.callerOf(request);
    const [path = '/', ...rest] = (request.url ?? '/').split('?');
    const shared = node === null ? sharedPath(path) : { vnode: node, path };
    const route = kubeletRoute(shared.path);
    if (route === null) throw new KubeletRefusal(404, '404 page not found');
    if (!takesMethod(route, request.method ?? '')) throw new KubeletRefusal(405, '405: Method Not Allowed');
    const pod = 'pod' in route ? await view.pod(route.pod) : null;
    const asked = shared.vnode ?? pod?.nodeName ?? null;
    await authorizer.check(caller, accessFor(route), asked);
    return { caller, route, query: new URLSearchParams(rest.join('?')), node: asked, pod };
  }

  /** A vnode knows its own pods only. */
  private async find({ route, pod, node }: Admitted): Promise<FoundPod> {
    const asked = route as PodRoute;
    if (pod === null || pod.nodeName !== node) throw noPod(asked);
    return findPod(this.input, pod, asked);
  }

  private toRefusal(error: unknown): KubeletRefusal {
    if (error instanceof KubeletRefusal) return error;
    const { name } = errorFacts(error);
    this.input.logger.warn({ error }, 'kubelet request failed');
    const clusterIsAway = ['KubeError', 'CredentialsFault', 'TooBusy'].includes(name);
    return new KubeletRefusal(clusterIsAway ? 503 : 500, clusterIsAway ? 'a cluster cannot be asked, try again' : 'internal error');
  }

  private observe({ url = '/' }: IncomingMessage, status: number): void {
    const [path = '/'] = url.split('?', 1);
    this.input.observe?.(kubeletRoute(sharedPath(path).path)?.kind ?? 'other', status);
  }
}

function refuse(response: ServerResponse, { status, message }: KubeletRefusal): void {
  if (response.headersSent) return void response.destroy();
  // Who is not known gets no connection to keep.
  const connection = status === 401 ? { connection: 'close' } : {};
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...connection }).end(message);
}

/** How long a refused caller may take to close. */
const LINGER_MS = 5_000;

function refuseUpgrade(socket: Socket, { status, message }: KubeletRefusal): void {
  const body = Buffer.from(message);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Connection: close',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${body.length}`,
  ];
  socket.end(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
  socket.resume();
  socket.setTimeout(LINGER_MS, () => socket.destroy());
}
