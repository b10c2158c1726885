import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * How a network fails. `hang`: packets are lost, callers wait, and everything goes on after healing;
 * `reset`: every connection is reset and new ones too.
 */
export type Cut = 'hang' | 'reset';

/** A TCP proxy on loopback that can be cut. */
export class Link {
  private state: 'whole' | Cut = 'whole';
  private readonly pairs = new Set<Pair>();

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', (socket) => this.accept(socket));
    server.unref();
  }

  /** Listens on a free port of loopback and forwards to `target`. */
  static async open(target: { host: string; port: number }): Promise<Link> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: '127.0.0.1', port: 0 }, resolve);
    });
    return new Link(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Cuts it until {@link heal}. Default `hang`. */
  cut(how: Cut = 'hang'): void {
    this.state = how;
    for (const pair of [...this.pairs]) {
      if (how === 'reset') pair.destroy();
      else pair.pause();
    }
  }

  heal(): void {
    this.state = 'whole';
    for (const pair of this.pairs) pair.resume();
  }

  /** Drops all connections and stops listening. */
  async close(): Promise<void> {
    for (const pair of [...this.pairs]) pair.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(socket: Socket): void {
    if (this.state === 'reset') {
      socket.on('error', () => undefined);
      socket.resetAndDestroy();
      return;
    }
    const pair = new Pair(socket, this.target, () => this.pairs.delete(pair));
    this.pairs.add(pair);
    if (this.state === 'whole') pair.resume();
  }
}

/** One client and its connection to the target, which is made at the first {@link resume}. */
class Pair {
  private upstream: Socket | null = null;

  constructor(
    private readonly client: Socket,
    private readonly target: { host: string; port: number },
    private readonly onEnd: () => void,
  ) {
    client.pause();
    client.setNoDelay(true);
    this.watch(client);
  }

  pause(): void {
    for (const [from, to] of this.directions()) {
      from.unpipe(to);
      from.pause();
    }
  }

  resume(): void {
    this.upstream ??= this.dial();
    for (const [from, to] of this.directions()) from.pipe(to);
  }

  destroy(): void {
    this.client.resetAndDestroy();
    this.upstream?.destroy();
    this.onEnd();
  }

  private directions(): [Socket, Socket][] {
    if (this.upstream === null) return [];
    return [
      [this.client, this.upstream],
      [this.upstream, this.client],
    ];
  }

  private dial(): Socket {
    const upstream = connect({ ...this.target, allowHalfOpen: true });
    upstream.setNoDelay(true);
    this.watch(upstream);
    return upstream;
  }

  private watch(socket: Socket): void {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.client.destroy();
      this.upstream?.destroy();
      this.onEnd();
    });
  }
}
