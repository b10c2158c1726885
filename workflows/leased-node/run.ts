import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { Reason } from '../../domain/conditions';
import type { LeaseOverride } from '../../domain/override';
import { earliest } from '../../domain/time/earliest';
import type { NodePass } from '../contracts/activities';
import { bindingId, podId } from '../contracts/ids';
import type { AssignedPod, LeasedNodeInput, LeasedNodeState } from '../contracts/leased-node';
import { KoBinding, KoNode, KoPhase, KoWindowEnd } from '../contracts/search-attributes';
import type { SteeringNote } from '../contracts/steering';
import { physicalGoneSignal } from '../contracts/virtual-pod';
import { attempt, patiently, WOKEN } from '../kit/call';
import { ensureChild, tellClosed, trySignal } from '../kit/children';
import { continueWhen, nextTick } from '../kit/continuing';
import { noteOf } from '../kit/notes';
import { Pulse } from '../kit/pulse';
import { virtualPod } from '../virtual-pod';
import { listen } from './messages';

const fresh = (): LeasedNodeState => ({
  v: 1,
  phase: 'Starting',
  reason: '',
  windowEnd: null,
  wakeAt: null,
  edge: null,
  deadline: null,
  forcedSince: null,
  stuck: false,
  forcedAt: null,
  cancelled: false,
  pendingPods: [],
  pods: 0,
  override: null,
  endedOverrideAt: null,
  terms: null,
});

/** The loop of a `leasedNode`: start the workflows of new pods, look at the node, sleep until the next edge. */
export class NodeRun {
  readonly pulse = new Pulse();
  readonly state: LeasedNodeState;
  /** True: something that the vnode is computed from may have changed. */
  stale = true;
  pauseOrder: boolean | undefined;
  /** What people asked for and no event has told yet. */
  readonly notes: SteeringNote[] = [];
  private readonly ref: { readonly binding: string; readonly bindingUid: string; readonly node: string };
  /** When to review the pods, epoch milliseconds; null: there are none, and the next one calls. */
  private tickAt: number | null;
  /** True: this run has heard of no pod yet. */
  private untouched: boolean;

  constructor(readonly input: LeasedNodeInput) {
    this.ref = { binding: input.binding, bindingUid: input.bindingUid, node: input.node };
    this.state = { ...fresh(), ...input.carried };
    this.tickAt = nextTick(input.settings);
    this.untouched = this.state.pods === 0;
    listen(this);
  }

  /** Reviews the pods as soon as the loop turns. */
  tickNow(): void {
    this.tickAt = 0;
    this.untouched = false;
  }

  /** Puts a request in force, or ends the one that is. */
  steer(override: LeaseOverride | null): void {
    const { state } = this;
    if (override === null && state.override !== null) state.endedOverrideAt = state.override.at;
    state.override = override;
    this.stale = true;
  }

  /** A resync lends again what was given back, or taken back, without an end: nothing else would. */
  endUnlimitedOverride(asked: unknown): void {
    const { override } = this.state;
    if (override === null || override.kind === 'extend' || override.expires !== null) return;
    this.steer(null);
    this.notes.push(noteOf(Reason.LeaseOverrideEnded, 'The calendar counts again', asked));
  }

  cancel(): void {
    this.state.cancelled = true;
    this.stale = true;
    this.pulse.touch();
  }

  /** @returns the state to continue as new with; undefined when the node is returned */
  async untilClosedOrFull(): Promise<LeasedNodeState | undefined> {
    for (;;) {
      await this.turn();
      if (this.state.phase === 'Returned' && (await this.close())) return undefined;
      const again = continueWhen(this.pulse, this.input.settings);
      if (again === 'now') return this.state;
      const { wakeAt, phase } = this.state;
      const until = earliest(wakeAt, this.tickAt, again === 'no' ? null : again);
      await this.pulse.next(until, wakeAt === until ? `${phase}: next edge` : 'next look at the pods');
    }
  }

  private async turn(): Promise<void> {
    await this.startPods();
    if (this.notes.length > 0) await this.tell();
    if (this.tickAt !== null && this.tickAt <= Date.now()) await this.reviewPods();
    if (this.pauseOrder !== undefined) await this.setPaused(this.pauseOrder);
    const due = this.state.wakeAt !== null && this.state.wakeAt <= Date.now();
    if (this.stale || due) await this.look();
  }

  private async look(): Promise<void> {
    this.stale = false;
    const { phase, edge, nextEdge, deadline, forcedSince, stuck, forcedAt, cancelled, override, endedOverrideAt } = this.state;
    const orders = { phase, edge, nextEdge, deadline, forcedSince, stuck, forcedAt, cancelled, override, endedOverrideAt };
    const pass = await attempt(this.pulse, (activities) => activities.reconcileNode(this.ref, orders));
    if (pass === WOKEN) this.stale = true;
    // A request that came meanwhile is newer than what this pass made of the one before.
    else this.fold(this.state.override === override ? pass : { ...pass, override: this.state.override });
  }

  private fold(pass: NodePass): void {
    const { state } = this;
    if (pass.phase !== state.phase || pass.windowEnd !== state.windowEnd) {
      upsertSearchAttributes([
        { key: KoPhase, value: pass.phase },
        { key: KoWindowEnd, value: pass.windowEnd === null ? null : new Date(pass.windowEnd) },
      ]);
    }
    Object.assign(state, pass);
    if (pass.podsToReview === false && this.untouched) this.tickAt = null;
    if (pass.phase === 'Lent') state.forcedAt = null;
    const until = pass.windowEnd === null ? 'no edge ahead' : `until ${new Date(pass.windowEnd).toISOString()}`;
    setCurrentDetails(`**${pass.phase}** (${pass.reason}), ${pass.pods} pods, ${until}`);
  }

  /** Closes unless the node turned out to be wanted again while it closed. */
  private async close(): Promise<boolean> {
    const { binding, bindingUid, node } = this.ref;
    const why = this.state.cancelled ? 'cancelled' : 'done';
    await tellClosed(bindingId(binding), { name: node, uid: bindingUid, why });
    return !this.pulse.hasNews;
  }

  private async setPaused(paused: boolean): Promise<void> {
    this.pauseOrder = undefined;
    const { binding, bindingUid, node } = this.ref;
    await patiently.setPaused({ name: binding, uid: bindingUid }, node, paused);
  }

  /** Before anything else, so that the event stands where its consequences are going to. */
  private async tell(): Promise<void> {
    const { binding, bindingUid, node } = this.ref;
    const notes = this.notes.splice(0);
    const told = await attempt(this.pulse, (activities) =>
      activities.recordSteering({ name: binding, uid: bindingUid }, node, notes),
    );
    if (told === WOKEN) this.notes.unshift(...notes);
  }

  private async startPods(): Promise<void> {
    const { state, input } = this;
    if (state.pendingPods.length > 0) {
      this.tickAt ??= nextTick(input.settings);
      this.untouched = false;
    }
    while (state.pendingPods.length > 0) {
      const batch = state.pendingPods.slice(0, input.settings.childBatch);
      await Promise.all(batch.map((pod) => this.startPod(pod)));
      state.pendingPods = state.pendingPods.slice(batch.length);
      state.pods += batch.length;
    }
  }

  private async startPod({ created, ...pod }: AssignedPod): Promise<void> {
    const { binding, bindingUid, node } = this.ref;
    await ensureChild(
      virtualPod,
      {
        workflowId: podId(pod.uid),
        // A pod that came and went before this start has had its workflow; one that was terminated gets it back.
        workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
        args: [{ binding, bindingUid, node, pod, created }],
        staticSummary: `${pod.namespace}/${pod.name}`,
        typedSearchAttributes: [
          { key: KoBinding, value: binding },
          { key: KoNode, value: node },
        ],
      },
      { uid: bindingUid, generation: 0 },
    );
  }

  /**
   * The slow tick: pods whose workflow was terminated by hand get it back, workflows of lost pods are told. It ends with the last pod,
   * and does not begin where there is none: such a node costs nothing between two edges.
   */
  private async reviewPods(): Promise<void> {
    this.tickAt = nextTick(this.input.settings);
    const review = await attempt(this.pulse, (activities) => activities.reviewPods(this.ref));
    if (review === WOKEN) return this.tickNow();
    if (review.pods === 0) this.tickAt = null;
    this.state.pendingPods.push(...review.missing.map((pod) => ({ ...pod, created: false })));
    for (const uid of review.stray) await trySignal(podId(uid), (handle) => handle.signal(physicalGoneSignal, { verify: true }));
    await this.startPods();
  }
}
