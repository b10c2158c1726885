import pLimit from 'p-limit';
import { virtualPodOf } from '../../domain/pods';
import type { DeleteBecause, PodAction, PodObject, PodPair, PodRef } from '../../domain/pods';
import { physicalNodeOf } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { Pods } from '../../kube';
import type { CreateOutcome, VirtualPodRef } from '../../workflows/contracts/activities';
import type { DeleteRequested, PhysicalGone } from '../../workflows/contracts/virtual-pod';
import { deletePod } from '../pod/delete-pod';
import { placePod } from '../pod/place-pod';
import { reportOnPod } from '../pod/report';
import { settlePod } from '../pod/settle-pod';
import type { WatchContext } from './context';
import { Patience } from './patience';
import { Told } from './told';

/** Copies created at the same time; a burst is limited by the API servers, not by us. */
const PLACING = 32;
/** How long a copy that we created is taken for there although the list does not show it yet. */
const ECHO_MILLIS = 5_000;

/** What has to be confirmed before a copy goes for a reason of its own. */
const CONFIRMED_BY: Readonly<Partial<Record<DeleteBecause, DeleteRequested['verify']>>> = {
  Impostor: 'anotherCopy',
  VirtualPodEnded: 'running',
};

type DeleteAction = Extract<PodAction, { kind: 'delete' | 'replaceWait' | 'unschedulable' }>;
type TellAction = Exclude<PodAction, DeleteAction | { kind: 'none' | 'ignored' | 'admit' }>;

/**
 * Carries out what `reconcilePod` decided. The three steps of a healthy pod (create, delete, settle) are done at once: a
 * deterministic name or a UID is their lock, the intent stands in the clusters, and a crash in between is found by the next
 * comparison. Whatever does not succeed at once is the pod's workflow's from there, and so is everything else.
 */
export class PodActor {
  private readonly told = new Told();
  /** By UID of the vPod: until when its copy is believed to be on its way into the list. */
  private readonly echoes = new Map<string, number>();
  /** UIDs of pods of which nothing is left to remove. */
  private readonly settled = new Set<string>();
  private readonly placing = pLimit(PLACING);
  /** UIDs of vPods that their workflows were given because they could not be placed at once. */
  private readonly waiting = new Set<string>();
  /** By UID of the pod: a deletion that takes longer becomes its workflow's: visible, and retried whatever happens to this process. */
  private readonly stopping = new Patience();
  /** By UID of the vPod: placements under way. */
  private readonly placements = new Map<string, Promise<void>>();

  constructor(private readonly context: WatchContext) {}

  /** When to look again at a pod whose copy is being created, or just was and is not in the list yet; null: look now. */
  awaitsCopy({ virtual, physical, physicalGone }: PodPair, now: number): number | null {
    if (virtual === null || physical !== null || physicalGone === true) return null;
    const { uid } = virtual.metadata;
    // A second attempt beside one that takes its time would only ask for the same.
    const until = this.placements.has(uid) ? now + ECHO_MILLIS : (this.echoes.get(uid) ?? 0);
    return until > now ? until : null;
  }

  /** Resolves when no placement of that vPod is under way. */
  whenPlaced(uid: string): Promise<void> {
    return this.placements.get(uid) ?? Promise.resolve();
  }

  /** Both sides of the pod are gone. */
  forget(uid: string): void {
    this.echoes.delete(uid);
    this.stopping.end(uid);
    this.told.forget(uid);
    this.settled.delete(uid);
    this.waiting.delete(uid);
  }

  /** @returns when to look at the pod again though nothing happens */
  async act(action: PodAction, { virtual, physical }: PodPair): Promise<number | null> {
    if (action.kind === 'delete' || action.kind === 'replaceWait' || action.kind === 'unschedulable') {
      return physical === null ? null : this.delete(action, virtual, physical);
    }
    if (action.kind === 'none') return action.because === 'terminating' ? this.watchTermination(physical) : null;
    if (virtual === null || action.kind === 'ignored') return null;
    if (action.kind === 'admit') this.admit(virtual);
    else if (action.kind === 'finalize') await this.settle(refOf(virtual), this.nodeOf(virtual), action);
    else this.tell(action, virtual);
    return null;
  }

  /** Removes what is left of a pod whose copy is gone, and ends its workflow. */
  async settle(pod: PodRef, node: string, gone: Pick<PhysicalGone, 'verify'>): Promise<void> {
    this.stopping.end(pod.uid);
    if (this.settled.has(pod.uid) || !this.told.isNews(pod.uid, 'settle')) return;
    const settled = await this.context.lull.during(settlePod(this.context.fleet, this.refOf(pod, node), gone)).then(
      (outcome) => outcome === 'gone',
      (error: unknown) => this.leaveToWorkflow(error, pod),
    );
    if (settled) this.settled.add(pod.uid);
    this.context.messenger.physicalGone(pod, node, { verify: gone.verify, settled });
  }

  /**
   * Not awaited: the pod's key stays free, so that its status is mirrored as soon as the copy runs, while its tokens are still
   * on their way.
   */
  private admit(virtual: PodObject): void {
    const node = this.nodeOf(virtual);
    const pod = refOf(virtual);
    this.echoes.set(pod.uid, Date.now() + ECHO_MILLIS);
    const placing = this.placing(() => placePod(this.context.fleet, this.refOf(pod, node), virtual));
    const placed = this.context.lull.during(placing).then(
      (outcome) => outcome.result,
      (error: unknown) => this.leaveToWorkflow(error, pod),
    );
    this.placements.set(pod.uid, placed.then((result) => this.placed(pod, node, result)));
  }

  private placed(pod: PodRef, node: string, result: CreateOutcome['result'] | false): void {
    this.placements.delete(pod.uid);
    if (result !== 'created') this.echoes.delete(pod.uid);
    if (result === 'gone') return;
    const created = result === 'created';
    // A workflow that waits with the pod looks rarely: what changed, for better or worse, it has to be told.
    if (this.waiting.has(pod.uid)) this.context.messenger.dependencyAppeared(pod);
    else if (this.told.isNews(pod.uid, `assigned ${created}`)) this.context.messenger.podAssigned(pod, node, created);
    if (created) this.waiting.delete(pod.uid);
    else this.waiting.add(pod.uid);
  }

  private async delete(action: DeleteAction, virtual: PodObject | null, physical: PodObject): Promise<number | null> {
    if (action.kind === 'replaceWait' && !action.delete) return null;
    const pod = virtualPodOf(physical);
    if (pod === null || (action.kind === 'delete' && action.because === 'Orphan')) {
      // Ours by its labels, but no pod's workflow could find it: its name is not that of the pod it names.
      await this.context.physical.client.remove(Pods, physical.metadata, { uid: action.physicalUid });
      return null;
    }
    if (!this.told.isNews(action.physicalUid, signatureOf(action))) return null;
    if (action.kind === 'unschedulable' && virtual !== null) void reportOnPod(this.context.fleet, virtual, action.report);
    const request = requestOf(action);
    const node = physical.spec.nodeName ?? '';
    this.stopping.begin(pod.uid);
    await this.context.lull.during(deletePod(this.context.fleet, this.refOf(pod, node), request)).catch((error: unknown) => {
      this.leaveToWorkflow(error, pod);
      this.context.messenger.deleteRequested(pod, node, request);
    });
    return Date.now() + this.stopping.millis();
  }

  /** A copy that takes its time to stop: its workflow shows it, and goes on where this process ends. */
  private watchTermination(physical: PodObject | null): number | null {
    const pod = physical === null ? null : virtualPodOf(physical);
    if (physical === null || pod === null) return null;
    const { uid: physicalUid, deletionTimestamp = '', deletionGracePeriodSeconds = 0 } = physical.metadata;
    const slowAt = Date.parse(deletionTimestamp) - deletionGracePeriodSeconds * 1_000 + this.stopping.millis();
    if (Date.now() < slowAt - 500) return slowAt;
    if (!this.told.isNews(physicalUid, 'terminating')) return null;
    const request = { physicalUid, graceSeconds: null, verify: null, why: 'the physical pod is stopping' };
    this.context.messenger.deleteRequested(pod, physical.spec.nodeName ?? '', request);
    return null;
  }

  /** Tells the pod's workflow. Not awaited: a mirror must not wait for Temporal. */
  private tell(action: Exclude<TellAction, { kind: 'finalize' }>, virtual: PodObject): void {
    const { messenger } = this.context;
    const pod = refOf(virtual);
    const node = this.nodeOf(virtual);
    if (!this.told.isNews(pod.uid, signatureOf(action))) return;
    if (action.kind === 'specChanged') messenger.specChanged(pod, node);
    else if (action.kind === 'lost') messenger.physicalGone(pod, node, { verify: action.verify, settled: false });
    else messenger.podAssigned(pod, node, false);
  }

  private leaveToWorkflow(error: unknown, { namespace, name }: PodRef): false {
    this.context.onError(error, `${namespace}/${name}`);
    return false;
  }

  private refOf(pod: PodRef, node: string): VirtualPodRef {
    const { name, uid } = this.context.ref;
    return { binding: name, bindingUid: uid, node, pod };
  }

  private nodeOf({ spec }: PodObject): string {
    const vnode = this.context.fleet.virtual.nodes.store.get(spec.nodeName ?? '');
    return vnode === undefined ? '' : (physicalNodeOf(vnode as NodeObject) ?? '');
  }
}

function refOf({ metadata: { namespace, name, uid } }: PodObject): PodRef {
  return { namespace, name, uid };
}

function requestOf(action: DeleteAction): DeleteRequested {
  const { physicalUid } = action;
  if (action.kind === 'delete') {
    const { gracePeriodSeconds: graceSeconds, because: why } = action;
    return { physicalUid, graceSeconds, verify: action.verify ? (CONFIRMED_BY[why] ?? 'virtualGone') : null, why };
  }
  if (action.kind === 'unschedulable') {
    return { physicalUid, graceSeconds: null, verify: 'unbound', why: action.report.reason };
  }
  return { physicalUid, graceSeconds: action.gracePeriodSeconds, verify: 'virtualGone', why: 'its name has a new pod' };
}

/** Two actions of the same signature ask for the same thing. */
function signatureOf(action: DeleteAction | TellAction): string {
  if (action.kind === 'specChanged') return `specChanged ${action.specHash} ${action.drift}`;
  if (action.kind === 'delete' || action.kind === 'replaceWait') return `delete ${action.gracePeriodSeconds}`;
  return action.kind;
}
