import { Annotation } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { COPY_KINDS, isOurs, physicalName, reconcilePod, virtualPodOf, virtualPodStatus } from '../../domain/pods';
import type { CopyKind, PodObject, PodPair, PodRef, VirtualStatusPatch } from '../../domain/pods';
import { earliest } from '../../domain/time/earliest';
import { parseKey } from '../../kube';
import type { Change, KubeObject } from '../../kube';
import { usersOf } from '../copies/users';
import { BY_NODE } from '../fleet/virtual-cluster';
import { isPaused, vnodeState } from '../fleet/vnodes';
import { patchVirtualPodStatus } from '../pod/patch-virtual-pod-status';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';
import { Overlay } from './overlay';
import { Patience } from './patience';
import { PodActor } from './pod-actor';
import { RefusedStatus } from './refused-status';

/** Pods handled at the same time; a burst is limited by the API servers, not by us. */
const CONCURRENCY = 48;

/**
 * Compares both lists, key by key, with the pure `reconcilePod`, mirrors status and lets {@link PodActor} act. Used alike for
 * events, relists and repairs, so a lost or doubled event is harmless. A key is the pod's name in the mount namespace: what the
 * two sides have in common.
 */
export class PodWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  private readonly actor: PodActor;
  private readonly overlay = new Overlay<PodObject>();
  private readonly refused = new RefusedStatus();
  /** By key: how old a copy that says nothing yet may grow before it is mirrored all the same. */
  private readonly silent = new Patience();
  /** By key: the vPod that stands behind it, as the lists and back annotations tell. */
  private readonly virtualKeys = new Map<string, string>();
  /** By key: the vPod whose copy's end was seen, until the vPod is gone as well. */
  private readonly ended = new Map<string, PodRef>();
  /** By key: UID of the vPod that was last seen there deleted without grace, while its copy stands. */
  private readonly forced = new Map<string, string>();
  private readonly ends: (() => void)[] = [];

  constructor(private readonly context: WatchContext) {
    const { onError } = context;
    this.actor = new PodActor(context);
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: CONCURRENCY, onError });
  }

  /** Subscribes and looks at every key once. */
  start(): void {
    const { fleet, physical } = this.context;
    this.ends.push(
      fleet.virtual.pods.subscribe((change) => this.virtualChanged(change as Change<PodObject>)),
      fleet.virtual.nodes.subscribe(({ key }) => this.compareNode(key)),
      fleet.virtual.bindings.subscribe((change) => this.bindingChanged(change)),
      physical.pods.subscribe((change) => this.physicalChanged(change as Change<PodObject>)),
      physical.pods.onList(() => this.compareAll()),
    );
    for (const kind of COPY_KINDS) {
      this.ends.push(fleet.virtual.sources[kind].subscribe((change) => this.sourceChanged(kind, change)));
    }
    this.compareAll();
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
  }

  private compareAll(): void {
    const { fleet, physical } = this.context;
    for (const pod of fleet.virtual.pods.store.list()) this.addVirtual(pod as PodObject);
    for (const pod of physical.pods.store.list()) this.addPhysical(pod as PodObject);
  }

  /** A pause that ends, or a spec, may let pods start that had to wait. */
  private bindingChanged({ key, old, new: now }: Change<ClusterBinding>): void {
    if (key !== this.context.ref.name || now === null) return;
    if (isPaused(old) !== isPaused(now) || old?.metadata.generation !== now.metadata.generation) this.compareAll();
  }

  /** A vnode that was paused, resumed or closed changes what its pods may do. */
  private compareNode(vnode: string): void {
    for (const pod of this.context.fleet.virtual.pods.store.by(BY_NODE, vnode)) this.addVirtual(pod as PodObject);
  }

  /** What a pod waits for may be there now: something that appears, a claim that is bound, content that the other side accepts. */
  private sourceChanged(kind: CopyKind, { key, new: now }: Change<KubeObject>): void {
    const binding = this.context.binding();
    if (now === null || binding === undefined) return;
    const { namespace = '', name } = parseKey(key);
    for (const pod of usersOf(this.context.fleet.virtual, binding, { kind, namespace, name })) {
      const copy = this.readPhysical(physicalName(pod.metadata.name, pod.metadata.namespace), binding);
      if (copy === null) void this.actor.whenPlaced(pod.metadata.uid).then(() => this.addVirtual(pod));
    }
  }

  private virtualChanged({ old, new: now }: Change<PodObject>): void {
    const pod = now ?? old;
    if (pod !== null) this.addVirtual(pod);
    if (now !== null || old === null) return;
    this.overlay.forget(old.metadata.uid);
    this.refused.forget(old.metadata.uid);
  }

  private physicalChanged({ old, new: now }: Change<PodObject>): void {
    const isGone = old !== null && now?.metadata.uid !== old.metadata.uid;
    const copied = isGone && this.isOurCopy(old) ? virtualPodOf(old) : null;
    if (old !== null && copied !== null) this.ended.set(old.metadata.name, copied);
    const pod = now ?? old;
    if (pod !== null) this.addPhysical(pod);
  }

  private addVirtual(pod: PodObject): void {
    const { namespace, name, uid, deletionGracePeriodSeconds } = pod.metadata;
    const key = physicalName(name, namespace);
    // Most pods of V run elsewhere; only those on this binding's vnodes or with a copy here are compared.
    if (!this.isOnOurNode(pod) && !this.virtualKeys.has(key)) return;
    this.virtualKeys.set(key, `${namespace}/${name}`);
    // The API server shows such a pod for a moment before it is gone; its copy has to go in the same way.
    if (deletionGracePeriodSeconds === 0) this.forced.set(key, uid);
    this.queue.add(key);
  }

  /** Another virtual cluster's pods may have the same names, in a mount namespace of their own. */
  private isOurCopy(pod: PodObject): boolean {
    const { fleet, ref } = this.context;
    return this.isInMount(pod) && isOurs(pod, { virtualCluster: fleet.virtual.uid, binding: ref.name });
  }

  private isInMount({ metadata }: PodObject): boolean {
    return metadata.namespace === this.context.binding()?.spec.mountNamespace;
  }

  private addPhysical(pod: PodObject): void {
    if (!this.isInMount(pod)) return;
    const { name } = pod.metadata;
    const virtual = virtualPodOf(pod);
    if (virtual !== null) this.virtualKeys.set(name, `${virtual.namespace}/${virtual.name}`);
    this.queue.add(name);
  }

  private isOnOurNode(pod: PodObject): boolean {
    const binding = this.context.binding();
    const vnode = this.context.fleet.virtual.nodes.store.get(pod.spec.nodeName ?? '');
    return binding !== undefined && vnodeState(vnode, binding) !== 'foreign';
  }

  /** @returns when to look at the key again though nothing happens */
  private async reconcile(key: string): Promise<number | null> {
    const { fleet, physical, binding: readBinding } = this.context;
    const binding = readBinding();
    if (binding === undefined) return null;
    const pair = this.pair(key, binding);
    const now = Date.now();
    const onItsWay = this.actor.awaitsCopy(pair, now);
    if (onItsWay !== null) return onItsWay;
    const decision = reconcilePod(pair, {
      virtualCluster: fleet.virtual.uid,
      binding: binding.metadata.name,
      vnode: vnodeState(fleet.virtual.nodes.store.get(pair.virtual?.spec.nodeName ?? ''), binding),
      runningDaemonsetByDefault: binding.spec.runningDaemonsetByDefault,
      virtualSynced: fleet.virtual.pods.hasSynced(),
      physicalSynced: physical.isFresh(now),
      now,
    });
    const mirrorAt = decision.mirror === null || this.isRefused(pair, decision.mirror) ? null : this.mirrorAt(key, pair, now);
    if (mirrorAt !== null && mirrorAt <= now) await this.awaited(pair, this.mirror(key, binding));
    const lookAgainAt = await this.actor.act(decision.action, pair);
    await this.settleEnded(key, pair);
    this.forgetIfEmpty(key, binding);
    return earliest(mirrorAt !== null && mirrorAt > now ? mirrorAt : null, lookAgainAt, decision.lookAgainAt);
  }

  /**
   * When to mirror: now, or a moment later for a copy that has only just been created and says nothing yet, since the same
   * write can then tell that it runs.
   */
  private mirrorAt(key: string, { virtual, physical }: PodPair, now: number): number {
    const known = virtual?.metadata.annotations?.[Annotation.PhysicalPodUid] !== undefined;
    const silent = physical?.status?.phase === 'Pending' && physical.status.containerStatuses === undefined;
    if (known || !silent || physical === null) {
      this.silent.end(key);
      return now;
    }
    this.silent.begin(key);
    const created = Date.parse(physical.metadata.creationTimestamp ?? '');
    // Creation times are cut to the second.
    return Number.isNaN(created) ? now : Math.max(now, created + this.silent.millis());
  }

  /** A vPod that is gone, perhaps already followed by one of its name, whose copy is gone too: what those left behind goes as well. */
  private async settleEnded(key: string, { virtual }: PodPair): Promise<void> {
    const ended = this.ended.get(key);
    if (ended === undefined || ended.uid === virtual?.metadata.uid) return;
    await this.actor.settle(ended, '', { verify: false });
    this.actor.forget(ended.uid);
    this.ended.delete(key);
  }

  /** Looks anew: the next pod of that name may have come while the last one was settled. */
  private forgetIfEmpty(key: string, binding: ClusterBinding): void {
    if (this.readVirtual(key) !== null || this.readPhysical(key, binding) !== null) return;
    this.virtualKeys.delete(key);
    this.forced.delete(key);
    this.silent.end(key);
  }

  private pair(key: string, binding: ClusterBinding): PodPair {
    const virtual = this.readVirtual(key);
    const physical = this.readPhysical(key, binding);
    const ended = this.ended.get(key)?.uid;
    const physicalGone = physical === null && virtual !== null && ended === virtual.metadata.uid;
    const forced = physical !== null && this.forced.get(key) === virtualPodOf(physical)?.uid;
    return { virtual, physical, physicalGone, forced };
  }

  private readVirtual(key: string): PodObject | null {
    const virtualKey = this.virtualKeys.get(key);
    if (virtualKey === undefined) return null;
    const stored = this.context.fleet.virtual.pods.store.get(virtualKey) as PodObject | undefined;
    return this.overlay.newest(stored ?? null);
  }

  private readPhysical(key: string, binding: ClusterBinding): PodObject | null {
    const stored = this.context.physical.pods.store.get(`${binding.spec.mountNamespace}/${key}`);
    return (stored as PodObject | undefined) ?? null;
  }

  /** Somebody waits for a pod that does not run yet. */
  private awaited({ virtual }: PodPair, mirror: Promise<void>): Promise<void> {
    return virtual?.status?.phase === 'Pending' ? this.context.lull.during(mirror) : mirror;
  }

  private isRefused({ virtual }: PodPair, patch: VirtualStatusPatch): boolean {
    return virtual !== null && this.refused.has(virtual, patch);
  }

  private async mirror(key: string, binding: ClusterBinding): Promise<void> {
    let shown: PodObject | null = null;
    const written = await patchVirtualPodStatus(
      { client: this.context.fleet.virtual.client, isNews: (uid, message) => this.refused.isNews(uid, message) },
      () => this.readVirtual(key),
      () => (shown = this.readPhysical(key, binding)),
    );
    if (written === null) return;
    this.overlay.put(written);
    this.refused.note(written, virtualPodStatus(written, shown));
  }
}
