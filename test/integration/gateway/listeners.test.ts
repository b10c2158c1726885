/** How much strangers may take of a port, before anybody knows who they are. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { connect as connectTcp, type AddressInfo, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Listeners, type Listener, type ListenerLimits, type TlsMaterial } from '../../../gateway/kubelet/listeners';
import { CertificateAuthority } from '../../../local/clusters/certificates';
import { eventually } from '../../support/eventually';

let material: TlsMaterial;
let listeners: Listeners;
let listener: Listener;
/** A server that leaves all limits to Node: a minute for headers, two for a handshake. */
let patient: Server;

beforeAll(async () => {
  const authority = await CertificateAuthority.create('strangers');
  const { cert, key } = await authority.issue({ commonName: 'gateway', serving: true });
  material = { cert, key, clientCa: null };
  listeners = listenersWith({ handshakeMs: 500, headersMs: 500 });
  listener = await listeners.listen(0);
  patient = createServer({ cert, key }).listen(0, '127.0.0.1');
  await once(patient, 'listening');
});

afterAll(async () => {
  patient?.close();
  patient?.closeAllConnections();
  if (listeners) await close(listeners);
});

function listenersWith(limits: Partial<ListenerLimits>): Listeners {
  return new Listeners({ request: (_, __, response) => response.end('ok'), upgrade: () => undefined }, material, { host: '127.0.0.1', limits });
}

async function close(all: Listeners): Promise<void> {
  const closed = all.closeAll();
  all.destroyAll();
  await closed;
}

function tcp(port: number): Socket {
  return quiet(connectTcp(port, '127.0.0.1'));
}

function tls(port: number): Socket {
  return quiet(connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }));
}

function quiet(socket: Socket): Socket {
  socket.on('error', () => socket.destroy());
  return socket.resume();
}

/** A header every now and then, and never the last. */
function drip(socket: Socket): Socket {
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n');
  const timer = setInterval(() => socket.writable && socket.write('X-A: b\r\n'), 100);
  socket.once('close', () => clearInterval(timer));
  return socket;
}

it.each([
  ['never begins a handshake', tcp],
  ['breaks off in a handshake', (port: number) => write(tcp(port), Buffer.from([0x16, 3, 1, 2, 0]))],
  ['never sends a request', tls],
  ['never finishes his headers', (port: number) => drip(tls(port))],
  ['never finishes the headers of a second request', (port: number) => drip(write(tls(port), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'))],
])('who %s is let go, and would not be by Node', async (_, come) => {
  const stayed = come((patient.address() as AddressInfo).port);
  const sent = come(listener.port);
  // What he has sent too late resets the connection.
  await new Promise((resolve) => sent.once('close', resolve));
  expect(stayed.destroyed).toBe(false);
  stayed.destroy();
});

it('takes so many connections and no more, and others when these are gone', async () => {
  const limited = listenersWith({ connections: 3, headersMs: 3_600_000 });
  const { port } = await limited.listen(0);
  const connected = async () => await once(tls(port), 'secureConnect');
  const held = [tls(port), tls(port), tls(port)];
  await Promise.all(held.map((socket) => once(socket, 'secureConnect')));
  await expect(connected()).rejects.toThrow();
  for (const socket of held) socket.destroy();
  await eventually(connected);
  await close(limited);
});

describe('a port that closes', () => {
  const answered = async (port: number) => {
    const socket = write(tls(port), 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve));
  };

  it('waits for nobody who begins after that', async () => {
    const closing = listenersWith({});
    const { port } = await closing.listen(0);
    const early = tcp(port);
    // Who came later was answered: this one is known.
    await answered(port);
    const closed = closing.closeAll();
    quiet(connectTls({ socket: early, rejectUnauthorized: false }));
    await closed;
  });

  it('ends those that have not begun, when all are to end', async () => {
    const closing = listenersWith({ handshakeMs: 3_600_000 });
    const { port } = await closing.listen(0);
    tcp(port);
    await answered(port);
    await close(closing);
  });
});

function write(socket: Socket, bytes: Buffer | string): Socket {
  socket.write(bytes);
  return socket;
}
