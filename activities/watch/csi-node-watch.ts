import type { CSINode } from 'kubernetes-types/storage/v1';
import { Annotation } from '../../api/names/keys';
import { planCsiNode } from '../../domain/csi-node';
import type { CsiNodeObject, CsiNodePlan } from '../../domain/csi-node';
import { physicalNodeOf, vnodeName } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { CsiNodes, isKubeError } from '../../kube';
import type { Change, KubeObject } from '../../kube';
import { isFresh } from '../fleet/listed';
import { BY_BINDING } from '../fleet/virtual-cluster';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';
import { Overlay } from './overlay';

const CONCURRENCY = 8;

type Plan<A extends CsiNodePlan['action']> = Extract<CsiNodePlan, { action: A }>;

/** Keeps a CSINode beside each vnode whose physical node has one: volume limits and drivers, for the virtual scheduler. */
export class CsiNodeWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly overlay = new Overlay<CsiNodeObject>();
  private readonly ends: (() => void)[] = [];

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: CONCURRENCY, onError });
  }

  start(): void {
    const { fleet, physical } = this.context;
    this.ends.push(
      physical.csiNodes.subscribe(({ key }) => this.queue.add(key)),
      physical.csiNodes.onList(() => this.compareAll()),
      fleet.virtual.csiNodes.subscribe((change) => this.addCopy(change.new ?? change.old)),
      fleet.virtual.csiNodes.onList(() => this.compareAll()),
      fleet.virtual.nodes.subscribe((change) => this.vnodeChanged(change as Change<NodeObject>)),
    );
    this.compareAll();
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
  }

  private compareAll(): void {
    const { fleet, physical, ref } = this.context;
    for (const { metadata } of physical.csiNodes.store.list()) this.queue.add(metadata?.name ?? '');
    for (const copy of fleet.virtual.csiNodes.store.by(BY_BINDING, ref.name)) this.addCopy(copy);
  }

  private addCopy(copy: KubeObject | null): void {
    const node = copy?.metadata?.annotations?.[Annotation.PhysicalNodeName];
    if (node !== undefined) this.queue.add(node);
  }

  /** Only that a vnode comes, goes or begins to go matters here. */
  private vnodeChanged({ old, new: now }: Change<NodeObject>): void {
    const same = old?.metadata.uid === now?.metadata.uid && old?.metadata.deletionTimestamp === now?.metadata.deletionTimestamp;
    const vnode = now ?? old;
    const node = same || vnode === null ? null : physicalNodeOf(vnode);
    if (node !== null && this.concerns(node)) this.queue.add(node);
  }

  /** Most clusters have no CSINode for most nodes. */
  private concerns(node: string): boolean {
    const { fleet, physical, binding } = this.context;
    const name = vnodeName(binding()?.spec.clusterID ?? '', node);
    return physical.csiNodes.store.get(node) !== undefined || fleet.virtual.csiNodes.store.get(name) !== undefined;
  }

  private async reconcile(node: string): Promise<null> {
    const { fleet } = this.context;
    const { csiNodes } = fleet.virtual;
    const binding = this.context.binding();
    if (binding === undefined || !isFresh(this.context.physical.csiNodes, Date.now()) || !csiNodes.hasSynced()) return null;
    const listed = csiNodes.store.get(vnodeName(binding.spec.clusterID, node)) as CsiNodeObject | undefined;
    const plan = this.plan(node, this.overlay.newest(listed ?? null));
    if (plan.action === 'create') await this.create(node, plan);
    else await this.apply(node, plan);
    return null;
  }

  private plan(node: string, live: CsiNodeObject | null): CsiNodePlan {
    const { fleet, physical, ref } = this.context;
    const clusterID = this.context.binding()?.spec.clusterID ?? '';
    const original = physical.csiNodes.store.get(node);
    return planCsiNode({
      binding: { name: ref.name, clusterID },
      node,
      physical: original === undefined || original.metadata?.deletionTimestamp ? null : (original as unknown as CsiNodeObject),
      vnode: (fleet.virtual.nodes.store.get(vnodeName(clusterID, node)) as NodeObject | undefined) ?? null,
      live,
    });
  }

  /** One of that name that our list does not show is older than the list, or not ours. */
  private async create(node: string, { object }: Plan<'create'>): Promise<void> {
    const { client } = this.context.fleet.virtual;
    try {
      await client.create<CSINode>(CsiNodes, object as unknown as CSINode);
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error;
      const live = await client.get(CsiNodes, { name: object.metadata.name });
      if (live !== null) await this.apply(node, this.plan(node, live as unknown as CsiNodeObject));
    }
  }

  private async apply(node: string, plan: CsiNodePlan): Promise<void> {
    const { client } = this.context.fleet.virtual;
    const name = vnodeName(this.context.binding()?.spec.clusterID ?? '', node);
    if (plan.action === 'patch') {
      const written = await client.patch(CsiNodes, { name }, { kind: 'merge', body: plan.patch });
      this.overlay.put(written as unknown as CsiNodeObject);
    }
    // A removed object comes back as an event, and with it what is to be made anew.
    if (plan.action === 'recreate') await client.remove(CsiNodes, { name }, { uid: plan.uid });
    if (plan.action === 'remove' && (await this.isGone(node))) await client.remove(CsiNodes, { name }, { uid: plan.uid });
  }

  /** Absence takes something away, so it is read where it counts: at the source. */
  private async isGone(node: string): Promise<boolean> {
    const { fleet, physical, binding } = this.context;
    const clusterID = binding()?.spec.clusterID ?? '';
    if (fleet.virtual.nodes.store.get(vnodeName(clusterID, node)) === undefined) return true;
    const original = await physical.client.get(CsiNodes, { name: node });
    return original === null || original.metadata?.deletionTimestamp !== undefined;
  }
}
