import { condition, patched, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { earliest } from '../../domain/time/earliest';
import type { BindingPass } from '../contracts/activities';
import type { ClusterBindingInput, ClusterBindingState } from '../contracts/cluster-binding';
import { bindingWatchId, MANAGER_ID, nodeId } from '../contracts/ids';
import { resyncSignal } from '../contracts/common';
import type { Asked, SteeringNote } from '../contracts/steering';
import { KoBinding, KoCluster, KoNode, KoPhase } from '../contracts/search-attributes';
import { attempt, headStart, patiently, promptly, steady, WOKEN } from '../kit/call';
import { ensureChild, tellClosed, trySignal } from '../kit/children';
import { backoffMillis, continueWhen, nextTick } from '../kit/continuing';
import { Pulse } from '../kit/pulse';
import { leasedNode } from '../leased-node';
import { watch } from '../watch';
import { listen } from './messages';

/** Nodes whose vnodes are created together, ahead of their workflows. */
const LEND_BATCH = 100;
/** How long each node's workflow may take to close once it was told that its cluster was given up, milliseconds. */
const CLOSING_MILLIS = 100;
/** Earlier runs leave the vnodes to the nodes alone. */
const DETACH_TOGETHER = 'detach-together';

/** The loop of a `clusterBinding`: look at the object, keep its children, or unbind. */
export class BindingRun {
  readonly pulse = new Pulse();
  readonly state: ClusterBindingState;
  readonly ref: { readonly name: string; readonly uid: string };
  /** Nodes whose workflow has to be started, or told that it is wanted. */
  readonly unsure = new Set<string>();
  /** Of these, the nodes without any workflow yet: nobody else decides about their vnodes. */
  readonly fresh = new Set<string>();
  /** What signals asked for and the loop has not done yet. */
  readonly orders: {
    pause?: boolean;
    force?: Asked;
    reachable?: boolean;
    cancelNodes?: boolean;
    wakeNodes?: boolean;
    confirm?: string;
    repair?: readonly string[];
  } = {};
  /** What people asked for and no event has told yet. */
  readonly notes: SteeringNote[] = [];
  private lookAt: number | null = 0;
  private tickAt = 0;
  /** From when on the nodes are told once more that their cluster was given up, epoch milliseconds. */
  private tellAgainAt = 0;
  private failures = 0;
  private watching = false;
  /** True: a watch that runs already has to compare everything again, as it told what it saw to a run that is no more. */
  private compare: boolean;
  private clusterId = '';
  /** Repairs under way. */
  private mending = 0;

  constructor(private readonly input: ClusterBindingInput) {
    this.ref = { name: input.name, uid: input.uid };
    this.state = input.carried ?? { v: 1, generation: 0, phase: 'Pending', nodes: {} };
    this.compare = input.carried === undefined;
    listen(this);
  }

  /** Looks at the object again as soon as the loop turns. */
  lookNow(): void {
    this.lookAt = 0;
    this.failures = 0;
  }

  /** Makes sure of every child, and has the watch compare everything, as soon as the loop turns. */
  compareNow(): void {
    this.tickAt = 0;
    this.compare = true;
  }

  /** Cancelled: return every node with grace, then close; the object itself stays. */
  cancel(): void {
    this.state.cancelled = true;
    this.orders.cancelNodes = true;
    this.pulse.touch();
  }

  /** @returns the state to continue as new with; undefined when the binding is done with */
  async untilClosedOrFull(): Promise<ClusterBindingState | undefined> {
    for (;;) {
      if (await this.turn()) {
        await this.close();
        return undefined;
      }
      const again = this.mending > 0 ? 'no' : continueWhen(this.pulse, this.input.settings);
      if (again === 'now') return this.state;
      const until = earliest(this.lookAt, this.tickAt, again === 'no' ? null : again);
      await this.pulse.next(until, 'next look at the binding');
    }
  }

  /**
   * Tells the manager, once more when a message came meanwhile: it may say that an object of the same name is there already,
   * whose workflow cannot start before this one has ended.
   */
  private async close(): Promise<void> {
    const why = this.state.cancelled === true ? 'cancelled' : 'done';
    do {
      if (this.pulse.hasNews) await this.pulse.next(null, 'a message to one that closes');
      await tellClosed(MANAGER_ID, { ...this.ref, why });
    } while (this.pulse.hasNews && why === 'done');
  }

  /** @returns true when nothing is left to do */
  private async turn(): Promise<boolean> {
    const tick = this.tickAt <= Date.now();
    if (tick) await this.reviewNodes();
    if (tick || (this.lookAt !== null && this.lookAt <= Date.now())) await this.look();
    await this.carryOutOrders();
    if (this.notes.length > 0) await this.tell();
    if (this.state.credentials !== undefined) await this.ensureWatch();
    await this.ensureNodes();
    this.describe();
    const leaving = this.state.phase === 'Unbinding' || this.state.cancelled === true;
    return leaving && (await this.leave());
  }

  private async look(): Promise<void> {
    const pass = await attempt(this.pulse, (activities) => activities.reconcileBinding(this.ref));
    if (pass === WOKEN) return this.lookNow();
    this.fold(pass);
    const detached = pass.presence === 'gone' || pass.abandoned === true;
    const settled = !detached && (pass.presence !== 'live' || pass.phase === 'Ready');
    this.failures = settled ? 0 : this.failures + 1;
    const closing = detached ? await this.detach() : 0;
    this.lookAt = settled ? null : Math.max(Date.now() + backoffMillis(this.failures), closing);
  }

  /**
   * Nothing in the physical cluster tells these nodes that they are to go, nor that one of them has no workflow any more.
   * @returns until when nothing but their closing is waited for, epoch milliseconds; 0: there is more to do
   */
  private async detach(): Promise<number> {
    const together = patched(DETACH_TOGETHER);
    const isDetached = together && (await this.detachTogether());
    if (!together || this.tellAgainAt <= Date.now()) {
      this.tellAgainAt = Date.now() + Object.keys(this.state.nodes).length * CLOSING_MILLIS;
      this.orders.wakeNodes = true;
      await this.findLostNodes();
    }
    return isDetached ? this.tellAgainAt : 0;
  }

  /**
   * The vnodes go together, then the binding itself: that its nodes' workflows close, which takes longer than all else, nobody has to
   * wait for. They find nothing left to do but to end the workflows of their pods.
   * @returns whether it is done
   */
  private async detachTogether(): Promise<boolean> {
    for (let before = Infinity; before > 0; ) {
      const left = await headStart((activities) => activities.detachNodes(this.ref), steady);
      // One that somebody else writes to at the same moment fails once; what keeps failing is left to the nodes.
      if (left === undefined || left >= before) break;
      before = left;
    }
    if (Object.keys(this.state.nodes).length === 0) return false;
    return (await headStart((activities) => activities.finishUnbind(this.ref), steady))?.done === true;
  }

  private fold(pass: BindingPass): void {
    const { state } = this;
    const phase = pass.presence === 'live' ? pass.phase : 'Unbinding';
    if (phase !== state.phase || pass.clusterId !== this.clusterId) {
      upsertSearchAttributes([
        { key: KoPhase, value: phase },
        { key: KoCluster, value: pass.clusterId },
      ]);
    }
    state.phase = phase;
    state.generation = pass.generation;
    this.clusterId = pass.clusterId;
    if (pass.credentials !== undefined && pass.phase === 'Ready') state.credentials = pass.credentials;
  }

  private async tell(): Promise<void> {
    const notes = this.notes.splice(0);
    const told = await attempt(this.pulse, (activities) => activities.recordSteering(this.ref, null, notes));
    if (told === WOKEN) this.notes.unshift(...notes);
  }

  private async carryOutOrders(): Promise<void> {
    const { orders } = this;
    const { pause, force, reachable, cancelNodes, wakeNodes, confirm, repair } = orders;
    for (const key of Object.keys(orders) as (keyof typeof orders)[]) delete orders[key];
    if (pause !== undefined) await patiently.setPaused(this.ref, null, pause);
    if (force !== undefined) await promptly((activities) => activities.tellNodes(this.ref, 'forceReclaim', force));
    if (cancelNodes === true) await promptly((activities) => activities.tellNodes(this.ref, 'cancel'));
    if (wakeNodes === true) await promptly((activities) => activities.tellNodes(this.ref, 'look'), steady);
    if (confirm !== undefined) await patiently.confirmReclaim(this.ref, confirm);
    if (repair !== undefined) await this.repair(repair);
    if (reachable === false) await patiently.markUnreachable(this.ref);
    if (reachable === true) this.lookNow();
  }

  /** It asks a cluster that may be silent: whatever comes meanwhile, an unbind above all, goes on beside it. */
  private async repair(findings: readonly string[]): Promise<void> {
    this.mending += 1;
    // What became of it is in an event.
    const mended = patiently
      .repairBinding(this.ref, findings)
      .catch(() => undefined)
      .finally(() => (this.mending -= 1));
    await Promise.race([mended, condition(() => this.pulse.isCalled)]);
  }

  private async ensureWatch(): Promise<void> {
    if (this.watching) return;
    const { name, uid } = this.ref;
    const { compare } = this;
    this.compare = false;
    this.watching = true;
    const how = await ensureChild(
      watch,
      {
        workflowId: bindingWatchId(name),
        args: [{ target: { kind: 'binding', binding: name, uid }, settings: this.input.settings }],
        staticSummary: `Watch of the physical cluster of ${name}`,
        typedSearchAttributes: [{ key: KoBinding, value: name }],
      },
      { uid, generation: this.state.generation },
    );
    if (compare && how === 'adopted') await trySignal(bindingWatchId(name), (handle) => handle.signal(resyncSignal));
  }

  /** The slow tick: a workflow that somebody terminated by hand comes back. */
  private async reviewNodes(): Promise<void> {
    this.tickAt = nextTick(this.input.settings);
    this.watching = false;
    if (this.state.cancelled === true) this.orders.cancelNodes = true;
    if (!(await this.findLostNodes())) this.tickAt = 0;
  }

  /** Nodes of ours whose workflow is not there. @returns false when a message came before it was known */
  private async findLostNodes(): Promise<boolean> {
    const open = await attempt(this.pulse, (activities) =>
      activities.openWorkflows({ type: 'leasedNode', binding: this.ref.name }),
    );
    if (open === WOKEN) return false;
    const present = new Set(open);
    for (const [node, { held }] of Object.entries(this.state.nodes)) {
      if (held !== true && !present.has(nodeId(this.ref.name, node))) this.unsure.add(node);
    }
    return true;
  }

  private async ensureNodes(): Promise<void> {
    const nodes = [...this.unsure];
    for (const some of chunks(nodes, LEND_BATCH)) {
      await this.lendAtOnce(some);
      for (const batch of chunks(some, this.input.settings.childBatch)) {
        await Promise.all(batch.map((node) => this.ensureNode(node)));
      }
    }
  }

  /** The vnodes of new nodes, before their workflows: starting those takes longer than all else. */
  private async lendAtOnce(nodes: readonly string[]): Promise<void> {
    const fresh = nodes.filter((node) => this.fresh.delete(node));
    if (fresh.length > 0) await headStart((activities) => activities.lendNodes(this.ref, fresh));
  }

  private async ensureNode(node: string): Promise<void> {
    this.unsure.delete(node);
    const { name: binding, uid: bindingUid } = this.ref;
    await ensureChild(
      leasedNode,
      {
        workflowId: nodeId(binding, node),
        args: [{ binding, bindingUid, node, settings: this.input.settings }],
        staticSummary: `${node} of ${binding}`,
        typedSearchAttributes: [
          { key: KoBinding, value: binding },
          { key: KoNode, value: node },
        ],
      },
      { uid: bindingUid, generation: this.state.generation },
    );
    if (this.state.cancelled === true) await trySignal(nodeId(binding, node), (handle) => handle.cancel());
  }

  /** Waits for the nodes to close, then cleans up. @returns true when nothing of the binding is left */
  private async leave(): Promise<boolean> {
    if (Object.values(this.state.nodes).some(({ held }) => held !== true)) return false;
    if (this.state.phase !== 'Unbinding') {
      // Held until a resync, which starts the watch again.
      await this.endWatch();
      return true;
    }
    const pass = await attempt(this.pulse, (activities) => activities.finishUnbind(this.ref));
    if (pass === WOKEN) return false;
    if (pass.done) {
      await this.endWatch();
      return true;
    }
    for (const node of pass.nodes) {
      this.state.nodes[node] = {};
      this.unsure.add(node);
    }
    this.failures += 1;
    this.lookAt = Date.now() + backoffMillis(Math.min(this.failures, 3));
    return false;
  }

  private async endWatch(): Promise<void> {
    await trySignal(bindingWatchId(this.ref.name), (handle) => handle.cancel());
  }

  private describe(): void {
    const { phase, nodes } = this.state;
    setCurrentDetails(`**${phase}**, ${Object.keys(nodes).length} nodes lent by cluster ${this.clusterId || '?'}`);
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
