import type { ClusterAccess } from './access';
import type { RequestOptions, WatchEvent, WatchOptions } from './client';
import { isKubeError, KubeError, KubeErrorCode } from './errors';
import { LineSplitter } from './line-splitter';
import { networkCode } from './network-faults';
import { statusError, toKubeError, type Subject } from './status';
import { Transport, type TransportAnswer, type TransportRequest } from './transport';

/** Settings of a client. */
export interface ClientOptions {
  /** Second half of the user agent `kubeocean/<component>`. Default `client`. */
  readonly component?: string;
  /** Whole request. Default 30,000 ms. */
  readonly timeoutMs?: number;
  /** TCP and TLS. Default 5,000 ms. */
  readonly connectTimeoutMs?: number;
  /** Most connections for requests; watches have their own. Default 50. */
  readonly connections?: number;
  /** Awaited before each request; what it rejects with is what the request rejects with. Default nothing. */
  readonly admit?: () => Promise<void>;
  /** Told about each finished request: for metrics. */
  readonly observe?: (request: RequestObservation) => void;
}

/** One finished request, in words fit for metric labels. */
export interface RequestObservation {
  readonly verb: string;
  /** Kind, or path of a raw request. */
  readonly kind: string;
  /** HTTP status, or 0 when no answer came. */
  readonly status: number;
  readonly seconds: number;
}

/** A request in the words of Kubernetes. */
export interface Call {
  readonly subject: Subject;
  readonly method: TransportRequest['method'];
  readonly path: string;
  readonly query?: Readonly<Record<string, Parameter>>;
  readonly body?: object;
  /** Of the body. Default JSON. */
  readonly contentType?: string;
  /** Default JSON. */
  readonly accept?: string;
  readonly options?: RequestOptions;
}

/** A watch in the words of Kubernetes. */
export interface WatchCall<T> extends Pick<Call, 'subject' | 'path' | 'query'> {
  readonly options: WatchOptions<T>;
}

/** A query parameter; undefined ones are left out. */
export type Parameter = string | number | boolean | undefined;

/** Media type of everything that we send, patches apart. */
export const JSON_TYPE = 'application/json';
// No alternative is offered after the next two: an API server that cannot leave the content out must not send it.
/** Asks for a list of objects without spec, status and data. */
export const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
/** Asks for one object, or the objects of a watch, without spec, status and data. */
export const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_CONNECT_TIMEOUT_MS = 5_000;
const DEFAULT_CONNECTIONS = 50;

/** Turns calls into HTTP and every fault into a `KubeError`; knows nothing of verbs and kinds. */
export class Requester {
  private readonly transport: Transport;
  private readonly timeoutMs: number;

  constructor(
    access: ClusterAccess,
    private readonly options: ClientOptions,
  ) {
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.transport = new Transport(access, {
      userAgent: `kubeocean/${options.component ?? 'client'}`,
      connections: options.connections ?? DEFAULT_CONNECTIONS,
      connectTimeoutMs: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
    });
  }

  /** Gives the answer whatever its status. @throws KubeError `ApiUnavailable`; the signal's reason. */
  async send(call: Call): Promise<TransportAnswer> {
    const started = performance.now();
    let status = 0;
    try {
      await this.options.admit?.();
      const answer = await this.transport.request(this.toRequest(call));
      status = answer.status;
      return answer;
    } catch (error) {
      throw unavailable(call.subject, error, call.options?.signal);
    } finally {
      const { verb, kind } = call.subject;
      this.options.observe?.({ verb, kind, status, seconds: (performance.now() - started) / 1000 });
    }
  }

  /** See `KubeClient.watch`. */
  async watch<T>(call: WatchCall<T>): Promise<void> {
    try {
      await this.options.admit?.();
      await this.readEvents(call);
    } catch (error) {
      throw unavailable(call.subject, error, call.options.signal);
    }
  }

  close(): Promise<void> {
    return this.transport.close();
  }

  private async readEvents<T>({ subject, path, query, options }: WatchCall<T>): Promise<void> {
    const accept = options.metadataOnly ? METADATA_ONLY : JSON_TYPE;
    const request = this.toRequest({ subject, method: 'GET', path, query, accept, options: { signal: options.signal } });
    const stream = await this.transport.stream(request, options.idleTimeoutMs);
    if (!stream.accepted) throw toKubeError(subject, stream.answer);
    options.onStart?.();
    const lines = new LineSplitter();
    for await (const chunk of stream.chunks) {
      for (const line of lines.push(chunk)) {
        const event = parseJson<WatchEvent<T> | { type: 'ERROR'; object: object }>(subject, line);
        if (event.type === 'ERROR') throw statusError(subject, event.object);
        options.onEvent(event);
      }
    }
    if (lines.pending > 0) throw new KubeError({ ...subject, code: KubeErrorCode.ApiUnavailable, reason: 'CutLine' });
  }

  private toRequest({ method, path, query = {}, body, contentType, accept, options }: Call): TransportRequest {
    return {
      method,
      path: path + queryString(query),
      headers: {
        accept: accept ?? JSON_TYPE,
        ...(body === undefined ? {} : { 'content-type': contentType ?? JSON_TYPE }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: options?.signal,
      timeoutMs: options?.timeoutMs ?? this.timeoutMs,
    };
  }
}

/** `JSON.parse`, without its message: that one quotes the text. @throws KubeError `ApiUnavailable` */
export function parseJson<R>(subject: Subject, text: string): R {
  try {
    return JSON.parse(text) as R;
  } catch {
    throw new KubeError({ ...subject, code: KubeErrorCode.ApiUnavailable, reason: 'NotJson' });
  }
}

/** What goes out for an error without an answer: the caller's own reason when it gave up, else `ApiUnavailable`. */
function unavailable(subject: Subject, error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  if (isKubeError(error)) return error;
  return new KubeError({ ...subject, code: KubeErrorCode.ApiUnavailable, reason: networkCode(error) });
}

function queryString(parameters: Readonly<Record<string, Parameter>>): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) given.set(name, String(value));
  return given.size === 0 ? '' : `?${given.toString()}`;
}
