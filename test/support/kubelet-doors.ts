import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createServer, request as httpsRequest, type RequestOptions, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import * as x509 from '@peculiar/x509';
import { createPrivateKey, webcrypto } from 'node:crypto';
import type { CertificateSigningRequest } from 'kubernetes-types/certificates/v1';
import { CertificateAuthority, type Credential } from '../../local/clusters/certificates';
import type { Cluster } from '../../local/clusters/cluster';
import { eventually } from './eventually';
import type { PodProcesses } from './pod-processes';

const REQUESTS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

/** A client certificate of the cluster's own authority, for whoever one wants to be. */
export async function clientCertificate(cluster: Cluster, commonName: string): Promise<Credential> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: [{ CN: [commonName] }], keys, signingAlgorithm: algorithm }, webcrypto);
  const created = await cluster.api.create<CertificateSigningRequest>(REQUESTS, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { generateName: 'client-' },
    spec: {
      signerName: 'kubernetes.io/kube-apiserver-client',
      request: Buffer.from(request.toString('pem')).toString('base64'),
      usages: ['digital signature', 'client auth'],
    },
  });
  const path = `${REQUESTS}/${created.metadata?.name}`;
  const conditions = [{ type: 'Approved', status: 'True', reason: 'Test', message: 'by the test' }];
  await cluster.api.call('PUT', `${path}/approval`, { body: { ...created, status: { conditions } } });
  const cert = await eventually(async () => {
    const { status } = await cluster.api.get<CertificateSigningRequest>(path);
    expect(status?.certificate).toBeDefined();
    return Buffer.from(status?.certificate ?? '', 'base64').toString();
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { cert, key };
}

/** The certificate with which the cluster's API server comes to kubelets. */
export function apiServerAsClient({ kubeconfig }: Cluster): Credential {
  const pem = (name: string) => readFileSync(join(dirname(kubeconfig), 'pki', name), 'utf8');
  return { cert: pem('kubelet-client.crt'), key: pem('kubelet-client.key') };
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** An upgraded connection: what comes, and the way back. */
export interface Opened {
  readonly status: 101;
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly headers: IncomingMessage['headers'];
}

export type Asked = Partial<Pick<RequestOptions, 'method' | 'cert' | 'key' | 'headers' | 'agent' | 'ca' | 'maxHeaderSize'>>;

/** One request to a kubelet API. The serving certificate is verified where `ca` is given. */
export function ask(port: number, path: string, options: Asked = {}): Promise<Answer | Opened> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest({
      ...{ host: '127.0.0.1', port, path, agent: false, rejectUnauthorized: options.ca !== undefined },
      ...options,
    });
    request.on('error', reject);
    request.on('upgrade', ({ headers }, socket, head) => resolve({ status: 101, socket, head, headers }));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => void (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    request.end();
  });
}

export const SPDY = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': ['v4.channel.k8s.io', 'v3.channel.k8s.io'] };
export const WEBSOCKET = {
  ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
  'sec-websocket-protocol': 'v5.channel.k8s.io',
};

/** What a physical API server was asked. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/**
 * A small process that plays a physical API server, for what kwok cannot do: it has the pods it is given, sends back every byte of
 * a stream until the end of what it gets, says `end` after that, and hangs up.
 */
export class PhysicalServer {
  readonly pods = new Map<string, object>();
  readonly seen: Seen[] = [];
  /** Streams that are open. */
  open = 0;
  /** Text of every log; `follow` never ends. */
  log = 'a line\n';
  /** Answers exec and port-forward instead of sending back what comes. */
  processes: PodProcesses | null = null;
  /** Answers a subresource so instead; null: 101 or the log. */
  refusal: { status: number; message: string } | null = null;

  private constructor(
    private readonly server: Server,
    readonly ca: string,
    readonly token: string,
  ) {}

  static async start(token: string): Promise<PhysicalServer> {
    const authority = await CertificateAuthority.create('physical');
    const { cert, key } = await authority.issue({ commonName: 'kube-apiserver', serving: true });
    const server = createServer({ cert, key, allowHalfOpen: true });
    const physical = new PhysicalServer(server, authority.cert, token);
    server.on('request', (request, response) => {
      const { status, body } = physical.answer(request);
      response.writeHead(status, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' });
      if (typeof body !== 'string') return void response.end(JSON.stringify(body));
      response.write(body);
      if (!request.url?.includes('follow=true')) response.end();
    });
    server.on('upgrade', (request, socket, head) => physical.upgrade(request, socket, head));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return physical;
  }

  get kubeconfig(): object {
    const base64 = Buffer.from(this.ca).toString('base64');
    const { port } = this.server.address() as AddressInfo;
    return {
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': base64 } }],
      users: [{ name: 'c', user: { token: this.token } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    };
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private answer({ url = '', method = '', headers }: IncomingMessage): { status: number; body: object | string } {
    this.seen.push({ method, url, headers });
    const status = (code: number, message: string) => ({ status: code, body: { kind: 'Status', status: 'Failure', code, message, reason: code === 404 ? 'NotFound' : 'X' } });
    if (headers.authorization !== `Bearer ${this.token}`) return status(401, 'Unauthorized');
    const [, name = '', subresource] = /\/pods\/([^/?]+)(?:\/(\w+))?/.exec(url) ?? [];
    const pod = this.pods.get(name);
    if (pod === undefined) return status(404, `pods "${name}" not found`);
    if (this.refusal !== null && subresource !== undefined) return status(this.refusal.status, this.refusal.message);
    return { status: 200, body: subresource === 'log' ? this.log : pod };
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { status, body } = this.answer(request);
    if (status !== 200) {
      const text = JSON.stringify(body);
      return void socket.end(`HTTP/1.1 ${status} X\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`);
    }
    this.open += 1;
    socket.on('error', () => socket.destroy());
    socket.once('close', () => void (this.open -= 1));
    if (this.processes !== null) return this.processes.serve(request, { socket, head });
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${request.headers.upgrade}\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\nAudit-Id: 1\r\n\r\n`);
    if (head.length > 0) socket.write(head);
    socket.on('end', () => void socket.end('end'));
    socket.pipe(socket, { end: false });
  }
}
