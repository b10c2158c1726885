import { Agent, request } from 'undici';
import type { Credential } from './certificates';

/** Where and as whom to call. */
export interface RestTarget {
  readonly server: string;
  /** PEM of the authority. */
  readonly ca: string;
  readonly credential?: Credential;
  /** Instead of a client certificate. */
  readonly token?: string;
}

/** An answer that is not 2xx. The message is the API server's own. */
export class RestError extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
    call: string,
  ) {
    super(`${call}: ${status} ${messageOf(body)}`);
    this.name = 'RestError';
  }
}

/** What goes with a request. */
export interface RestOptions {
  readonly body?: unknown;
  /** Default `application/json`, for PATCH `application/merge-patch+json`. */
  readonly contentType?: string;
  /** Default `application/json`. */
  readonly accept?: string;
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Plain JSON calls to one API server over a small pool of kept connections, with no client library in between. */
export class Rest {
  private readonly agent: Agent;

  constructor(private readonly target: RestTarget) {
    const { ca, credential } = target;
    this.agent = new Agent({ connect: { ca, cert: credential?.cert, key: credential?.key }, connections: 32 });
  }

  async get<T = unknown>(path: string): Promise<T> {
    return await this.call<T>('GET', path);
  }

  /** Like {@link get}, but null for 404. */
  async find<T = unknown>(path: string): Promise<T | null> {
    try {
      return await this.get<T>(path);
    } catch (error) {
      if (error instanceof RestError && error.status === 404) return null;
      throw error;
    }
  }

  async create<T = unknown>(path: string, body: unknown): Promise<T> {
    return await this.call<T>('POST', path, { body });
  }

  async replace<T = unknown>(path: string, body: unknown): Promise<T> {
    return await this.call<T>('PUT', path, { body });
  }

  /** Merge patch (RFC 7386). */
  async merge<T = unknown>(path: string, body: unknown): Promise<T> {
    return await this.call<T>('PATCH', path, { body });
  }

  async delete<T = unknown>(path: string, options?: unknown): Promise<T> {
    return await this.call<T>('DELETE', path, { body: options });
  }

  /** @throws RestError for any answer but 2xx. */
  async call<T = unknown>(method: Method, path: string, options: RestOptions = {}): Promise<T> {
    const response = await request(`${this.target.server}${path}`, {
      method,
      dispatcher: this.agent,
      headers: this.headers(method, options),
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
    });
    const text = await response.body.text();
    const body = parse(text);
    if (response.statusCode >= 300) throw new RestError(response.statusCode, body, `${method} ${path}`);
    return body as T;
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private headers(method: Method, options: RestOptions): Record<string, string> {
    const usual = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers: Record<string, string> = { accept: options.accept ?? 'application/json', 'user-agent': 'kubeocean-local' };
    if (options.body !== undefined) headers['content-type'] = options.contentType ?? usual;
    if (this.target.token !== undefined) headers.authorization = `Bearer ${this.target.token}`;
    return headers;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function messageOf(body: unknown): string {
  if (typeof body === 'object' && body !== null && 'message' in body) return String(body.message);
  return typeof body === 'string' ? body.slice(0, 200) : '';
}
