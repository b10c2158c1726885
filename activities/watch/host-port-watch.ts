import { declaresHostPort, foreignHostPorts, hostPortSignature, isPlaceholder, planPlaceholders } from '../../domain/host-ports';
import type { PlaceholderPlan, PortHoldingPod } from '../../domain/host-ports';
import type { Ownership, PodObject } from '../../domain/pods';
import { isVnodeOf, physicalNodeOf, vnodeName } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import type { Change } from '../../kube';
import { BY_BINDING, BY_NODE } from '../fleet/virtual-cluster';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';
import { Placeholders } from './placeholders';

const CONCURRENCY = 8;
/** When the lists were no ground to act on. */
const LOOK_AGAIN_MILLIS = 5_000;

/**
 * Tells the virtual scheduler which host ports of a vnode are taken by pods it does not know: a placeholder pod for each on such a
 * vnode. Keys are names of physical nodes; nodes on which nobody holds a port cost nothing.
 */
export class HostPortWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly placeholders: Placeholders;
  private readonly ends: (() => void)[] = [];

  constructor(private readonly context: WatchContext) {
    const { fleet, onError } = context;
    this.placeholders = new Placeholders(fleet.virtual.client);
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: CONCURRENCY, onError });
  }

  start(): void {
    const { fleet, physical } = this.context;
    this.ends.push(
      physical.pods.subscribe((change) => this.physicalPodChanged(change as Change<PortHoldingPod>)),
      physical.pods.onList(() => this.compareAll()),
      fleet.virtual.pods.subscribe((change) => this.virtualPodChanged(change as Change<PodObject>)),
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
      if (this.podsOn(vnode.metadata.name).some(isPlaceholder)) this.addVnode(vnode);
    }
  }

  private physicalPodChanged({ old, new: now }: Change<PortHoldingPod>): void {
    if (hostPortSignature(old, this.borrower) === hostPortSignature(now, this.borrower)) return;
    for (const pod of [old, now]) if (pod !== null) this.addHolder(pod);
  }

  private addHolder(pod: PortHoldingPod): void {
    if (hostPortSignature(pod, this.borrower) !== '') this.queue.add(pod.spec.nodeName ?? '');
  }

  private virtualPodChanged({ old, new: now }: Change<PodObject>): void {
    const pod = now ?? old;
    if (pod === null || !(isPlaceholder(pod) || holdsPorts(old) !== holdsPorts(now))) return;
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

  private podsOn(vnode: string): readonly PodObject[] {
    return this.context.fleet.virtual.pods.store.by(BY_NODE, vnode) as readonly PodObject[];
  }

  private async reconcile(node: string): Promise<number | null> {
    const { fleet, physical } = this.context;
    const { pods, nodes } = fleet.virtual;
    const binding = this.context.binding();
    if (binding === undefined) return null;
    if (!pods.hasSynced() || !physical.isFresh(Date.now())) return Date.now() + LOOK_AGAIN_MILLIS;
    const name = vnodeName(binding.spec.clusterID, node);
    const vnode = (nodes.store.get(name) as NodeObject | undefined) ?? null;
    if (vnode !== null && !isVnodeOf(vnode, this.context.ref)) return null;
    const plan = planPlaceholders({
      binding: binding.metadata.name,
      vnode,
      ports: foreignHostPorts(physical.pods.store.by(BY_NODE, node) as readonly PortHoldingPod[], this.borrower),
      pods: this.podsOn(name),
    });
    return await this.apply(plan, vnode);
  }

  private async apply({ create, mark, remove }: PlaceholderPlan, vnode: NodeObject | null): Promise<number | null> {
    if (vnode !== null) for (const placeholder of create) await this.placeholders.create(placeholder, vnode);
    for (const { placeholder, scheduled } of mark) await this.placeholders.mark(placeholder, scheduled);
    const ghosts = await this.ghostsAmong(remove.flatMap(({ inFavourOf }) => inFavourOf));
    let again: number | null = null;
    for (const { placeholder, inFavourOf } of remove) {
      // What is removed in favour of a ghost would free its ports.
      if (inFavourOf.some((one) => ghosts.has(one))) again = Date.now() + LOOK_AGAIN_MILLIS;
      else await this.placeholders.remove(placeholder);
    }
    return again;
  }

  /** Those that the list shows and that are gone. Asks for each once, however many would give way to it. */
  private async ghostsAmong(placeholders: readonly PodObject[]): Promise<ReadonlySet<PodObject>> {
    const each = [...new Set(placeholders)];
    const there = await Promise.all(each.map((one) => this.placeholders.isThere(one)));
    return new Set(each.filter((_, i) => !there[i]));
  }
}

function holdsPorts(pod: PodObject | null): boolean {
  return pod !== null && declaresHostPort(pod);
}
