import type { Pod } from 'kubernetes-types/core/v1';
import { Annotation, Taint } from '../../api/names/keys';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import { occupancySignature } from '../../domain/capacity';
import type { OccupyingPod } from '../../domain/capacity';
import { isOurs } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import { decodeNote, isTaintDue, termsOf } from '../../domain/reclaim';
import { earliest } from '../../domain/time/earliest';
import { isVnodeOf, physicalNodeOf, planVnode, teardownStartedAt } from '../../domain/vnode';
import type { NodeDecision, NodeObject, WindowTaintEffect } from '../../domain/vnode';
import type { Change } from '../../kube';
import { BY_BINDING } from '../fleet/virtual-cluster';
import { isPaused } from '../fleet/vnodes';
import { decide, endpointOf, portRivals, viewNode } from '../node/facts';
import type { NodeView } from '../node/facts';
import { labelPhysicalNode, lacksPolicyLabel, unlabelPhysicalNode } from '../node/policy-label';
import type { WatchContext, WatchPart } from './context';
import { Insistence } from './insistence';
import { KeyedQueue } from './keyed-queue';
import { Told } from './told';
import { VnodeMirror } from './vnode-mirror';

type Lend = Extract<NodeDecision, { action: 'lend' }>;

const CONCURRENCY = 32;
/** How long after its vnode a physical node gets the label of its policy, milliseconds. */
const LABEL_AFTER_MILLIS = 2_000;
/** Taints under which a node waits for its pods to stop. */
const EMPTYING: readonly string[] = [Taint.OutOfTimeWindows, Taint.VnodeDeleting];

/**
 * Per physical node: finds out whether it ought to be lent and tells the binding, tells the node's workflow when its vnode is not
 * what it should be, and mirrors the vnode's status (conditions, capacity, addresses), which needs no history.
 */
export class NodeWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly mirror: VnodeMirror;
  private readonly told = new Told();
  private readonly insistence = new Insistence();
  /** Nodes that the binding was told to lend. */
  private readonly announced = new Set<string>();
  private readonly heldByPause = new Set<string>();
  /** By node: when its label is to be written. */
  private readonly labelDue = new Map<string, number>();
  private readonly ends: (() => void)[] = [];
  private started = false;

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.mirror = new VnodeMirror(context);
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: CONCURRENCY, onError });
  }

  start(): void {
    const { fleet, physical, ref } = this.context;
    this.ends.push(
      physical.nodes.subscribe(({ key }) => this.queue.add(key)),
      physical.nodes.onList(() => this.compareAll()),
      physical.pods.subscribe((change) => this.physicalPodChanged(change)),
      physical.policies.subscribe(({ old, new: now }) => void (isEdit(old, now) && this.compareAll())),
      fleet.virtual.nodes.subscribe((change) => this.vnodeChanged(change as Change<NodeObject>)),
      fleet.virtual.pods.subscribe((change) => this.virtualPodChanged(change)),
      fleet.virtual.bindings.subscribe(({ key }) => void (key === ref.name && this.compareAll())),
    );
    this.compareAll();
    this.started = true;
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
  }

  /** Looks at every physical node, and at every vnode whose node is gone. */
  compareAll(): void {
    const { fleet, physical, ref } = this.context;
    for (const node of physical.nodes.store.list()) this.queue.add(node.metadata?.name ?? '');
    for (const vnode of fleet.virtual.nodes.store.by(BY_BINDING, ref.name)) this.addVnode(vnode as NodeObject);
  }

  private addVnode(vnode: NodeObject): void {
    const node = physicalNodeOf(vnode);
    if (node !== null) this.queue.add(node);
  }

  private vnodeChanged({ old, new: now }: Change<NodeObject>): void {
    const vnode = now ?? old;
    if (vnode === null) return;
    // However it came to be gone: if its node is to be lent, the binding hears of it as of a new one.
    if (now === null) this.announced.delete(physicalNodeOf(vnode) ?? '');
    this.addVnode(vnode);
    if (old !== null) return;
    const { fleet, ref } = this.context;
    for (const rival of portRivals(fleet, vnode)) if (isVnodeOf(rival, ref)) this.addVnode(rival);
  }

  /** A pod's arrival, end, departure and resize change what is free; anything else about it does not. */
  private physicalPodChanged({ old, new: now }: Change<Pod>): void {
    const [before, after] = [this.occupancyOf(old), this.occupancyOf(now)];
    const left = now === null ? nodeNameOf(old) : undefined;
    if (left !== undefined) this.lookAgainIfEmptying(left);
    // One that comes to a node that is being emptied, or is empty, must not be overlooked.
    const came = nodeNameOf(old) === undefined ? nodeNameOf(now) : undefined;
    if (came !== undefined && this.isOurs(now)) this.lookAgainIfEmptying(came);
    if (before === after) return;
    for (const node of [nodeNameOf(old), nodeNameOf(now)]) if (node !== undefined) this.queue.add(node);
  }

  /** Pods of this binding take nothing from what it is lent. */
  private occupancyOf(pod: Pod | null): string {
    const { fleet, ref } = this.context;
    return occupancySignature(pod as OccupyingPod | null, { virtualCluster: fleet.virtual.uid, binding: ref.name });
  }

  private isOurs(pod: Pod | null): boolean {
    const { fleet, ref } = this.context;
    return pod !== null && isOurs(pod as PodObject, { virtualCluster: fleet.virtual.uid, binding: ref.name });
  }

  /** Departures, and arrivals: whoever comes while the end is near has to be told, or to go. */
  private virtualPodChanged({ old, new: now }: Change<Pod>): void {
    const name = (now ?? old)?.spec?.nodeName;
    if (name === undefined || (old !== null && now !== null)) return;
    const vnode = this.context.fleet.virtual.nodes.store.get(name);
    const node = vnode === undefined ? null : physicalNodeOf(vnode as NodeObject);
    if (node !== null) this.lookAgainIfEmptying(node);
  }

  /** A node that is being emptied takes its next step when a pod has stopped. */
  private lookAgainIfEmptying(node: string): void {
    const vnode = this.vnodeOf(node);
    const emptying = vnode?.spec?.taints?.some(({ key }) => EMPTYING.includes(key));
    if (emptying === true) this.context.messenger.nodeChanged(node);
  }

  private vnodeOf(node: string): NodeObject | undefined {
    const vnodes = this.context.fleet.virtual.nodes.store.by(BY_BINDING, this.context.ref.name) as readonly NodeObject[];
    return vnodes.find((vnode) => physicalNodeOf(vnode) === node);
  }

  /** @returns when to look again though nothing happens */
  private async reconcile(node: string): Promise<number | null> {
    const { fleet, settings, ref } = this.context;
    const seen = await viewNode(fleet, { binding: ref.name, bindingUid: ref.uid, node });
    if (seen === null) return null;
    const view = { ...seen, vnode: this.mirror.newest(seen.vnode) };
    const decision = decide(view, settings, Date.now());
    if (decision.action !== 'lend' || typeof view.node === 'string') {
      await this.mirror.writeReclaim(view);
      const different = this.withdraw(node, view, decision);
      await this.unlabel(view, decision);
      return this.insistence.noted(node, different);
    }
    this.announce(node);
    if (view.vnode === null) {
      this.tellWhenResumed(node, view);
      return null;
    }
    const edgeAt = await this.mirror.write({ ...view, node: view.node, vnode: view.vnode }, decision);
    const current = { ...view, node: view.node, vnode: this.mirror.newest(view.vnode) };
    const different = this.tellIfDifferent(node, current, view.node, decision);
    const labelAt = await this.label(current, decision);
    return earliest(this.insistence.noted(node, different), labelAt, edgeAt);
  }

  /** Many nodes often come together, and somebody waits for them; nobody waits for the label. @returns when to write it */
  private async label(view: NodeView & { node: NodeObject }, { policy }: Lend): Promise<number | null> {
    if (!lacksPolicyLabel(view, policy)) return null;
    const { name } = view.node.metadata;
    const now = Date.now();
    const due = this.labelDue.get(name) ?? now + LABEL_AFTER_MILLIS;
    this.labelDue.set(name, due);
    if (now < due) return due;
    await labelPhysicalNode(view, policy);
    this.labelDue.delete(name);
    return null;
  }

  private announce(node: string): void {
    if (this.announced.has(node)) return;
    this.announced.add(node);
    this.context.messenger.nodesWanted([node], this.started);
  }

  /** A pause kept the node from getting its vnode. */
  private tellWhenResumed(node: string, view: NodeView): void {
    if (isPaused(view.binding, view.vnode)) this.heldByPause.add(node);
    else if (this.heldByPause.delete(node)) this.tell(node, 'resumed');
  }

  /**
   * Not to be lent (any more), or not to be judged: the node's workflow finds out what that means.
   * @returns true while it has not begun to do so
   */
  private withdraw(node: string, view: NodeView, decision: NodeDecision): boolean {
    const { vnode, unreachable } = view;
    if (decision.action === 'hold') {
      const closed = vnode?.spec?.taints?.some(({ key }) => key === Taint.ClusterUnreachable) === true;
      const open = vnode !== null && unreachable && !closed;
      if (open) this.tell(node, 'unreachable');
      return open;
    }
    return this.takeBack(node, view, decision);
  }

  private takeBack(node: string, { binding, vnode }: NodeView, { reason }: NodeDecision): boolean {
    const paused = isPaused(binding, vnode);
    const wasLent = this.announced.delete(node);
    if (vnode !== null || wasLent) this.tell(node, `${reason} ${paused} ${vnode?.metadata.resourceVersion}`);
    return vnode !== null && !paused && teardownStartedAt(vnode) === null;
  }

  /** The way back removes the label; this is for one that was put there by a process whose lists were behind. */
  private async unlabel(view: NodeView, { action }: NodeDecision): Promise<void> {
    if (action === 'teardown' && view.vnode === null && typeof view.node !== 'string') {
      await unlabelPhysicalNode({ ...view, node: view.node });
    }
  }

  /**
   * Tells the node's workflow when metadata or taints are not what they should be; an edge alone is its own timer's business.
   * @returns whether they are not
   */
  private tellIfDifferent(node: string, view: NodeView, physical: NodeObject, { policy, window, override }: Lend): boolean {
    const { fleet, settings } = this.context;
    const now = Date.now();
    const taint = view.vnode?.spec?.taints?.find(({ key }) => key === Taint.OutOfTimeWindows);
    const plan = planVnode({
      binding: { name: view.binding.metadata.name, ...view.binding.spec },
      physical,
      policy,
      window,
      override,
      endpoint: endpointOf(fleet, view, settings),
      capacity: {},
      windowTaint: (taint?.effect as WindowTaintEffect | undefined) ?? null,
      windowSince: null,
      reclaim: decodeNote(view.vnode?.metadata.annotations?.[Annotation.Reclaim]),
      clusterUnreachable: view.unreachable,
      live: view.vnode,
      now,
    });
    const moved = isTaintDue({ window, terms: termsOf(policy.spec), now }) !== (taint !== undefined);
    const different = plan.action !== 'unchanged' || moved;
    if (different && !this.followsByItself(node, view)) this.tell(node, JSON.stringify([plan, window.open]));
    // A name that is somebody else's stays so; the node's workflow has said it.
    return different && plan.action !== 'refuse';
  }

  /** A thousand workflows that wake at the same end are not called as well, unless they take too long. */
  private followsByItself(node: string, { vnode }: NodeView): boolean {
    return vnode !== null && this.mirror.closedByTimer(vnode, this.insistence.repeatMillis(node));
  }

  private tell(node: string, news: string): void {
    if (this.told.isNews(node, news, this.insistence.repeatMillis(node))) this.context.messenger.nodeChanged(node);
  }
}

/** Most of a policy's status follows its nodes and is no reason to look at all of them; what was accepted decides for them. */
function isEdit(old: ResourceLeasingPolicy | null, now: ResourceLeasingPolicy | null): boolean {
  return decisiveOf(old) !== decisiveOf(now);
}

function decisiveOf(policy: ResourceLeasingPolicy | null): string {
  const { uid, generation, deletionTimestamp } = policy?.metadata ?? {};
  return JSON.stringify([uid, generation, deletionTimestamp, policy?.status?.accepted]);
}

function nodeNameOf(pod: Pod | null): string | undefined {
  return pod?.spec?.nodeName;
}
