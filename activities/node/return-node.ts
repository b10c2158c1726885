import { Annotation } from '../../api/names/keys';
import { Reason } from '../../domain/conditions';
import { askedBack, countingOverride, type LeaseOverride } from '../../domain/override';
import { decodeTerms, NO_TERMS, planTeardown, teardownGraceSeconds, termsOf } from '../../domain/reclaim';
import type { ReclaimNote, ReclaimTerms, TeardownPlan } from '../../domain/reclaim';
import { earliest } from '../../domain/time/earliest';
import { isVnodeOf, releasePatch, teardownPatch, teardownStartedAt } from '../../domain/vnode';
import type { NodeDecision, NodeObject } from '../../domain/vnode';
import { Nodes } from '../../kube';
import type { NodePass } from '../../workflows/contracts/activities';
import type { LeasePhase } from '../../workflows/contracts/leased-node';
import type { Fleet } from '../fleet/fleet';
import { emptyNode } from './empty-node';
import { ASK_AGAIN_MILLIS } from './lend-node';
import { physicalPodsOn, podsOn } from './pods';
import { unlabelPhysicalNode } from './policy-label';
import { removeCompanions } from './remove-companions';
import type { NodeStep } from './reconcile-node';
import { reportProgress } from './report-reclaim';

/** How soon a return that waits for pods to stop is looked at again, milliseconds; their end usually calls earlier. */
const RECHECK_MILLIS = 30_000;

/** Takes the next step of giving a node back for good: mark the vnode, wait out the grace, delete the pods, let the vnode go. */
export async function returnNode(step: NodeStep, decision: NodeDecision): Promise<NodePass> {
  const { fleet, view, orders, settings, ref, now } = step;
  const vnode = view.vnode !== null && isVnodeOf(view.vnode, { name: ref.binding }) ? view.vnode : null;
  // Without a vnode of ours the name may be a stranger's: then only pods that we run are ours to end.
  const pods = podsOn(fleet, view).filter(({ copied }) => vnode !== null || copied === true);
  const terms = termsKnownOf(step, vnode);
  const plan = planTeardown({
    startedAt: vnode === null ? null : teardownStartedAt(vnode),
    graceSeconds: teardownGraceSeconds(decision.reason, terms.graceSeconds),
    requestedFor: decision.reason === Reason.ReclaimRequested ? requestedFor(step) : null,
    drain: terms.drain,
    asked: askedBack(overrideOf(step, vnode)),
    ...{ forcedAt: orders.forcedAt, forcedSince: orders.forcedSince },
    pods,
    physicalLeft: view.node === 'Absent' ? [] : await physicalPodsOn(fleet, view, ref.node),
    stuckAfterMillis: settings.reclaimStuckAfterMillis,
    now,
  });
  const phase = toLeasePhase(plan);
  if (vnode !== null) await markVnode(step, vnode, { plan, note: noteOf(plan, phase, decision) });
  const refused = await emptyNode(step, plan, pods);
  reportProgress(step, { ...plan, phase, reason: phase === 'Returned' ? Reason.NodeEmpty : decision.reason });
  if (phase === 'Returned') await letGo(step, vnode);
  return {
    phase,
    reason: `${decision.reason}: ${plan.message}`,
    windowEnd: null,
    wakeAt: phase === 'Returned' ? null : earliest(plan.wakeAt, now + (refused ? ASK_AGAIN_MILLIS : RECHECK_MILLIS)),
    ...{ edge: orders.edge, deadline: plan.deadline, forcedSince: plan.forcedSince, stuck: plan.stuck !== null },
    pods: pods.length,
  };
}

/** What somebody asked of the lease counts on the way back too; no calendar decides any more. */
function overrideOf({ orders, now }: NodeStep, vnode: NodeObject | null): LeaseOverride | null {
  const annotation = vnode?.metadata.annotations?.[Annotation.LeaseOverride];
  return countingOverride({ kept: orders.override, endedAt: orders.endedOverrideAt, annotation }, () => null, now).override;
}

function toLeasePhase({ phase }: TeardownPlan): LeasePhase {
  if (phase === 'Closed') return 'Returned';
  return phase === 'Forced' ? 'Forced' : 'Returning';
}

function noteOf({ message, stuck }: TeardownPlan, phase: LeasePhase, { reason }: NodeDecision): ReclaimNote {
  return { phase, reason, message, ...(stuck === null ? {} : { stuck }) };
}

/** The terms that the vnode promised, since their policy may be deleted by now. */
function termsKnownOf({ view }: NodeStep, vnode: NodeObject | null): ReclaimTerms {
  const { annotations } = vnode?.metadata ?? {};
  const policy = view.physical.policies.store.get(annotations?.[Annotation.PoliciesApplied] ?? '');
  return decodeTerms(annotations?.[Annotation.ReclaimTerms]) ?? (policy === undefined ? NO_TERMS : termsOf(policy.spec));
}

/** When the owner wants pods deleted; `null` where the annotation names no instant. */
function requestedFor({ view }: NodeStep): number | null {
  if (typeof view.node === 'string') return null;
  const instant = Date.parse(view.node.metadata.annotations?.[Annotation.ReclaimRequested] ?? '');
  return Number.isNaN(instant) ? null : instant;
}

async function markVnode(
  { fleet: { virtual } }: NodeStep,
  vnode: NodeObject,
  { plan, note }: { plan: TeardownPlan; note: ReclaimNote },
): Promise<void> {
  const { name, uid, deletionTimestamp } = vnode.metadata;
  const patch = teardownPatch(vnode, { ...plan, note });
  if (patch !== null) await virtual.client.patch(Nodes, { name }, { kind: 'merge', body: patch });
  if (plan.deleteVnode && deletionTimestamp === undefined) await virtual.client.remove(Nodes, { name }, { uid });
}

/** The last step: our label leaves the owner's node, our finalizer the vnode, and what stood beside the vnode goes with it. */
async function letGo({ fleet, view }: NodeStep, vnode: NodeObject | null): Promise<void> {
  if (typeof view.node !== 'string') {
    await unlabelPhysicalNode({ ...view, node: view.node, applied: vnode?.metadata.annotations?.[Annotation.PoliciesApplied] });
  }
  // Before the vnode, so that no garbage collector has anything to do. What is written meanwhile goes by those who write it.
  await removeCompanions(fleet, view.vnodeName);
  if (vnode !== null) await releaseVnode(fleet, vnode);
}

/** Takes our finalizer off a vnode that is being deleted, if it is still the same. @throws KubeError */
export async function releaseVnode({ virtual: { client } }: Fleet, { metadata: { name, uid } }: NodeObject): Promise<void> {
  const live = (await client.get(Nodes, { name })) as NodeObject | null;
  if (live === null || live.metadata.uid !== uid) return;
  const patch = releasePatch(live);
  if (patch !== null) await client.patch(Nodes, { name }, { kind: 'merge', body: patch });
}
