import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { execQuery, portForwardQuery, requestHeaders, responseHeaders, type StreamRoute } from '../../domain/kubelet';
import type { FoundPod } from './find-pod';
import { join, type StreamEnd } from './join';
import { askSubresource, type SubresourceAnswer } from './physical/subresource';
import { KubeletRefusal, orRefuse } from './refusal';

/** A caller's request to leave HTTP; its query is checked here. */
export interface StreamRequest {
  readonly route: StreamRoute;
  readonly query: URLSearchParams;
  readonly request: IncomingMessage;
}

/** A caller's connection that is to leave HTTP. */
export interface Upgrading {
  readonly socket: Socket;
  /** What the caller has already sent in the new protocol. */
  readonly head: Buffer;
}

type Upgraded = Extract<SubresourceAnswer, { upgraded: true }>;

/**
 * Lets the caller speak to the physical API server itself: whatever protocol the two agree on, its bytes pass untouched. Resolves
 * with the connection that was opened for it; nothing has been written to the caller yet.
 * @throws KubeletRefusal
 */
export async function openStream(find: () => Promise<FoundPod>, ask: StreamRequest, { socket }: Upgrading): Promise<Upgraded> {
  const { route, request } = ask;
  const query = orRefuse(queryOf(ask));
  const gone = new AbortController();
  const abort = () => gone.abort();
  socket.once('close', abort);
  const method = request.method === 'POST' ? 'POST' : 'GET';
  const headers = requestHeaders(request.rawHeaders);
  const answer = await askSubresource(await find(), { route, query, method, headers, signal: gone.signal });
  socket.off('close', abort);
  if (answer.upgraded) return answer;
  answer.response.destroy();
  throw new KubeletRefusal(502, 'the physical API server did not upgrade the connection');
}

/** Answers 101 and passes bytes both ways until the end. */
export function runStream({ socket, head }: Upgrading, remote: Upgraded): Promise<StreamEnd> {
  const lines = responseHeaders(remote.response.rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`);
  if (remote.head.length > 0) socket.write(remote.head);
  const other = remote.socket as Socket;
  if (head.length > 0) other.write(head);
  return join(socket, other);
}

function queryOf({ route, query, request }: StreamRequest) {
  if (route.kind !== 'portForward') return execQuery(query, route.container);
  return portForwardQuery(query, request.headers.upgrade?.toLowerCase() === 'websocket');
}
