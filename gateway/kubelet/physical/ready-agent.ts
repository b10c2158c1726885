import { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { createSecureContext, type TLSSocket } from 'node:tls';
import type { TlsParts } from '../../../kube';

/** Bytes that a stream may hold in each direction: a large one stalls less often, and a thousand of them still fit. */
export const STREAM_BUFFER = 256 * 1_024;
/** How long a connection waits for the next request: less than an API server waits for one. */
const KEEP_MS = 20_000;
const KEPT = 16;
/** One for the next stream, one for the next but one. */
const SPARES = 2;
/** After a stream has begun: its own first bytes must not wait for the handshake of another. */
const PREPARE_MS = 20;
const LOST = ['timeout', 'end', 'close'] as const;

type Connecting = Parameters<Agent['createConnection']>;

/**
 * Connections to one API server. A stream takes its connection along, and the next one would have to wait for a handshake: so others
 * are made meanwhile, and let go where nobody comes within 20 s.
 */
export class ReadyAgent extends Agent {
  /** Oldest first, each with what lets go of it. */
  private readonly spares = new Map<TLSSocket, () => void>();
  private preparing: NodeJS.Timeout | undefined;
  private closed = false;
  /** Where connections lead: the same for all. */
  private to: Connecting[0] | null = null;

  constructor({ ca, cert, key, ...rest }: TlsParts) {
    // The types do not know that options of connections belong here, too.
    const options: AgentOptions & { highWaterMark: number } = {
      ...rest,
      // Certificates are read once, not for each connection.
      secureContext: createSecureContext({ ca, cert, key }),
      ALPNProtocols: ['http/1.1'],
      keepAlive: true,
      maxFreeSockets: KEPT,
      timeout: KEEP_MS,
      scheduling: 'lifo',
      highWaterMark: STREAM_BUFFER,
    };
    super(options);
  }

  override createConnection(...connecting: Connecting): Duplex | null | undefined {
    [this.to] = connecting;
    const [spare] = this.spares.keys();
    return spare === undefined ? super.createConnection(...connecting) : this.forget(spare);
  }

  /** To be called when a stream has taken a connection along. */
  prepare(): void {
    const { to } = this;
    if (this.closed || to === null) return;
    this.preparing ??= setTimeout(() => {
      this.preparing = undefined;
      while (this.spares.size < SPARES) this.add(to);
    }, PREPARE_MS);
  }

  /** Lets go of connections that are not in use; streams go on. */
  close(): void {
    this.closed = true;
    clearTimeout(this.preparing);
    for (const lose of [...this.spares.values()]) lose();
    for (const socket of Object.values(this.freeSockets).flat()) socket?.destroy();
  }

  private add(to: Connecting[0]): void {
    const spare = super.createConnection(to) as TLSSocket;
    // One that did not come about, or that nobody wanted.
    const lose = (): void => void this.forget(spare).destroy();
    this.spares.set(spare, lose);
    spare.setTimeout(KEEP_MS);
    // It closes after that.
    spare.on('error', () => undefined);
    for (const event of LOST) spare.on(event, lose);
  }

  private forget(spare: TLSSocket): TLSSocket {
    const lose = this.spares.get(spare);
    this.spares.delete(spare);
    for (const event of LOST) if (lose !== undefined) spare.off(event, lose);
    return spare;
  }
}
