import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { constants } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { STREAM_BUFFER } from './physical/ready-agent';

/** With what a listener proves who it is, and whom it believes. */
export interface TlsMaterial {
  /** PEM. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** PEM of the authorities whose client certificates count; null: none does. */
  readonly clientCa: string | null;
}

/** Which vnode a listener stands for; null: all of them. */
export type ListenerNode = string | null;

/** What answers. */
export interface ListenerHandlers {
  readonly request: (node: ListenerNode, request: IncomingMessage, response: ServerResponse) => void;
  readonly upgrade: (node: ListenerNode, request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** How much a caller may take, before anybody knows who he is. Milliseconds and bytes. */
export interface ListenerLimits {
  readonly handshakeMs: number;
  /** From the connection, or the first byte of a later request, until all headers are there. */
  readonly headersMs: number;
  readonly headerBytes: number;
  /** Between two requests on one connection: above the 90 s after which API servers let go of theirs. */
  readonly idleMs: number;
  /** Of each listener; one more is closed at once. */
  readonly connections: number;
}

/** Well above what API servers and Prometheus need. */
export const DEFAULT_LIMITS: ListenerLimits = {
  handshakeMs: 10_000,
  headersMs: 10_000,
  // The command of an exec is part of it.
  headerBytes: 128 * 1024,
  idleMs: 120_000,
  connections: 4_096,
};

/** A port on which the kubelet API of one vnode, or of all, is served. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections; streams go on. */
  close(): Promise<void>;
}

/** Opens and closes the TLS ports of a gateway, and gives all of them new certificates. Nothing is ever served without TLS. */
export class Listeners {
  private readonly servers = new Set<Server>();
  /** Connections of all ports, from before their handshake on: those a server does not know yet. */
  private readonly connections = new Set<Socket>();
  /** By connection: the authorities that its caller was verified against. */
  private readonly verifiedBy = new WeakMap<Duplex, string | null>();

  constructor(
    private readonly handlers: ListenerHandlers,
    private material: TlsMaterial,
    private readonly options: { readonly host: string; readonly limits?: Partial<ListenerLimits> },
  ) {}

  /**
   * @param port 0: a free one
   * @param node default all vnodes
   * @throws Error when the port is taken
   */
  async listen(port: number, node: ListenerNode = null): Promise<Listener> {
    const server = this.serverFor(node);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: this.options.host }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    this.servers.add(server);
    return { port: (server.address() as AddressInfo).port, close: () => this.close(server) };
  }

  /** For connections from now on. Streams go on; a connection whose caller was verified by other authorities brings no further request. */
  renew(material: TlsMaterial): void {
    const others = material.clientCa !== this.material.clientCa;
    this.material = material;
    for (const server of this.servers) {
      server.setSecureContext(secureContextOf(material));
      if (others) server.closeIdleConnections();
    }
  }

  /** Closes every port and every connection on which nothing is under way. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.servers].map((server) => this.close(server)));
  }

  /** Ends every connection, whatever is under way. */
  destroyAll(): void {
    for (const connection of this.connections) connection.destroy();
  }

  private serverFor(node: ListenerNode): Server {
    const limits = { ...DEFAULT_LIMITS, ...this.options.limits };
    const { request, upgrade } = this.handlers;
    const server = createServer(
      {
        ...secureContextOf(this.material),
        requestCert: true,
        // Who has no certificate may have a token: judged with the request.
        rejectUnauthorized: false,
        ALPNProtocols: ['http/1.1'],
        allowHalfOpen: true,
        noDelay: true,
        highWaterMark: STREAM_BUFFER,
        handshakeTimeout: limits.handshakeMs,
        maxHeaderSize: limits.headerBytes,
        headersTimeout: limits.headersMs,
        requestTimeout: limits.headersMs,
        keepAliveTimeout: limits.idleMs,
        connectionsCheckingInterval: Math.max(250, limits.headersMs / 5),
      },
      (...args) => this.isCurrent(args[0].socket) && request(node, ...args),
    );
    server.maxConnections = limits.connections;
    server.on('connection', (socket: Socket) => {
      this.connections.add(socket);
      socket.once('close', () => this.connections.delete(socket));
    });
    server.on('secureConnection', (socket) => {
      this.verifiedBy.set(socket, this.material.clientCa);
      // Nobody looks any more whether a request comes.
      if (!server.listening) socket.destroy();
    });
    server.on('upgrade', (...args) => this.isCurrent(args[1]) && upgrade(node, ...args));
    // A caller that breaks off a handshake is no event.
    server.on('tlsClientError', (_, socket) => socket.destroy());
    return server;
  }

  /** Ends a connection that is not: its caller comes again, and is verified again. */
  private isCurrent(socket: Duplex): boolean {
    if (this.verifiedBy.get(socket) === this.material.clientCa) return true;
    socket.destroy();
    return false;
  }

  private close(server: Server): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => {
        this.servers.delete(server);
        resolve();
      });
    });
  }
}

/**
 * No session is resumed: one would carry over the verdict on a certificate from before the authorities changed.
 * An empty list of authorities, unlike none at all, trusts nobody.
 */
function secureContextOf({ cert, key, clientCa }: TlsMaterial) {
  return { cert, key, ca: clientCa === null ? [] : [clientCa], minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_TICKET } as const;
}
