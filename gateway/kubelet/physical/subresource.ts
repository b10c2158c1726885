import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { inVirtualWords, type Parameters, type PodRoute } from '../../../domain/kubelet';
import { pathOf, Pods } from '../../../kube';
import { noPod, type FoundPod } from '../find-pod';
import { KubeletRefusal } from '../refusal';
import type { StreamRequest } from './transport';

/** A kubelet may take its time to start a command; a connection that does not come about fails sooner by itself. */
const ANSWER_MS = 60_000;
const LONGEST_REFUSAL = 64 * 1024;

const SUBRESOURCES: Readonly<Record<PodRoute['kind'], string>> = {
  containerLogs: 'log',
  exec: 'exec',
  attach: 'attach',
  portForward: 'portforward',
};

/** What the physical API server answered: a body, or a connection that has left HTTP. */
export type SubresourceAnswer =
  | { readonly upgraded: false; readonly response: IncomingMessage }
  | { readonly upgraded: true; readonly response: IncomingMessage; readonly socket: Duplex; readonly head: Buffer };

/** What is asked of a physical pod: already translated into what its API server calls it. */
export interface SubresourceRequest extends Pick<StreamRequest, 'method' | 'headers'> {
  readonly route: PodRoute;
  readonly query: Parameters;
  /** The caller has gone. */
  readonly signal: AbortSignal;
}

/**
 * Asks the physical API server for a subresource of the pod, once it is verified; the connection is made meanwhile.
 * @throws KubeletRefusal where it refuses or does not answer; what the verification rejects with
 */
export async function askSubresource(found: FoundPod, { route, query, signal, ...request }: SubresourceRequest): Promise<SubresourceAnswer> {
  const path = `${pathOf(Pods, found.key, SUBRESOURCES[route.kind])}${queryString(query)}`;
  const upstream = await found.api.transport.open({ ...request, path });
  const answering = answerOf(upstream, signal).catch((error: unknown) => {
    throw unreachable(found, error);
  });
  answering.catch(() => undefined);
  try {
    await found.verified;
  } catch (error) {
    upstream.destroy();
    throw error;
  }
  upstream.end();
  const answer = await answering;
  const { statusCode = 500 } = answer.response;
  if (answer.upgraded || statusCode === 200) return answer;
  throw await refusalOf(found, route, answer.response);
}

function answerOf(upstream: ClientRequest, signal: AbortSignal): Promise<SubresourceAnswer> {
  return new Promise((resolve, reject) => {
    const give = () => upstream.destroy(new Error('the caller has gone'));
    const timer = setTimeout(() => upstream.destroy(new Error('no answer in time')), ANSWER_MS);
    const settle = <A extends unknown[]>(act: (...args: A) => void) => (...args: A) => {
      clearTimeout(timer);
      act(...args);
    };
    signal.addEventListener('abort', give, { once: true });
    if (signal.aborted) give();
    upstream.on('response', settle((response) => resolve({ upgraded: false, response })));
    upstream.on('upgrade', settle((response, socket, head) => resolve({ upgraded: true, response, socket, head })));
    upstream.on('error', settle(reject));
  });
}

function queryString(query: Parameters): string {
  const text = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value])).toString();
  return text === '' ? '' : `?${text}`;
}

function unreachable({ binding }: FoundPod, error: unknown): KubeletRefusal {
  const code = (error as { code?: unknown }).code;
  const why = typeof code === 'string' ? code : 'it does not answer';
  return new KubeletRefusal(503, `the cluster of ClusterBinding "${binding.metadata.name}" cannot be reached: ${why}`);
}

/** The refusal in the words of the virtual cluster; whose credentials were refused is nobody's business but the operator's. */
async function refusalOf(found: FoundPod, route: PodRoute, response: IncomingMessage): Promise<KubeletRefusal> {
  const { statusCode = 500 } = response;
  const message = messageIn(await limitedText(response));
  if (statusCode === 404) return noPod(route);
  if (statusCode === 401 || statusCode === 403) {
    const right = `pods/${SUBRESOURCES[route.kind]}`;
    return new KubeletRefusal(500, `the cluster of ClusterBinding "${found.binding.metadata.name}" does not grant ${right}`);
  }
  return new KubeletRefusal(statusCode < 400 ? 502 : statusCode, inVirtualWords(message, found.virtual, found.key));
}

async function limitedText(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk;
    if (text.length > LONGEST_REFUSAL) break;
  }
  return text.slice(0, LONGEST_REFUSAL);
}

function messageIn(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    return typeof message === 'string' ? message : body;
  } catch {
    return body;
  }
}
