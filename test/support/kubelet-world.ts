import type { Pod } from 'kubernetes-types/core/v1';
import { WORKER_NAMESPACE } from '../../api/names/keys';
import { physicalName } from '../../domain/pods';
import { isRunning } from '../../local/demo/observe';
import { freePorts } from '../../local/processes/ports';
import type { StackOptions } from '../../local/stack';
import { eventually } from './eventually';
import { KubectlSession, type Ended } from './kubectl-session';
import { Lending, vnodeOf } from './lending';
import { PodIo } from './pod-io';

const PODS = '/api/v1/namespaces/default/pods';

/** Lent nodes whose pods have what {@link PodIo} gives them. */
export class KubeletWorld {
  private constructor(
    readonly lending: Lending,
    readonly io: PodIo,
    /** Of the gateway, for all vnodes. */
    readonly port: number,
  ) {}

  static async open(options: Partial<StackOptions> = {}, settings: Readonly<Record<string, string>> = {}): Promise<KubeletWorld> {
    const [io, [port = 0]] = await Promise.all([PodIo.open(), freePorts(1)]);
    const lending = await Lending.open(
      { ...options, physical: { ...options.physical, kwokConfig: io.config } },
      { KUBEOCEAN_GATEWAY_ADDRESS: '127.0.0.1', KUBEOCEAN_KUBELET_PORT: `${port}`, KUBEOCEAN_PROMETHEUS_PORT: '0', ...settings },
    );
    return new KubeletWorld(lending, io, port);
  }

  async close(): Promise<void> {
    try {
      await this.lending.close();
    } finally {
      this.io.close();
    }
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
