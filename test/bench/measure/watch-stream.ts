import { Agent, request } from 'undici';
import type { Cluster } from '../../../local/clusters/cluster';
import { now } from './clock';
import { linesOf } from './lines';

/** One line of a watch. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
}

export interface WatchTarget<T> {
  /** Of the list, such as `/api/v1/pods`; may carry a query. */
  readonly path: string;
  /** Default: whole objects. */
  readonly accept?: string;
  /** Reads a line more cheaply than as JSON; null: cannot. */
  readonly glance?: (line: string) => WatchEvent<T> | null;
}

export interface WatchHandlers<T> {
  /** @param at epoch milliseconds of the arrival */
  readonly onEvent: (event: WatchEvent<T>, at: number) => void;
  /** It cannot go on without a gap: figures would be wrong afterwards. */
  readonly onEnd: (error: Error) => void;
}

/**
 * Watches as admin over a connection of its own and hands over each event with the instant at which it arrived.
 * Starts with what exists. The API server ends a watch that it thinks too slow: it goes on where it was.
 * @returns what ends it
 */
export async function watchStream<T>(cluster: Cluster, target: WatchTarget<T>, handlers: WatchHandlers<T>): Promise<() => Promise<void>> {
  const stream = new WatchStream<T>(cluster, target, handlers);
  const first = await stream.open();
  void stream.follow(first);
  return () => stream.close();
}

/** Events between two connections are lost. */
class Gap extends Error {}

/** A line of a watch; `ERROR` has a Status. */
interface Message {
  readonly type: string;
  readonly object: { readonly metadata?: { readonly resourceVersion?: string } };
}
type Body = AsyncIterable<Buffer>;

class WatchStream<T> {
  private readonly agent: Agent;
  private resourceVersion: string | null = null;
  private closing = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly target: WatchTarget<T>,
    private readonly handlers: WatchHandlers<T>,
  ) {
    this.agent = new Agent({ connect: { ca: cluster.ca, ...cluster.admin }, bodyTimeout: 0 });
  }

  async open(): Promise<Body> {
    const { path, accept = 'application/json' } = this.target;
    const url = new URL(`${this.cluster.server}${path}`);
    url.searchParams.set('watch', 'true');
    url.searchParams.set('timeoutSeconds', '3600');
    if (this.resourceVersion !== null) url.searchParams.set('resourceVersion', this.resourceVersion);
    const { statusCode, body } = await request(url, { dispatcher: this.agent, headers: { accept } });
    if (statusCode !== 200) throw new Error(`status ${statusCode}`);
    return body;
  }

  /** Reads until closed; opens again after an end or a broken connection. */
  async follow(first: Body): Promise<void> {
    try {
      for (let body = first; !this.closing; body = await this.open()) {
        await this.read(body).catch((error: unknown) => {
          if (error instanceof Gap) throw error;
        });
      }
    } catch (error) {
      if (!this.closing) this.handlers.onEnd(new Error(`the watch of ${this.target.path} ended: ${(error as Error).message}`));
    }
  }

  async close(): Promise<void> {
    this.closing = true;
    await this.agent.destroy();
  }

  private async read(body: Body): Promise<void> {
    for await (const line of linesOf(body)) {
      const message = (this.target.glance?.(line) ?? JSON.parse(line)) as Message;
      if (message.type === 'ERROR') throw new Gap('the API server has forgotten where it was');
      this.resourceVersion = message.object.metadata?.resourceVersion ?? this.resourceVersion;
      this.handlers.onEvent(message as unknown as WatchEvent<T>, now());
    }
  }
}
