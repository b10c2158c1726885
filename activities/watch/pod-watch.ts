import type { ClusterBinding } from '../../api/names/types';
import { physicalName, reconcilePod, virtualPodOf } from '../../domain/pods';
import type { PodAction, PodObject, PodPair, PodRef } from '../../domain/pods';
import { physicalNodeOf } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { Pods } from '../../kube';
import type { Change } from '../../kube';
import type { DeleteRequested } from '../../workflows/contracts/virtual-pod';
import { vnodeState } from '../fleet/vnodes';
import { patchVirtualPodStatus } from '../pod/patch-virtual-pod-status';
import { placePod } from '../pod/place-pod';
import { reportOnPod } from '../pod/report';
import type { WatchContext, WatchPart } from './context';
import { KeyedQueue } from './keyed-queue';
import { Overlay } from './overlay';
import { Told } from './told';

/** Pods handled at the same time; a burst is limited by the API servers, not by us. */
const CONCURRENCY = 48;
/** How long a copy that we created is taken for there although the list does not show it yet. */
const ECHO_MILLIS = 5_000;

/**
 * Compares both lists, key by key, with the pure `reconcilePod`, and acts: a new pod is admitted at once, everything else with a
 * before and an after is told to a workflow, status is mirrored. Used alike for events, relists and repairs, so a lost or
 * doubled event is harmless. A key is the pod's name in the mount namespace: what the two sides have in common.
 */
export class PodWatch implements WatchPart {
  private readonly queue: KeyedQueue;
  /** By key: the vPod that stands behind it, as the lists and back annotations tell. */
  private readonly virtualKeys = new Map<string, string>();
  private readonly overlay = new Overlay<PodObject>();
  private readonly told = new Told();
  /** By UID of the vPod: until when its copy is believed to be on its way into the list. */
  private readonly echoes = new Map<string, number>();
  /** UIDs of vPods whose copy's end was seen. */
  private readonly gone = new Set<string>();
  private readonly ends: (() => void)[] = [];

  constructor(private readonly options: WatchContext) {
    const { onError } = options;
    this.queue = new KeyedQueue((key) => this.reconcile(key), { concurrency: CONCURRENCY, onError });
  }

  /** Subscribes and looks at every key once. */
  start(): void {
    const { fleet, physical } = this.options;
    this.ends.push(
      fleet.virtual.pods.subscribe((change) => this.virtualChanged(change as Change<PodObject>)),
      physical.pods.subscribe((change) => this.physicalChanged(change as Change<PodObject>)),
      physical.pods.onList(() => this.compareAll()),
    );
    this.compareAll();
  }

  stop(): void {
    for (const end of this.ends) end();
    this.queue.stop();
  }

  /** Looks at every pod of one vnode: it was paused, resumed or is being returned. */
  compareNode(vnode: string): void {
    for (const pod of this.options.fleet.virtual.pods.store.by('node', vnode)) this.addVirtual(pod as PodObject);
  }

  /** Looks at every key of both lists. */
  compareAll(): void {
    const { fleet, physical } = this.options;
    for (const pod of fleet.virtual.pods.store.list()) this.addVirtual(pod as PodObject);
    for (const pod of physical.pods.store.list()) this.addPhysical(pod as PodObject);
  }

  private virtualChanged({ old, new: now }: Change<PodObject>): void {
    const pod = now ?? old;
    if (pod !== null) this.addVirtual(pod);
    if (now === null && old !== null) this.forget(old.metadata.uid);
  }

  private physicalChanged({ old, new: now }: Change<PodObject>): void {
    const ended = now === null || (old !== null && old.metadata.uid !== now.metadata.uid) ? old : null;
    const virtual = ended === null ? null : virtualPodOf(ended);
    if (virtual !== null) {
      this.gone.add(virtual.uid);
      this.echoes.delete(virtual.uid);
    }
    const pod = now ?? old;
    if (pod !== null) this.addPhysical(pod);
  }

  private addVirtual(pod: PodObject): void {
    const { namespace, name } = pod.metadata;
    const key = physicalName(name, namespace);
    // Most pods of V run elsewhere; only those on this binding's vnodes or with a copy here are compared.
    if (!this.isOnOurNode(pod) && !this.virtualKeys.has(key)) return;
    this.virtualKeys.set(key, `${namespace}/${name}`);
    this.queue.add(key);
  }

  private addPhysical(pod: PodObject): void {
    const mountNamespace = this.options.binding()?.spec.mountNamespace;
    if (pod.metadata.namespace !== mountNamespace) return;
    const virtual = virtualPodOf(pod);
    if (virtual !== null) this.virtualKeys.set(pod.metadata.name, `${virtual.namespace}/${virtual.name}`);
    this.queue.add(pod.metadata.name);
  }

  private isOnOurNode(pod: PodObject): boolean {
    const binding = this.options.binding();
    const vnode = this.options.fleet.virtual.nodes.store.get(pod.spec.nodeName ?? '');
    return binding !== undefined && vnodeState(vnode, binding) !== 'foreign';
  }

  private forget(uid: string): void {
    this.echoes.delete(uid);
    this.gone.delete(uid);
    this.told.forget(uid);
    this.overlay.forget(uid);
  }

  private async reconcile(key: string): Promise<number | null> {
    const { fleet, physical, binding: readBinding } = this.options;
    const binding = readBinding();
    if (binding === undefined) return null;
    const pair = this.pair(key, binding);
    const now = Date.now();
    const echo = pair.virtual === null ? undefined : this.echoes.get(pair.virtual.metadata.uid);
    if (pair.physical === null && echo !== undefined && echo > now) return echo;
    const decision = reconcilePod(pair, {
      virtualCluster: fleet.virtual.uid,
      binding: binding.metadata.name,
      vnode: vnodeState(fleet.virtual.nodes.store.get(pair.virtual?.spec.nodeName ?? ''), binding),
      runningDaemonsetByDefault: binding.spec.runningDaemonsetByDefault,
      virtualSynced: fleet.virtual.pods.hasSynced(),
      physicalSynced: physical.isFresh(now),
      now,
    });
    if (decision.mirror !== null) await this.mirror(key, binding);
    await this.act(decision.action, pair, binding);
    if (pair.virtual === null && pair.physical === null) this.virtualKeys.delete(key);
    return decision.lookAgainAt;
  }

  private pair(key: string, binding: ClusterBinding): PodPair {
    const virtual = this.readVirtual(key);
    const physical = this.readPhysical(key, binding);
    const physicalGone = virtual !== null && physical === null && this.gone.has(virtual.metadata.uid);
    return { virtual, physical, physicalGone };
  }

  private readVirtual(key: string): PodObject | null {
    const virtualKey = this.virtualKeys.get(key);
    if (virtualKey === undefined) return null;
    const stored = this.options.fleet.virtual.pods.store.get(virtualKey) as PodObject | undefined;
    return this.overlay.newest(stored ?? null);
  }

  private readPhysical(key: string, binding: ClusterBinding): PodObject | null {
    const stored = this.options.physical.pods.store.get(`${binding.spec.mountNamespace}/${key}`);
    return (stored as PodObject | undefined) ?? null;
  }

  private async mirror(key: string, binding: ClusterBinding): Promise<void> {
    const written = await patchVirtualPodStatus(
      this.options.fleet.virtual,
      () => this.readVirtual(key),
      () => this.readPhysical(key, binding),
    );
    if (written !== null) this.overlay.put(written);
  }

  private async act(action: PodAction, { virtual, physical }: PodPair, binding: ClusterBinding): Promise<void> {
    if (action.kind === 'none' || action.kind === 'ignored') return;
    if (action.kind === 'delete' || action.kind === 'replaceWait' || action.kind === 'unschedulable') {
      if (physical !== null) await this.requestDelete(action, virtual, physical);
    } else if (virtual !== null) {
      if (action.kind === 'admit') await this.admit(virtual, binding);
      else this.tell(action, virtual);
    }
  }

  /** Tells the pod's workflow. Not awaited: a mirror must not wait for Temporal. */
  private tell(action: TellAction, virtual: PodObject): void {
    const { messenger } = this.options;
    const pod = refOf(virtual);
    const node = this.nodeOf(virtual);
    if (!this.told.isNews(pod.uid, signatureOf(action))) return;
    if (action.kind === 'specChanged') messenger.specChanged(pod, node);
    else if (action.kind === 'finalize' || action.kind === 'lost') messenger.physicalGone(pod, node, { verify: action.verify });
    else messenger.podAssigned(pod, node, false);
  }

  private async admit(virtual: PodObject, { metadata: { name, uid } }: ClusterBinding): Promise<void> {
    const node = this.nodeOf(virtual);
    const pod = refOf(virtual);
    const ref = { binding: name, bindingUid: uid, node, pod };
    const result = await placePod(this.options.fleet, ref, virtual).then(
      (outcome) => outcome.result,
      (error: unknown) => {
        // The pod's workflow goes on from here, with retries that survive this process.
        this.options.onError(error, `${pod.namespace}/${pod.name}`);
        return 'waiting' as const;
      },
    );
    if (result === 'gone') return;
    if (result === 'created') this.echoes.set(pod.uid, Date.now() + ECHO_MILLIS);
    if (this.told.isNews(pod.uid, result)) this.options.messenger.podAssigned(pod, node, result === 'created');
  }

  private async requestDelete(action: DeleteAction, virtual: PodObject | null, physical: PodObject): Promise<void> {
    if (action.kind === 'replaceWait' && !action.delete) return;
    const pod = virtualPodOf(physical);
    if (pod === null || (action.kind === 'delete' && action.because === 'Orphan')) {
      // Ours by its labels, but no pod's workflow could find it: its name is not that of the pod it names.
      await this.options.physical.client.remove(Pods, physical.metadata, { uid: action.physicalUid });
      return;
    }
    if (!this.told.isNews(physical.metadata.uid, signatureOf(action))) return;
    if (action.kind === 'unschedulable' && virtual !== null) void reportOnPod(this.options.fleet, virtual, action.report);
    this.options.messenger.deleteRequested(pod, physical.spec.nodeName ?? '', requestOf(action));
  }

  private nodeOf(virtual: PodObject | null): string {
    const vnode = this.options.fleet.virtual.nodes.store.get(virtual?.spec.nodeName ?? '');
    return vnode === undefined ? '' : (physicalNodeOf(vnode as NodeObject) ?? '');
  }
}

type DeleteAction = Extract<PodAction, { kind: 'delete' | 'replaceWait' | 'unschedulable' }>;
type TellAction = Exclude<PodAction, DeleteAction | { kind: 'none' | 'ignored' | 'admit' }>;

function refOf({ metadata: { namespace, name, uid } }: PodObject): PodRef {
  return { namespace, name, uid };
}

function requestOf(action: DeleteAction): DeleteRequested {
  const { physicalUid } = action;
  if (action.kind === 'delete') {
    const { gracePeriodSeconds: graceSeconds, because: why } = action;
    return { physicalUid, graceSeconds, verify: action.verify ? 'virtualGone' : null, why };
  }
  if (action.kind === 'unschedulable') {
    return { physicalUid, graceSeconds: null, verify: 'unbound', why: action.report.reason };
  }
  return { physicalUid, graceSeconds: null, verify: 'virtualGone', why: 'its name has a new pod' };
}

/** Two actions of the same signature ask for the same thing. */
function signatureOf(action: DeleteAction | TellAction): string {
  if (action.kind === 'specChanged') return `specChanged ${action.specHash}`;
  if (action.kind === 'delete') return `delete ${action.gracePeriodSeconds}`;
  return action.kind;
}
