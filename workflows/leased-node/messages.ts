import { setHandler } from '@temporalio/workflow';
import { Reason } from '../../domain/conditions';
import { forceReclaimSignal, pauseSignal, resumeSignal, resyncSignal, wantedSignal } from '../contracts/common';
import { leasedNodeStatusQuery, nodeChangedSignal, podsAssignedSignal, reviewPodsSignal } from '../contracts/leased-node';
import type { AssignedPod } from '../contracts/leased-node';
import { leasePlanQuery } from '../contracts/steering';
import { noteOf } from '../kit/notes';
import type { NodeRun } from './run';
import { listenForUpdates } from './updates';
import { planOf, statusOf } from './views';

/** Registers every message of a `leasedNode`. Handlers fold into the run and return; the loop acts. */
export function listen(run: NodeRun): void {
  const { pulse, state, input } = run;
  const mine = <M extends { uid: string }>(fold: (message: M) => void) =>
    pulse.on((message: M) => {
      if (message.uid === input.bindingUid) fold(message);
    });
  const lookAgain = () => void (run.stale = true);

  // Of whatever UID: one that is not ours means that our binding is gone.
  setHandler(wantedSignal, pulse.on(lookAgain));
  setHandler(nodeChangedSignal, mine(lookAgain), { description: 'Something the vnode is computed from changed.' });
  setHandler(podsAssignedSignal, mine(({ pods }) => assign(state.pendingPods, pods)), {
    description: 'Pods that were scheduled to the vnode.',
  });
  setHandler(reviewPodsSignal, pulse.on(() => {
    lookAgain();
    run.tickNow();
  }));
  setHandler(leasedNodeStatusQuery, () => statusOf(state));
  setHandler(leasePlanQuery, () => planOf(state, Date.now()));
  listenToPeople(run);
}

/** What people send; each may say who asks and why, and is told in an event. */
function listenToPeople(run: NodeRun): void {
  const { pulse, state, notes } = run;
  setHandler(forceReclaimSignal, pulse.on((asked) => {
    state.forcedAt = Date.now();
    run.stale = true;
    notes.push(noteOf(Reason.ForceReclaimRequested, 'What is left of the grace period of a reclaim is skipped', asked));
  }), { description: 'Skip what is left of the grace period of the running reclaim.' });
  setHandler(pauseSignal, pulse.on((asked) => {
    run.pauseOrder = true;
    notes.push(noteOf(Reason.Paused, 'Paused: no creates and no new drains', asked));
  }), { description: 'No creates and no new drains.' });
  setHandler(resumeSignal, pulse.on((asked) => {
    run.pauseOrder = false;
    notes.push(noteOf(Reason.Resumed, 'The pause is over', asked));
  }), { description: 'Ends a pause.' });
  setHandler(resyncSignal, pulse.on((asked) => {
    run.stale = true;
    run.tickNow();
    notes.push(noteOf(Reason.ResyncRequested, 'The node and its pods are compared', asked));
    run.endUnlimitedOverride(asked);
  }), { description: 'Compare the node and its pods now; also ends what was asked of a lease without an end.' });
  listenForUpdates(run);
}

/** Adds pods that are not pending yet: a report may come twice. */
function assign(pending: AssignedPod[], pods: readonly AssignedPod[]): void {
  const known = new Set(pending.map(({ uid }) => uid));
  for (const pod of pods) if (!known.has(pod.uid)) pending.push(pod);
}
