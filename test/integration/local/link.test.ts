import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { Link } from '../../../local/clusters/link';
import { eventually, throughout } from '../../support/eventually';

let echo: Server;
let link: Link;
let clients: Client[];

/** A connection through the link that remembers what came back. */
class Client {
  received = '';
  closed = false;
  readonly socket: Socket;

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port });
    this.socket.on('data', (data) => (this.received += data.toString()));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => (this.closed = true));
    clients.push(this);
  }
}

beforeEach(async () => {
  clients = [];
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  link = await Link.open({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const { socket } of clients) socket.destroy();
  await link.close();
  echo.close();
});

it('carries bytes both ways', async () => {
  const client = new Client(link.port);
  client.socket.write('hello');
  await eventually(() => expect(client.received).toBe('hello'));
});

it('holds everything back while it hangs, and delivers it after healing', async () => {
  const before = new Client(link.port);
  before.socket.write('a');
  await eventually(() => expect(before.received).toBe('a'));
  link.cut();
  const during = new Client(link.port);
  before.socket.write('b');
  during.socket.write('c');
  await throughout(() => expect([before.received, during.received, before.closed]).toEqual(['a', '', false]), 300, 20);
  link.heal();
  await eventually(() => expect([before.received, during.received]).toEqual(['ab', 'c']));
});

it('resets old and new connections when told to, and takes new ones after healing', async () => {
  const before = new Client(link.port);
  before.socket.write('a');
  await eventually(() => expect(before.received).toBe('a'));
  link.cut('reset');
  const during = new Client(link.port);
  await eventually(() => expect([before.closed, during.closed]).toEqual([true, true]));
  link.heal();
  const after = new Client(link.port);
  after.socket.write('d');
  await eventually(() => expect(after.received).toBe('d'));
});

it('passes on that the server closed the connection', async () => {
  const client = new Client(link.port);
  client.socket.end('bye');
  await eventually(() => expect([client.received, client.closed]).toEqual(['bye', true]));
});
