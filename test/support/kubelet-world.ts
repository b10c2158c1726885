import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1';
import { WORKER_NAMESPACE } from '../../api/names/keys';
import { physicalName } from '../../domain/pods';
import { isRunning } from '../../local/demo/observe';
import { freePorts } from '../../local/processes/ports';
import type { StackOptions } from '../../local/stack';
import { eventually } from './eventually';
import { KubectlSession, type Ended } from './kubectl-session';
import { Lending, vnodeOf } from './lending';

const PODS = '/api/v1/namespaces/default/pods';
/** What `previous` shows. */
export const PREVIOUS = ['the last life ended here'];

/**
 * A lent node whose pods have logs, a shell, a console to attach to and a port, as far as kwok plays them: every pod has the same
 * log, exec runs on this machine, port 80 is that of {@link KubeletWorld.target}.
 */
export class KubeletWorld {
  private constructor(
    readonly lending: Lending,
    /** Where commands run. */
    readonly folder: string,
    /** What answers on port 80 of every pod: it sends back what it gets. */
    readonly target: Server,
    /** Of the gateway, for all vnodes. */
    readonly port: number,
  ) {}

  static async open(options: Partial<StackOptions> = {}, settings: Readonly<Record<string, string>> = {}): Promise<KubeletWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'kubeocean-logs-'));
    const [port = 0] = await freePorts(1);
    const target = await echo();
    writeFileSync(join(folder, 'app.log'), '');
    writeFileSync(join(folder, 'previous.log'), PREVIOUS.map(criLine).join(''));
    const address = target.address() as { port: number };
    const lending = await Lending.open(
      { ...options, physical: { ...options.physical, kwokConfig: kwokConfig(folder, address.port) } },
      { KUBEOCEAN_GATEWAY_ADDRESS: '127.0.0.1', KUBEOCEAN_KUBELET_PORT: `${port}`, ...settings },
    );
    return new KubeletWorld(lending, folder, target, port);
  }

  async close(): Promise<void> {
    await this.lending?.close();
    this.target.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Adds lines to the log of every pod. */
  log(...lines: readonly string[]): void {
    appendFileSync(join(this.folder, 'app.log'), lines.map(criLine).join(''));
  }

  /** A pod on the vnode of that node, past the scheduler; resolves when it runs. */
  async run(name: string, node: string, spec: Partial<Pod['spec']> = {}): Promise<Pod> {
    const { virtual } = this.lending;
    const containers = [{ name: 'main', image: 'nginx' }];
    const tolerations = [{ operator: 'Exists' }];
    await virtual.api.create(PODS, { metadata: { name }, spec: { nodeName: vnodeOf(node), containers, tolerations, ...spec } });
    return await eventually(async () => {
      const pod = await virtual.api.get<Pod>(`${PODS}/${name}`);
      expect(isRunning(pod)).toBe(true);
      return pod;
    });
  }

  /** kubectl against the virtual cluster. */
  session(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<KubectlSession> {
    return KubectlSession.start(this.lending.virtual.kubeconfig, args, env);
  }

  /** The same to its end, with an empty standard input unless one is given. */
  async kubectl(args: readonly string[], { input = '', env = {} }: { input?: string; env?: Readonly<Record<string, string>> } = {}): Promise<Ended> {
    const session = await this.session(args, env);
    session.write(input);
    session.close();
    return await session.ended;
  }

  /** kubectl port-forward, listening on a port of its choice. */
  async forward(pod: string, port: number, env: Readonly<Record<string, string>> = {}): Promise<{ session: KubectlSession; port: number }> {
    const session = await this.session(['port-forward', `pod/${pod}`, `:${port}`], env);
    const local = await eventually(() => {
      const found = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(session.out)?.[1];
      expect(found).toBeDefined();
      return Number(found);
    });
    return { session, port: local };
  }

  /** The physical pod of a virtual one. */
  async physicalPod(name: string): Promise<Pod> {
    return await this.lending.physical.api.get<Pod>(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods/${physicalName(name, 'default')}`);
  }
}

const at = (): string => new Date().toISOString().replace('Z', '000000Z');
const criLine = (text: string): string => `${at()} stdout F ${text}\n`;

function kwokConfig(folder: string, port: number): object[] {
  const logsFile = join(folder, 'app.log');
  const all = (kind: string, spec: object) => ({ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind, metadata: { name: 'all' }, spec });
  return [
    all('ClusterLogs', { logs: [{ logsFile, previousLogsFile: join(folder, 'previous.log'), follow: true }] }),
    all('ClusterExec', { execs: [{ local: { workDir: folder, envs: [{ name: 'WHERE', value: 'physical' }] } }] }),
    all('ClusterAttach', { attaches: [{ logsFile }] }),
    all('ClusterPortForward', { forwards: [{ ports: [80], target: { address: '127.0.0.1', port } }] }),
  ];
}

async function echo(): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
