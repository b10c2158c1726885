import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Plays the Service in front of several gateways: passes each connection on to the first of its members that takes it. */
export class GatewayService {
  /** Ports of the gateways, the preferred one first. */
  members: readonly number[] = [];
  private readonly callers = new Set<Socket>();

  private constructor(private readonly server: Server) {
    server.on('connection', (caller) => void this.serve(caller));
  }

  static async open(): Promise<GatewayService> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new GatewayService(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    for (const caller of this.callers) caller.destroy();
  }

  private async serve(caller: Socket): Promise<void> {
    this.callers.add(caller);
    caller.once('close', () => this.callers.delete(caller));
    caller.on('error', () => caller.destroy());
    const gateway = await this.dial();
    if (gateway === null) return void caller.destroy();
    caller.once('close', () => gateway.destroy());
    gateway.once('close', () => caller.destroySoon());
    caller.pipe(gateway).pipe(caller);
  }

  /** Null: nobody takes it. */
  private async dial(): Promise<Socket | null> {
    for (const port of this.members) {
      const gateway = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      const taken = await once(gateway, 'connect').then(() => true, () => false);
      gateway.on('error', () => gateway.destroy());
      if (taken) return gateway;
    }
    return null;
  }
}
