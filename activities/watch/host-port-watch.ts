import type { Namespace, Pod } from 'kubernetes-types/core/v1';
import {
  foreignHostPorts,
  hostPortSignature,
  isPlaceholder,
  placeholderNamespace,
  planPlaceholders,
  scheduledPatch,
} from '../../domain/host-ports';
import type { NewPlaceholder, PortHoldingPod } from '../../domain/host-ports';
import type { Ownership, PodObject } from '../../domain/pods';
import { isVnodeOf, physicalNodeOf, vnodeName } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { isKubeError, Namespaces, Pods } from '../../kube';
import type { Change } from '../../kube';
import { BY_BINDING, BY_NODE } from '../fleet/virtual-cluster';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';

const CONCURRENCY = 8;

/**
 * Tells the virtual scheduler which host ports of a vnode are taken by pods it does not know: one placeholder pod on each such
 * vnode. Keys are names of physical nodes; nodes on which nobody holds a port cost nothing.
 */
export class HostPortWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly ends: (() => void)[] = [];

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: CONCURRENCY, onError });
  }

  start(): void {
    const { fleet, physical } = this.context;
    this.ends.push(
      physical.pods.subscribe((change) => this.physicalPodChanged(change as Change<PortHoldingPod>)),
      physical.pods.onList(() => this.compareAll()),
      fleet.virtual.pods.subscribe((change) => this.placeholderChanged(change as Change<PodObject>)),
      fleet.virtual.nodes.subscribe((change) => this.vnodeChanged(change as Change<NodeObject>)),
    );
    this.compareAll();
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
  }

  private get borrower(): Ownership {
    return { virtualCluster: this.context.fleet.virtual.uid, binding: this.context.ref.name };
  }

  private compareAll(): void {
    const { fleet, physical, ref } = this.context;
    for (const pod of physical.pods.store.list() as readonly PortHoldingPod[]) this.addHolder(pod);
    for (const vnode of fleet.virtual.nodes.store.by(BY_BINDING, ref.name) as readonly NodeObject[]) {
      if (this.placeholdersOn(vnode.metadata.name).length > 0) this.addVnode(vnode);
    }
  }

  private physicalPodChanged({ old, new: now }: Change<PortHoldingPod>): void {
    if (hostPortSignature(old, this.borrower) === hostPortSignature(now, this.borrower)) return;
    for (const pod of [old, now]) if (pod !== null) this.addHolder(pod);
  }

  private addHolder(pod: PortHoldingPod): void {
    if (hostPortSignature(pod, this.borrower) !== '') this.queue.add(pod.spec.nodeName ?? '');
  }

  private placeholderChanged({ old, new: now }: Change<PodObject>): void {
    const pod = now ?? old;
    if (pod === null || !isPlaceholder(pod)) return;
    const vnode = this.context.fleet.virtual.nodes.store.get(pod.spec.nodeName ?? '');
    if (vnode !== undefined && isVnodeOf(vnode as NodeObject, this.context.ref)) this.addVnode(vnode as NodeObject);
  }

  private vnodeChanged({ old, new: now }: Change<NodeObject>): void {
    const vnode = now ?? old;
    if (vnode !== null && old?.metadata.uid !== now?.metadata.uid && isVnodeOf(vnode, this.context.ref)) this.addVnode(vnode);
  }

  private addVnode(vnode: NodeObject): void {
    const node = physicalNodeOf(vnode);
    if (node !== null) this.queue.add(node);
  }

  private placeholdersOn(vnode: string): readonly PodObject[] {
    const pods = this.context.fleet.virtual.pods.store.by(BY_NODE, vnode) as readonly PodObject[];
    return pods.filter(isPlaceholder);
  }

  private async reconcile(node: string): Promise<null> {
    const { fleet, physical } = this.context;
    const { pods, nodes, client } = fleet.virtual;
    const binding = this.context.binding();
    if (binding === undefined || !pods.hasSynced() || !physical.isFresh(Date.now())) return null;
    const name = vnodeName(binding.spec.clusterID, node);
    const vnode = (nodes.store.get(name) as NodeObject | undefined) ?? null;
    if (vnode !== null && !isVnodeOf(vnode, this.context.ref)) return null;
    const plan = planPlaceholders({
      binding: binding.metadata.name,
      vnode,
      ports: foreignHostPorts(physical.pods.store.by(BY_NODE, node) as readonly PortHoldingPod[], this.borrower),
      pods: this.placeholdersOn(name),
    });
    if (plan.create !== null) await this.create(plan.create);
    if (plan.markScheduled !== null) await this.markScheduled(plan.markScheduled.metadata);
    for (const { metadata } of plan.remove) await client.remove(Pods, metadata, { uid: metadata.uid, gracePeriodSeconds: 0 });
    return null;
  }

  /** That it is scheduled is said once it shows in the list. */
  private async create(placeholder: NewPlaceholder): Promise<void> {
    const { client } = this.context.fleet.virtual;
    try {
      await client.create<Pod>(Pods, placeholder);
    } catch (error) {
      if (isKubeError(error, 'AlreadyExists')) return;
      if (!isKubeError(error, 'NotFound')) throw error;
      await this.createNamespace();
      await client.create<Pod>(Pods, placeholder);
    }
  }

  /** Nobody scheduled it: it was created on its node. */
  private async markScheduled(key: { readonly namespace: string; readonly name: string }): Promise<void> {
    const patch = { kind: 'merge', body: scheduledPatch(Date.now()) } as const;
    await this.context.fleet.virtual.client.patch(Pods, key, patch, { subresource: 'status' });
  }

  private async createNamespace(): Promise<void> {
    try {
      await this.context.fleet.virtual.client.create<Namespace>(Namespaces, placeholderNamespace());
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
    }
  }
}
