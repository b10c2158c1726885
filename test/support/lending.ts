import { readFileSync } from 'node:fs';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { GROUP_VERSION, POLICY_KIND } from '../../api/names/group';
import type { ClusterBinding, ResourceLeasingPolicy, ResourceLeasingPolicySpec } from '../../api/names/types';
import type { Cluster } from '../../local/clusters/cluster';
import type { FakeNodes } from '../../local/clusters/fake-nodes';
import type { ManagedProcess } from '../../local/processes/managed-process';
import type { Stack, StackOptions } from '../../local/stack';
import { bind, install, productKubeconfig } from '../bench/rig/install';
import { BINDING, BINDINGS_PATH, CLUSTER_ID, POLICIES_PATH } from '../bench/rig/manifests';
import { Product } from '../bench/rig/product';
import { expectClean } from './audit-clean';
import { buildProduct } from './build-product';
import { eventually, type Patience } from './eventually';
import { startTestStack } from './stack';

/** The standing audit would write its first result at some moment; whether both sides agree is asked at the end. */
const UNWATCHED = { KUBEOCEAN_AUDIT_INTERVAL_MS: '0' };

/**
 * A virtual cluster that borrows from one physical cluster, with one worker and one gateway that a test can stop, all with the
 * rights that `kubeocean install` grants. Nodes are added one by one; each test lends its own, by label.
 */
export class Lending {
  private constructor(
    readonly stack: Stack,
    readonly physical: Cluster,
    readonly product: Product,
    /** The gateway that was started first. */
    readonly gateway: ManagedProcess,
  ) {}

  /** Starts everything and waits until the binding is Ready. @param settings environment variables of worker and gateway */
  static async open(options: Partial<StackOptions> = {}, settings: Readonly<Record<string, string>> = {}): Promise<Lending> {
    buildProduct();
    const stack = await startTestStack({ physicalClusters: 1, nodesPerCluster: 0, clusters: { audit: true }, ...options });
    try {
      const { virtual, supervisor, dir, temporal } = stack;
      const [physical] = stack.physical;
      if (physical === undefined) throw new Error('unreachable: there is a physical cluster');
      await install(virtual, physical);
      const kubeconfig = await productKubeconfig(virtual, dir);
      const product = new Product({ supervisor, kubeconfig, temporalAddress: temporal.address, cpuProf: null, settings: { ...UNWATCHED, ...settings } });
      const [gateway] = await Promise.all([product.startGateway(), product.startWorker()]);
      await bind(virtual, physical, dir).catch((error: unknown) => {
        throw new Error(`${String(error)}; the worker says: ${errorsOf(product).join('\n')}`);
      });
      return new Lending(stack, physical, product, gateway);
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  get virtual(): Cluster {
    return this.stack.virtual;
  }

  /** Ends with the audit. */
  async close(): Promise<void> {
    await expectClean(this.virtual).finally(() => this.stack.stop());
  }

  /** Adds a node that policies of {@link Lending.lend} with this name select. */
  async addNode(name: string, options: Omit<FakeNodes, 'names'> = {}): Promise<Node> {
    await this.physical.addNodes({ ...options, names: [name], labels: { pool: name, ...options.labels } });
    return await this.physicalNode(name);
  }

  /** Creates a policy for the nodes with label `pool=<pool>`, by default of its own name. */
  async lend(name: string, spec: Partial<ResourceLeasingPolicySpec> = {}, pool = name): Promise<ResourceLeasingPolicy> {
    const nodeSelector = { nodeSelectorTerms: [{ matchExpressions: [{ key: 'pool', operator: 'In', values: [pool] }] }] };
    return await this.physical.api.create(POLICIES_PATH, {
      apiVersion: GROUP_VERSION,
      kind: POLICY_KIND,
      metadata: { name },
      spec: { cluster: BINDING, nodeSelector, ...spec },
    });
  }

  /** A node and a policy of its name, lent: resolves with the vnode when it is Ready. */
  async lendNode(name: string, options: Omit<FakeNodes, 'names'> = {}, spec: Partial<ResourceLeasingPolicySpec> = {}): Promise<Node> {
    await this.addNode(name, options);
    await this.lend(name, spec);
    return await this.untilVnode(name, (vnode) => expect(conditionOf(vnode, 'Ready')?.status).toBe('True'));
  }

  async physicalNode(name: string): Promise<Node> {
    return await this.physical.api.get<Node>(`/api/v1/nodes/${name}`);
  }

  /** Null when there is none. */
  async vnode(name: string): Promise<Node | null> {
    return await this.virtual.api.find<Node>(`/api/v1/nodes/${vnodeOf(name)}`);
  }

  /** Waits until the vnode of a physical node is as `expectations` say, and returns it. */
  async untilVnode(name: string, expectations: (vnode: Node) => void, patience: Patience = { within: 15_000 }): Promise<Node> {
    return await eventually(async () => {
      const vnode = await this.vnode(name);
      if (vnode === null) throw new Error(`there is no vnode of ${name}`);
      expectations(vnode);
      return vnode;
    }, patience);
  }

  /** Creates a pod of the owner on one node, past the scheduler; kwok runs it. */
  async ownersPod(name: string, nodeName: string, pod: { metadata?: Pod['metadata']; spec?: Partial<Pod['spec']> } = {}): Promise<Pod> {
    return await this.physical.api.create<Pod>('/api/v1/namespaces/default/pods', {
      metadata: { name, ...pod.metadata },
      spec: { nodeName, containers: [{ name: 'main', image: 'nginx' }], ...pod.spec },
    });
  }

  /** Edits the binding, and waits until the worker has seen it: its watches do not wait for each other. */
  async editBinding(spec: Readonly<Record<string, unknown>>): Promise<void> {
    const path = `${BINDINGS_PATH}/${BINDING}`;
    const { metadata } = await this.virtual.api.merge<ClusterBinding>(path, { spec });
    await eventually(async () => {
      const { status } = await this.virtual.api.get<ClusterBinding>(path);
      expect(status?.conditions?.find(({ type }) => type === 'Ready')?.observedGeneration).toBe(metadata.generation);
    });
  }

  async deleteBinding(): Promise<void> {
    await this.virtual.api.delete(`${BINDINGS_PATH}/${BINDING}`);
    await eventually(async () => expect(await this.virtual.api.find(`${BINDINGS_PATH}/${BINDING}`)).toBeNull(), { within: 60_000 });
  }
}

/** What activities failed with: a folder with logs is gone with its stack. */
function errorsOf({ running }: Product): string[] {
  return running.flatMap(({ logFile }) => readFileSync(logFile, 'utf8').match(/"error":\{.*/g) ?? []);
}

/** Name of the vnode of a physical node. */
export const vnodeOf = (node: string): string => `vnode-${CLUSTER_ID}-${node}`;

export const conditionOf = ({ status }: Node, type: string) => status?.conditions?.find((condition) => condition.type === type);

export const taintKeys = ({ spec }: Node): string[] => (spec?.taints ?? []).map(({ key }) => key);
