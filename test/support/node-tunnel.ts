import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CertificateAuthority } from '../../local/clusters/certificates';

/** Address of fake nodes that an API server's node proxy goes to; nothing on this machine has it. */
export const NODE_ADDRESS = '10.250.0.1';

/** Answers a path of the kubelet instead of kwok; `null`: kwok answers. */
export type KubeletPaths = (path: string) => Promise<{ readonly contentType: string; readonly body: string } | null>;

/**
 * What stands between API servers and kwok: they reach {@link NODE_ADDRESS} by this proxy, as in clusters whose control plane is apart
 * from their nodes. It ends at a kubelet that answers what kwok cannot, and passes the rest on to kwok.
 */
export class NodeTunnel {
  /** Told by tests; until then kwok answers everything. */
  paths: KubeletPaths = async () => null;
  private kwokPort = 0;

  private constructor(
    private readonly proxy: Server,
    /** An API server wants a socket, or certificates: by plain TCP 1.35 does not start. */
    private readonly socketProxy: Server,
    private readonly kubelet: Server,
    /** For API servers that shall go this way, and believe this kubelet. */
    readonly apiServerArgs: readonly string[],
  ) {}

  static async open(folder: string): Promise<NodeTunnel> {
    const authority = await CertificateAuthority.create('kubelets');
    const credential = await authority.issue({ commonName: 'kubelet', serving: true, addresses: [NODE_ADDRESS] });
    const kubelet = createHttpsServer(credential, (request, response) => void tunnel.answer(request, response));
    const [proxy, socketProxy] = [createHttpServer(), createHttpServer()];
    const socketFile = join(folder, 'egress.sock');
    await Promise.all([listening(kubelet), listening(proxy), listening(socketProxy, socketFile)]);
    const [configFile, authorityFile] = [join(folder, 'egress.yaml'), join(folder, 'kubelets.crt')];
    const flags = [`--egress-selector-config-file=${configFile}`, `--kubelet-certificate-authority=${authorityFile}`];
    const tunnel = new NodeTunnel(proxy, socketProxy, kubelet, flags);
    for (const one of [proxy, socketProxy]) {
      one.on('connect', (request: IncomingMessage, socket: Socket) => tunnel.connect(request.url ?? '', socket));
    }
    await writeFile(configFile, stringify(egress(socketFile)));
    await writeFile(authorityFile, authority.cert);
    return tunnel;
  }

  /** Of the proxy, for whoever takes it from the environment. */
  get url(): string {
    return `http://127.0.0.1:${portOf(this.proxy)}`;
  }

  close(): void {
    this.proxy.close();
    this.socketProxy.close();
    this.kubelet.close();
  }

  private connect(target: string, socket: Socket): void {
    const [host = '', port = '0'] = target.split(':');
    if (host === NODE_ADDRESS) this.kwokPort = Number(port);
    const there = connect(host === NODE_ADDRESS ? portOf(this.kubelet) : Number(port), '127.0.0.1');
    there.once('connect', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(there).pipe(socket);
    });
    for (const [one, other] of [[socket, there], [there, socket]] as const) one.on('error', () => other.destroy());
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await this.paths(request.url ?? '/');
    if (answer !== null) {
      response.writeHead(200, { 'content-type': answer.contentType }).end(answer.body);
      return;
    }
    const options = { host: '127.0.0.1', port: this.kwokPort, path: request.url, method: request.method, rejectUnauthorized: false };
    const passed = httpsRequest(options, (from) => {
      response.writeHead(from.statusCode ?? 502, { 'content-type': from.headers['content-type'] ?? 'text/plain' });
      from.pipe(response);
    });
    passed.on('error', () => response.destroy());
    passed.end();
  }
}

function egress(udsName: string): object {
  return {
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [{ name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName } } } }],
  };
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function listening(server: Server, file?: string): Promise<void> {
  await new Promise<void>((resolve) => (file === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(file, resolve)));
}
