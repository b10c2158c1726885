import { setHandler } from '@temporalio/workflow';
import { Reason } from '../../domain/conditions';
import {
  bindingChangedSignal,
  clusterBindingStatusQuery,
  nodesWantedSignal,
  reachabilitySignal,
  reclaimHeldSignal,
} from '../contracts/cluster-binding';
import type { NodesWanted } from '../contracts/cluster-binding';
import {
  closedSignal,
  forceReclaimSignal,
  pauseSignal,
  resumeSignal,
  resyncSignal,
  wantedSignal,
} from '../contracts/common';
import type { Closed } from '../contracts/common';
import { confirmReclaimUpdate, repairUpdate } from '../contracts/steering';
import type { ConfirmAnswer, ConfirmReclaim, RepairAnswer, RepairRequest } from '../contracts/steering';
import { noteOf } from '../kit/notes';
import { askedIn, checkConfirm, checkRepair } from '../kit/steering-input';
import type { BindingRun } from './run';

/** Registers every message of a `clusterBinding`. Handlers fold into the run and return; the loop acts. */
export function listen(run: BindingRun): void {
  const { pulse, state, ref, orders } = run;
  const mine = <M extends { uid: string }>(fold: (message: M) => void) =>
    pulse.on((message: M) => {
      if (message.uid === ref.uid) fold(message);
    });

  // Of whatever UID: one that is not ours means that our object is gone.
  setHandler(wantedSignal, pulse.on(() => run.lookNow()));
  setHandler(bindingChangedSignal, mine(() => run.lookNow()), {
    description: 'The ClusterBinding, its kubeconfig Secret or a Service it needs changed.',
  });
  setHandler(nodesWantedSignal, mine((wanted) => wantNodes(run, wanted)), {
    description: 'Physical nodes that ought to be lent.',
  });
  setHandler(closedSignal, pulse.on((closed) => nodeClosed(run, closed)));
  setHandler(reachabilitySignal, mine(({ reachable }) => void (orders.reachable = reachable)));
  setHandler(reclaimHeldSignal, mine(({ held }) => void (state.held = held)));
  listenToPeople(run);
  setHandler(clusterBindingStatusQuery, () => ({
    phase: state.phase,
    nodes: Object.keys(state.nodes).sort(),
    held: Object.keys(state.nodes).filter((name) => state.nodes[name]?.held === true).sort(),
    heldReclaim: state.held ?? null,
  }));
}

/** What people send; each may say who asks and why, and is told in an event. */
function listenToPeople(run: BindingRun): void {
  const { pulse, orders, notes } = run;
  setHandler(resyncSignal, pulse.on((asked) => {
    resync(run);
    notes.push(noteOf(Reason.ResyncRequested, 'The binding and its nodes are compared', asked));
  }), { description: 'Relist and compare now; also lends again what a cancellation returned.' });
  setHandler(pauseSignal, pulse.on((asked) => {
    orders.pause = true;
    notes.push(noteOf(Reason.Paused, 'Paused: no creates and no new drains on any of its nodes', asked));
  }), { description: 'No creates and no new drains.' });
  setHandler(resumeSignal, pulse.on((asked) => {
    orders.pause = false;
    notes.push(noteOf(Reason.Resumed, 'The pause is over', asked));
  }), { description: 'Ends a pause.' });
  setHandler(forceReclaimSignal, pulse.on((asked) => {
    orders.force = askedIn(asked);
    notes.push(noteOf(Reason.ForceReclaimRequested, 'What is left of the grace period is skipped wherever a node is being reclaimed', asked));
  }), { description: 'Skip what is left of the grace period on every node that is being reclaimed.' });
  setHandler(confirmReclaimUpdate, pulse.on((request) => confirm(run, request)), {
    validator: checkConfirm,
    description: 'Let the edit take effect that the condition Blocked tells about: {"hash", "by", "reason"}.',
  });
  setHandler(repairUpdate, pulse.on((request) => repair(run, request)), {
    validator: checkRepair,
    description: 'Mend findings of kubeocean audit: {"findings": [ids], "by", "reason"}.',
  });
}

/** What a comparison mends is mended by comparing; the rest is done one by one. */
function repair(run: BindingRun, request: RepairRequest): RepairAnswer {
  const { findings } = request;
  run.orders.repair = [...new Set([...(run.orders.repair ?? []), ...findings])];
  run.lookNow();
  run.compareNow();
  run.notes.push(noteOf(Reason.RepairRequested, `${findings.length} findings of the audit are to be mended`, request));
  return { granted: true, findings: findings.length };
}

function confirm({ state, orders, notes }: BindingRun, request?: ConfirmReclaim): ConfirmAnswer {
  const held = state.held ?? null;
  if (held === null) return { granted: false, why: 'No edit is held.' };
  if (request?.hash !== undefined && request.hash !== held.hash) {
    return { granted: false, why: `Another edit is held by now: its hash is ${held.hash}.` };
  }
  orders.confirm = held.hash;
  notes.push(noteOf(Reason.ReclaimConfirmed, `The edit ${held.hash}, which reclaims ${held.nodes} nodes, is confirmed`, request));
  return { granted: true, ...held };
}

function wantNodes({ state, unsure, fresh }: BindingRun, { nodes, insist }: NodesWanted): void {
  // What is being returned by hand takes no new nodes.
  if (state.cancelled === true) return;
  for (const node of nodes) {
    const known = state.nodes[node];
    if (known?.held === true) continue;
    if (known === undefined) fresh.add(node);
    if (known === undefined || insist) unsure.add(node);
    state.nodes[node] = known === undefined ? {} : { again: true };
  }
}

function nodeClosed({ state, unsure, ref }: BindingRun, { name, uid, why }: Closed): void {
  const node = state.nodes[name];
  if (node === undefined) return;
  // It served an earlier binding of our name, and ours could not start meanwhile.
  if (uid !== ref.uid) unsure.add(name);
  else if (why === 'cancelled') state.nodes[name] = { held: true };
  else if (node.again === true) {
    state.nodes[name] = {};
    unsure.add(name);
  } else delete state.nodes[name];
}

function resync(run: BindingRun): void {
  for (const [name, node] of Object.entries(run.state.nodes)) {
    if (node.held === true) {
      run.state.nodes[name] = {};
      run.unsure.add(name);
    }
  }
  run.lookNow();
  run.compareNow();
}
