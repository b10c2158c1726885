import { createSecureContext, type ConnectionOptions } from 'node:tls';
import { Agent, type Dispatcher } from 'undici';
import type { ClusterAccess } from './access';
import { isNotSent, mayRepeatRead } from './network-faults';

/** Settings of a transport; see `ClientOptions`. */
export interface TransportOptions {
  readonly userAgent: string;
  /** Most connections for requests. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
}

/** A request of which everything but address and credential is decided. */
export interface TransportRequest {
  readonly method: Dispatcher.HttpMethod;
  /** Path and query, below the server's own path prefix. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Whole request, answer included. */
  readonly timeoutMs: number;
}

/** An answer that was read to its end, whatever its status. */
export interface TransportAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A stream that the server has accepted, or its refusal. */
export type TransportStream =
  | { readonly accepted: true; readonly chunks: AsyncIterable<Buffer> }
  | { readonly accepted: false; readonly answer: TransportAnswer };

/** The time of a request ran out. */
export class RequestTimeout extends Error {
  override readonly name = 'RequestTimeout';
  readonly code = 'Timeout';
}

/** The API server's own idle time-out is 90 s or more; ours is shorter, so that it never closes under a request. */
const KEEP_ALIVE_MS = 60_000;

/** Parsed once: certificates and keys cost more to parse than a handshake that resumes a session. */
function tlsOf(access: ClusterAccess): ConnectionOptions {
  const { ca, cert, key, ...rest } = access.tls();
  return { ...rest, secureContext: createSecureContext({ ca, cert, key }) };
}

/** Keep-alive connections to one API server: one pool for requests, one for streams. */
export class Transport {
  private readonly requests: Agent;
  private readonly streams: Agent;
  private readonly origin: string;
  private readonly prefix: string;

  constructor(
    private readonly access: ClusterAccess,
    private readonly options: TransportOptions,
  ) {
    const url = new URL(access.server);
    this.origin = url.origin;
    this.prefix = url.pathname.replace(/\/+$/, '');
    const common = {
      connect: { ...tlsOf(access), timeout: options.connectTimeoutMs },
      keepAliveTimeout: KEEP_ALIVE_MS,
      pipelining: 1,
    };
    this.requests = new Agent({ ...common, connections: options.connections, headersTimeout: 0, bodyTimeout: 0 });
    this.streams = new Agent(common);
  }

  /**
   * Sends and reads the whole answer. Repeated once, at once, when a kept connection turned out to be closed:
   * a read always, a write only when nothing of it was sent.
   *
   * @throws the signal's reason; {@link RequestTimeout}; the network's error.
   */
  async request(request: TransportRequest): Promise<TransportAnswer> {
    try {
      return await this.attempt(request);
    } catch (error) {
      const repeat = request.method === 'GET' ? mayRepeatRead(error) : isNotSent(error);
      if (!repeat || request.signal?.aborted) throw error;
      return this.attempt(request);
    }
  }

  /**
   * Opens a stream. `timeoutMs` of the request limits the wait for the server's acceptance only.
   *
   * @throws as {@link request}, also while the chunks are read; silence of `idleTimeoutMs` is an error.
   */
  async stream(request: TransportRequest, idleTimeoutMs: number): Promise<TransportStream> {
    const prepared = await this.prepare(request);
    const { signal } = request;
    const opening = this.streams.request({
      ...prepared,
      signal,
      headersTimeout: request.timeoutMs,
      bodyTimeout: idleTimeoutMs,
    });
    const response = await (signal === undefined ? opening : unlessAborted(opening, signal));
    const { statusCode: status, headers, body } = response;
    if (status === 200) return { accepted: true, chunks: body };
    return { accepted: false, answer: { status, headers, body: await body.text() } };
  }

  /** The part of a whole URL that {@link TransportRequest.path} wants. */
  pathBelow(url: URL): string {
    return url.pathname.slice(this.prefix.length) + url.search;
  }

  /** Closes every connection; what is under way fails. */
  async close(): Promise<void> {
    await Promise.all([this.requests.destroy(), this.streams.destroy()]);
  }

  private async attempt(request: TransportRequest): Promise<TransportAnswer> {
    const limit = limited(request);
    try {
      const prepared = await this.prepare(request);
      // undici would close the connection after a DELETE with a body, and open one for each later request on it.
      const sent = this.requests.request({ ...prepared, reset: false, signal: limit.signal });
      const { statusCode, headers, body } = await unlessAborted(sent, limit.signal);
      return { status: statusCode, headers, body: await body.text() };
    } finally {
      limit.end();
    }
  }

  private async prepare(request: TransportRequest): Promise<Dispatcher.RequestOptions> {
    const authorization = await this.access.authorization();
    return {
      origin: this.origin,
      path: this.prefix + request.path,
      method: request.method,
      body: request.body,
      headers: {
        'user-agent': this.options.userAgent,
        ...(authorization === null ? {} : { authorization }),
        ...request.headers,
      },
    };
  }
}

/** One signal for the caller's and the time limit. By hand: `AbortSignal.any` costs more and holds on to long-lived signals. */
function limited(request: TransportRequest): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const give = () => controller.abort(request.signal?.reason);
  if (request.signal?.aborted) give();
  request.signal?.addEventListener('abort', give, { once: true });
  const timer = setTimeout(() => controller.abort(new RequestTimeout('request timed out')), request.timeoutMs);
  return {
    signal: controller.signal,
    end: () => {
      clearTimeout(timer);
      request.signal?.removeEventListener('abort', give);
    },
  };
}

/** undici heeds a signal only when a request has its connection; this does so while one is being made, too. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(signal.reason as Error);
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}
