import { setHandler } from '@temporalio/workflow';
import { forceReclaimSignal, pauseSignal, resumeSignal, resyncSignal, wantedSignal } from '../contracts/common';
import { leasedNodeStatusQuery, nodeChangedSignal, podsAssignedSignal } from '../contracts/leased-node';
import type { AssignedPod } from '../contracts/leased-node';
import type { NodeRun } from './run';

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
  setHandler(forceReclaimSignal, pulse.on(() => {
    state.forcedAt = Date.now();
    lookAgain();
  }), { description: 'Skip what is left of the grace period of the running reclaim.' });
  setHandler(pauseSignal, pulse.on(() => void (run.pauseOrder = true)), { description: 'No creates and no new drains.' });
  setHandler(resumeSignal, pulse.on(() => void (run.pauseOrder = false)), { description: 'Ends a pause.' });
  setHandler(resyncSignal, pulse.on(() => {
    lookAgain();
    run.tickNow();
  }), { description: 'Compare the node and its pods now.' });
  setHandler(leasedNodeStatusQuery, () => ({
    phase: state.phase,
    reason: state.reason,
    windowEnd: toInstant(state.windowEnd),
    reclaimSince: toInstant(state.edge),
    deadline: toInstant(state.deadline),
    stuck: state.stuck,
    pods: state.pods,
  }));
}

const toInstant = (millis: number | null): string | null => (millis === null ? null : new Date(millis).toISOString());

/** Adds pods that are not pending yet: a report may come twice. */
function assign(pending: AssignedPod[], pods: readonly AssignedPod[]): void {
  const known = new Set(pending.map(({ uid }) => uid));
  for (const pod of pods) if (!known.has(pod.uid)) pending.push(pod);
}
