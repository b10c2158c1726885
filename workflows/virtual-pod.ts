import { continueAsNew, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { VirtualPodRef } from './contracts/activities';
import { wantedSignal } from './contracts/common';
import { DEFAULT_SETTINGS } from './contracts/settings';
import {
  deleteRequestedSignal,
  dependencyAppearedSignal,
  physicalGoneSignal,
  specChangedSignal,
  virtualPodStatusQuery,
} from './contracts/virtual-pod';
import type { DeleteRequested, PhysicalGone, VirtualPodInput, VirtualPodState } from './contracts/virtual-pod';
import { attempt, WOKEN } from './kit/call';
import { backoffMillis, continueWhen } from './kit/continuing';
import { Pulse } from './kit/pulse';

/** How often to look again at what a signal will tell: the signal may be lost. */
const SLOW_LOOK_MILLIS = 300_000;

/**
 * One pod's life: a creation that did not succeed at once, changes in place, deletion with grace, loss.
 * It learns what happened from the watch (signals) and does one idempotent step at a time; it ends when
 * nothing of the pod is left on either side.
 */
export async function virtualPod(input: VirtualPodInput): Promise<void> {
  const run = new PodRun(input);
  for (;;) {
    await run.step();
    if (run.gone) return;
    if (continueWhen(run.pulse, DEFAULT_SETTINGS) === 'now') {
      await continueAsNew<typeof virtualPod>({ ...input, carried: run.state });
    }
    await run.pulse.next(run.retryAt, 'next attempt');
  }
}

class PodRun {
  readonly pulse = new Pulse();
  readonly state: VirtualPodState;
  private readonly ref: VirtualPodRef;
  /** Epoch milliseconds; null: nothing to retry. */
  retryAt: number | null = null;

  constructor({ binding, bindingUid, node, pod, created, carried }: VirtualPodInput) {
    this.ref = { binding, bindingUid, node, pod };
    this.state = carried ?? { v: 1, phase: created ? 'Placed' : 'Creating', reason: '', attempts: 0, inbox: {} };
    this.listen();
  }

  /** Nothing of the pod is left. */
  get gone(): boolean {
    return this.state.phase === 'Gone';
  }

  private listen(): void {
    const { pulse, state } = this;
    setHandler(wantedSignal, () => undefined);
    setHandler(deleteRequestedSignal, pulse.on((request) => void (state.inbox.delete = request)), {
      description: 'The physical pod has to go.',
    });
    setHandler(physicalGoneSignal, pulse.on((gone) => void (state.inbox.gone = gone)), {
      description: 'No physical pod stands for the vPod any more.',
    });
    setHandler(specChangedSignal, pulse.on(() => void (state.inbox.specChanged = true)));
    setHandler(dependencyAppearedSignal, pulse.on(() => undefined), {
      description: 'What the pod waits for may be there: try again now.',
    });
    setHandler(virtualPodStatusQuery, () => ({ phase: state.phase, reason: state.reason }));
  }

  /** Acts on the most decisive news: gone before deleted before created before changed. */
  async step(): Promise<void> {
    const { inbox, phase } = this.state;
    if (inbox.gone !== undefined) await this.settle(inbox.gone);
    else if (inbox.delete !== undefined) await this.delete(inbox.delete);
    else if (phase === 'Creating' || phase === 'Waiting') await this.create();
    else if (inbox.specChanged === true) await this.update();
  }

  private async create(): Promise<void> {
    const { state, ref } = this;
    const outcome = await attempt(this.pulse, (activities) => activities.createPhysicalPod(ref));
    if (outcome === WOKEN) return this.pulse.touch();
    if (outcome.result === 'gone') return this.enter('Gone', 'the vPod is gone');
    if (outcome.result === 'created') {
      state.attempts = 0;
      this.retryAt = null;
      return this.enter('Placed', '');
    }
    state.attempts += 1;
    this.retryAt = Date.now() + (outcome.signalled === true ? SLOW_LOOK_MILLIS : backoffMillis(state.attempts));
    this.enter('Waiting', outcome.reason);
  }

  private async delete(request: DeleteRequested): Promise<void> {
    const { inbox } = this.state;
    this.retryAt = null;
    this.enter('Deleting', request.why);
    const outcome = await attempt(this.pulse, (activities) => activities.deletePhysicalPod(this.ref, request));
    if (outcome === WOKEN) return this.pulse.touch();
    if (inbox.delete === request) delete inbox.delete;
    if (outcome === 'kept') this.enter('Placed', '');
    // A pod that is absent leaves no tombstone to wait for.
    if (outcome === 'absent') await this.settle({ verify: false });
  }

  private async settle(gone: PhysicalGone): Promise<void> {
    const { inbox } = this.state;
    this.retryAt = null;
    if (gone.settled === true) return this.enter('Gone', '');
    const outcome = await attempt(this.pulse, (activities) => activities.settlePod(this.ref, gone));
    if (outcome === WOKEN) return this.pulse.touch();
    if (inbox.gone === gone) delete inbox.gone;
    if (outcome === 'gone') this.enter('Gone', '');
    else if (outcome === 'failed') this.enter('Lost', 'the physical pod is gone');
    else this.enter('Placed', '');
  }

  private async update(): Promise<void> {
    delete this.state.inbox.specChanged;
    const outcome = await attempt(this.pulse, (activities) => activities.updatePhysicalPod(this.ref));
    if (outcome !== WOKEN) return;
    this.state.inbox.specChanged = true;
    this.pulse.touch();
  }

  private enter(phase: VirtualPodState['phase'], reason: string): void {
    this.state.phase = phase;
    this.state.reason = reason;
    setCurrentDetails(reason === '' ? `**${phase}**` : `**${phase}**: ${reason}`);
  }
}
