import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Pod } from 'kubernetes-types/core/v1';
import { CLUSTER_BINDING_KIND, GROUP_VERSION } from '../../../api/names/group';
import { Annotation, Label, MANAGED_BY, SYSTEM_NAMESPACE } from '../../../api/names/keys';
import { physicalName } from '../../../domain/pods';
import { ownershipLabels } from '../../../domain/pods/identity/ownership';
import { startGateway, type Gateway } from '../../../gateway/gateway';
import type { KubeletApiOptions } from '../../../gateway/kubelet/kubelet-api';
import { loadKubeconfig } from '../../../kube';
import type { Credential } from '../../../local/clusters/certificates';
import type { Cluster } from '../../../local/clusters/cluster';
import { createLogger } from '../../../workers/observability/logger';
import { productKubeconfig } from '../../bench/rig/install';
import { BINDINGS_PATH } from '../../bench/rig/manifests';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { eventually } from '../../support/eventually';
import { apiServerAsClient, ask, PhysicalServer, SPDY, type Answer, type Asked, type Opened } from '../../support/kubelet-doors';
import { kubeocean } from '../cli/command-line';

const CONTROLLERS = [
  ...['serviceaccount-controller', 'serviceaccount-token-controller', 'root-ca-certificate-publisher-controller', 'namespace-controller'],
  ...['csrsigning', 'clusterrole-aggregation-controller'],
];
export const MOUNT = 'mount';
export const TOKEN = 'physical-token';
const OPTIONS: KubeletApiOptions = {
  ...{ host: '127.0.0.1', port: 0, prometheusPort: null, names: ['127.0.0.1'], servingSecret: null, drainMs: 1_500 },
  limits: { handshakeMs: 4_000, headersMs: 4_000, headerBytes: 64 * 1024 },
};
export const LOGS = '/containerLogs/default/web/main';
export const EXEC = '/exec/default/web/main?command=echo&command=hunter2&input=1&output=1';
export const SECRETS = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`;

/** Two vnodes of one binding in a real virtual cluster, a physical one that is played, and gateways with the product's own rights. */
export class KubeletRig {
  /** What all gateways logged. */
  logged = '';
  private readonly gateways: Gateway[] = [];

  private constructor(
    private readonly servers: ApiServers,
    readonly physical: PhysicalServer,
    /** Of its own; it goes with the rig. */
    readonly dir: string,
    /** Of the virtual cluster, with the product's own rights. */
    readonly kubeconfig: string,
  ) {}

  /** With the pods `web` and, as few as they are good for, `stolen`, `elsewhere` and `waiting`. */
  static async open(): Promise<KubeletRig> {
    const [servers, physical] = await Promise.all([startApiServers(1, { controllers: CONTROLLERS }), PhysicalServer.start(TOKEN)]);
    const dir = mkdtempSync(join(tmpdir(), 'kubeocean-kubelet-'));
    await kubeocean('install', '--kubeconfig', servers.first.kubeconfig, '--role', 'virtual');
    const rig = new KubeletRig(servers, physical, dir, await productKubeconfig(servers.first, dir));
    await rig.fill();
    return rig;
  }

  get cluster(): Cluster {
    return this.servers.first;
  }

  /** With what the API server comes to kubelets. */
  get apiServer(): Credential {
    return apiServerAsClient(this.cluster);
  }

  async start(difference: Partial<KubeletApiOptions> = {}): Promise<{ gateway: Gateway; port: number }> {
    const logger = createLogger('gateway', { write: (line) => void (this.logged += line) });
    const gateway = await startGateway({ access: loadKubeconfig(this.kubeconfig), httpPort: 0, logger, kubelet: { ...OPTIONS, ...difference } });
    this.gateways.push(gateway);
    await gateway.kubelet?.listeners();
    return { gateway, port: gateway.kubelet?.port ?? 0 };
  }

  /** The same, and waits until its callers are let in: rights that were just granted take a moment to be known. */
  async serve(difference: Partial<KubeletApiOptions> = {}): Promise<{ gateway: Gateway; port: number }> {
    const started = await this.start(difference);
    await eventually(async () => expect(await this.asked(started.port, LOGS)).toMatchObject({ status: 200 }));
    return started;
  }

  /** Tells the API server where a vnode's kubelet API is, as workers do. */
  async advertise(vnode: string, port: number): Promise<void> {
    const status = { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }], daemonEndpoints: { kubeletEndpoint: { Port: port } } };
    await this.cluster.api.merge(`/api/v1/nodes/${vnode}/status`, { status });
  }

  /** Says of a pod that it runs: kubectl forwards the ports of no other. */
  async setRunning(pod: string): Promise<void> {
    await this.cluster.api.merge(`/api/v1/namespaces/default/pods/${pod}/status`, { status: { phase: 'Running' } });
  }

  /** A request as the API server, unless told otherwise. */
  async asked(port: number, path: string, options: Asked = {}): Promise<Answer> {
    return (await ask(port, path, { ...this.apiServer, ...options })) as Answer;
  }

  /** A stream as the API server, unless told otherwise. */
  async opened(port: number, path: string, options: Asked = {}): Promise<Opened> {
    return (await ask(port, path, { ...this.apiServer, method: 'POST', headers: SPDY, ...options })) as Opened;
  }

  async close(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    this.physical.close();
    await this.servers.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private async fill(): Promise<void> {
    const { api } = this.cluster;
    await api.create(SECRETS, { metadata: { name: 'east' }, stringData: { kubeconfig: stringify(this.physical.kubeconfig) } });
    const spec = { clusterID: 'e1', mountNamespace: MOUNT, secretRef: { name: 'east', namespace: SYSTEM_NAMESPACE } };
    await api.create(BINDINGS_PATH, { apiVersion: GROUP_VERSION, kind: CLUSTER_BINDING_KIND, metadata: { name: 'east' }, spec });
    const labels = { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: 'east' };
    for (const name of ['vnode-a', 'vnode-b']) await api.create('/api/v1/nodes', { metadata: { name, labels } });
    await api.create('/api/v1/nodes', { metadata: { name: 'ordinary' } });
    for (const [name, node] of [['web', 'vnode-a'], ['elsewhere', 'ordinary'], ['waiting', 'vnode-a']] as const) await this.addPod(name, node);
    await this.addPod('stolen', 'vnode-a', 'another-uid');
    this.physical.pods.delete(physicalName('waiting', 'default'));
  }

  /** @param namedUid the UID that the physical pod names. Default that of the virtual one */
  private async addPod(name: string, nodeName: string, namedUid?: string): Promise<void> {
    const { api } = this.cluster;
    const pod = { metadata: { name }, spec: { nodeName, containers: [{ name: 'main', image: 'nginx' }] } };
    const { metadata, spec } = await api.create<Pod>('/api/v1/namespaces/default/pods', pod);
    const kubeSystem = await api.get<{ metadata: { uid: string } }>('/api/v1/namespaces/kube-system');
    this.physical.pods.set(physicalName(name, 'default'), {
      ...{ apiVersion: 'v1', kind: 'Pod', spec },
      metadata: {
        ...{ name: physicalName(name, 'default'), namespace: MOUNT, uid: randomBytes(8).toString('hex') },
        labels: ownershipLabels({ virtualCluster: kubeSystem.metadata.uid, binding: 'east' }),
        annotations: {
          [Annotation.VirtualPodNamespace]: 'default',
          [Annotation.VirtualPodName]: name,
          [Annotation.VirtualPodUid]: namedUid ?? metadata?.uid,
        },
      },
    });
  }
}
