import { Agent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { createSecureContext, type TLSSocket } from 'node:tls';
import type { TlsParts } from '../../../kube';

/** Bytes that a stream may hold in each direction: a large one stalls less often, and a thousand of them still fit. */
export const STREAM_BUFFER = 256 * 1_024;
/** How long a connection waits for the next request: less than an API server waits for one. */
const KEEP_MS = 20_000;
const KEPT = 16;
const LOST = ['timeout', 'end', 'close'] as const;

type Connecting = Parameters<Agent['createConnection']>;

/**
 * Connections to one API server. A stream takes its connection along, and the next one would have to wait for a handshake: so another
 * is made meanwhile, and let go where nobody comes within 20 s.
 */
export class ReadyAgent extends Agent {
  private spare: TLSSocket | null = null;
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
    return this.spare === null ? super.createConnection(...connecting) : this.forget(this.spare);
  }

  /** To be called when a stream has taken a connection along. */
  prepare(): void {
    if (this.spare !== null || this.closed || this.to === null) return;
    const socket = super.createConnection(this.to) as TLSSocket;
    this.spare = socket;
    socket.setTimeout(KEEP_MS);
    // It closes after that.
    socket.on('error', () => undefined);
    for (const event of LOST) socket.on(event, this.lost);
  }

  /** Lets go of connections that are not in use; streams go on. */
  close(): void {
    this.closed = true;
    this.spare?.destroy();
    for (const socket of Object.values(this.freeSockets).flat()) socket?.destroy();
  }

  /** One that did not come about, or that nobody wanted. */
  private readonly lost = (): void => {
    const { spare } = this;
    if (spare !== null) this.forget(spare).destroy();
  };

  private forget(spare: TLSSocket): TLSSocket {
    this.spare = null;
    for (const event of LOST) spare.off(event, this.lost);
    return spare;
  }
}
