import type { Event, Node, NodeCondition, Pod } from 'kubernetes-types/core/v1';
import { Client, Connection } from '@temporalio/client';
import { GROUP_VERSION } from '../../../api/names/group';
import { Annotation, Label, MANAGED_BY, Taint, WORKER_NAMESPACE } from '../../../api/names/keys';
import type { ResourceLeasingPolicy, ResourceLeasingPolicySpec, TimeWindow } from '../../../api/names/types';
import type { Cluster } from '../../../local/clusters/cluster';
import { startProduct, type Product } from '../../../local/demo/product';
import { isReady, isTainted } from '../../../local/demo/observe';
import type { Stack } from '../../../local/stack';
import { bind, install, productKubeconfig } from '../../bench/rig/install';
import { BINDING, CLUSTER_ID, POLICIES_PATH } from '../../bench/rig/manifests';
import { closedWindow } from '../../bench/rig/windows';
import { expectClean } from '../audit-clean';
import { eventually } from '../eventually';
import { killWorkers } from '../product';
import { startTestStack } from '../stack';

/** Windows of a policy that is closed now and does not open soon. */
export const closed = (): { timeWindows: readonly TimeWindow[] } => ({ timeWindows: [closedWindow(Date.now())] });
/** Takes that back. */
export const OPEN = { timeWindows: null };
/** How long after its deadline a node counts as stuck here. */
export const STUCK_AFTER_MS = 4_000;

export interface PodChange {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: object;
}

/** One lender, one borrower and the product with two workers; every test takes a node of its own. */
export class ReclaimRig {
  private used = 0;

  private constructor(
    readonly stack: Stack,
    readonly physical: Cluster,
    readonly product: Product,
    readonly temporal: Client,
  ) {}

  static async open(nodes: number): Promise<ReclaimRig> {
    const stack = await startTestStack({ physicalClusters: 1, nodesPerCluster: nodes, clusters: { audit: true } });
    try {
      const { virtual, supervisor, dir } = stack;
      const [physical] = stack.physical;
      if (physical === undefined) throw new Error('unreachable: it was asked for');
      await install(virtual, physical);
      const product = await startProduct({
        ...{ supervisor, dir, kubeconfig: await productKubeconfig(virtual, dir), temporalAddress: stack.temporal.address },
        env: { TZ: 'UTC', KUBEOCEAN_RECLAIM_STUCK_AFTER_MS: `${STUCK_AFTER_MS}` },
      });
      await bind(virtual, physical, dir);
      const connection = await Connection.connect({ address: stack.temporal.address });
      return new ReclaimRig(stack, physical, product, new Client({ connection, namespace: stack.temporal.namespace }));
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Ends with the audit. */
  async close(): Promise<void> {
    await this.temporal.connection.close();
    await expectClean(this.virtual).finally(() => this.stack.stop());
  }

  get virtual(): Cluster {
    return this.stack.virtual;
  }

  /** Lends a node that no other test has, and waits until pods can be scheduled there. @returns its name */
  async lend(spec: Partial<ResourceLeasingPolicySpec> = {}): Promise<string> {
    const node = `${this.physical.name}-node-${(this.used += 1)}`;
    await this.physical.api.create(POLICIES_PATH, {
      apiVersion: GROUP_VERSION,
      kind: 'ResourceLeasingPolicy',
      metadata: { name: node },
      spec: { cluster: BINDING, nodeSelector: onlyNode(node), ...spec },
    });
    await eventually(async () => {
      const vnode = await this.vnode(node);
      if (vnode === null || !isReady(vnode) || isTainted(vnode, 'node.kubernetes.io/not-ready')) throw new Error(`${node} is not Ready`);
    }, { within: 30_000 });
    return node;
  }

  /** Edits the policy of a node. */
  async edit(node: string, spec: Readonly<Record<string, unknown>>): Promise<void> {
    await this.physical.api.merge(`${POLICIES_PATH}/${node}`, { spec });
  }

  async policy(node: string): Promise<ResourceLeasingPolicy> {
    return await this.physical.api.get(`${POLICIES_PATH}/${node}`);
  }

  /** Creates pods that the scheduler can place on this vnode only, and waits until they and their copies run. @returns names */
  async run(node: string, pods: Readonly<Record<string, PodChange>>): Promise<string[]> {
    const names = Object.keys(pods).map((name) => `${node}-${name}`);
    const created = Object.entries(pods).map(([name, change]) => this.virtual.api.create(PODS, podOn(node, `${node}-${name}`, change)));
    await Promise.all(created);
    await eventually(async () => {
      for (const name of names) expect((await this.pod(name))?.status?.phase).toBe('Running');
    }, { within: 30_000 });
    return names;
  }

  async pod(name: string): Promise<Pod | null> {
    return await this.virtual.api.find<Pod>(`${PODS}/${name}`);
  }

  async vnode(node: string): Promise<Node | null> {
    return await this.virtual.api.find<Node>(`/api/v1/nodes/${vnodeOf(node)}`);
  }

  async condition(node: string, type = 'Reclaiming'): Promise<NodeCondition | undefined> {
    return (await this.vnode(node))?.status?.conditions?.find((condition) => condition.type === type);
  }

  /** Waits until a node's condition says that its reclaim has come to a phase. */
  async reaches(node: string, phase: string, within = 30_000): Promise<void> {
    await eventually(async () => expect((await this.condition(node))?.reason).toBe(phase), { within, every: 20 });
  }

  async isLent(node: string): Promise<void> {
    await eventually(async () => {
      const vnode = await this.vnode(node);
      expect(vnode?.spec?.taints?.map(({ key }) => key)).toEqual([Taint.Vnode]);
      expect(await this.condition(node)).toBeUndefined();
    });
  }

  /** What stands on a node in the physical cluster for pods of the virtual one. */
  async copies(node: string): Promise<Pod[]> {
    const selector = `fieldSelector=spec.nodeName%3D${node}&labelSelector=${encodeURIComponent(`${Label.ManagedBy}=${MANAGED_BY}`)}`;
    const { items } = await this.physical.api.get<{ items: Pod[] }>(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods?${selector}`);
    return items;
  }

  /** The copy of one pod. */
  async copyOf(name: string): Promise<Pod | undefined> {
    const { items } = await this.physical.api.get<{ items: Pod[] }>(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods`);
    return items.find(({ metadata }) => metadata?.annotations?.[Annotation.VirtualPodName] === name);
  }

  /** Reasons of the events about an object. */
  async reasons(cluster: Cluster, name: string): Promise<string[]> {
    const { items } = await cluster.api.get<{ items: Event[] }>(`/api/v1/events?fieldSelector=involvedObject.name%3D${name}`);
    return items.map(({ reason }) => reason ?? '');
  }

  /** Kills every worker without a word; `kubeocean up` starts them again. */
  killWorkers(): void {
    killWorkers(this.stack);
  }
}

export const PODS = '/api/v1/namespaces/default/pods';
export const vnodeOf = (node: string): string => `vnode-${CLUSTER_ID}-${node}`;

function onlyNode(node: string): ResourceLeasingPolicySpec['nodeSelector'] {
  return { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] };
}

function podOn(node: string, name: string, { annotations, labels, spec }: PodChange): object {
  return {
    metadata: { name, annotations, labels },
    spec: {
      nodeSelector: { [Label.Hostname]: vnodeOf(node) },
      tolerations: [{ key: Taint.Vnode, operator: 'Exists', effect: 'NoSchedule' }],
      containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '10m' } } }],
      ...spec,
    },
  };
}
