/** Connections to a physical API server, made before they are asked for. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { dialling, type PhysicalTransport } from '../../../gateway/kubelet/physical/transport';
import { ClusterAccess } from '../../../kube';
import { CertificateAuthority } from '../../../local/clusters/certificates';
import { eventually } from '../../support/eventually';

let authority: CertificateAuthority;
let server: Server;
/** Connections to the server, oldest first, and those on which a stream was asked for. */
let connections: TLSSocket[];
let used: Duplex[];
let transport: PhysicalTransport;

beforeAll(async () => {
  authority = await CertificateAuthority.create('physical');
});

beforeEach(async () => {
  [connections, used] = [[], []];
  server = createServer(await authority.issue({ commonName: 'kube-apiserver', serving: true }));
  server.on('secureConnection', (socket) => void connections.push(socket));
  server.on('upgrade', (_, socket: Duplex) => {
    used.push(socket);
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  transport = transportTrusting(authority);
});

afterEach(() => {
  transport.close();
  for (const socket of connections) socket.destroy();
  server.close();
});

function transportTrusting({ cert }: CertificateAuthority): PhysicalTransport {
  const { port } = server.address() as AddressInfo;
  return dialling(new ClusterAccess({ server: `https://127.0.0.1:${port}`, ca: cert, token: 't' }));
}

async function stream(by = transport): Promise<void> {
  const request = await by.open({ method: 'GET', path: '/', headers: [['connection', 'Upgrade'], ['upgrade', 'x']] });
  request.end();
  const [, socket] = (await once(request, 'upgrade')) as [IncomingMessage, Duplex];
  socket.on('error', () => undefined);
}

const ready = (count: number) => eventually(() => expect(connections).toHaveLength(count));

it('streams take the connections that were made while the last one began', async () => {
  await stream();
  await ready(3);
  await Promise.all([stream(), stream()]);
  expect(new Set(used)).toEqual(new Set(connections.slice(0, 3)));
  await ready(5);
});

it('those that the server has ended are not used', async () => {
  await stream();
  await ready(3);
  const spares = connections.slice(1);
  await Promise.all(spares.map((spare) => once(spare.resume().end(), 'close')));
  await stream();
  expect(used).toEqual([connections[0], connections[3]]);
});

it('are let go with the credentials they were made with; streams go on', async () => {
  await stream();
  await ready(3);
  transport.close();
  await Promise.all(connections.slice(1).map((spare) => once(spare.resume(), 'close')));
  expect(connections[0]?.destroyed).toBe(false);
});

it('no connection is made to a server that is not who it should be', async () => {
  const wrong = transportTrusting(await CertificateAuthority.create('another'));
  await expect(stream(wrong)).rejects.toThrow();
  expect(used).toEqual([]);
});
