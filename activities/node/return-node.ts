import { Annotation } from '../../api/names/keys';
import { planTeardown, teardownGraceSeconds } from '../../domain/reclaim';
import type { TeardownPlan } from '../../domain/reclaim';
import { isVnodeOf, releasePatch, teardownPatch, teardownStartedAt } from '../../domain/vnode';
import type { NodeDecision, NodeObject } from '../../domain/vnode';
import { Nodes } from '../../kube';
import type { NodePass } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';
import { countPhysicalPods, deletePods, podsOn } from './pods';
import { unlabelPhysicalNode } from './policy-label';
import { removeCompanions } from './remove-companions';
import type { NodeStep } from './reconcile-node';

/** How soon a return that waits for pods to stop is looked at again, milliseconds; their end usually calls earlier. */
const RECHECK_MILLIS = 30_000;

/** Takes the next step of giving a node back for good: mark the vnode, wait out the grace, delete the pods, let the vnode go. */
export async function returnNode(step: NodeStep, decision: NodeDecision): Promise<NodePass> {
  const { fleet, view, orders, ref, now } = step;
  const vnode = view.vnode !== null && isVnodeOf(view.vnode, { name: ref.binding }) ? view.vnode : null;
  const pods = podsOn(fleet, view);
  const plan = planTeardown({
    startedAt: vnode === null ? null : teardownStartedAt(vnode),
    graceSeconds: teardownGraceSeconds(decision.reason, policyGraceSeconds(step, vnode)),
    forcedAt: orders.forcedAt,
    pods,
    physicalLeft: view.node === 'Absent' ? 0 : await countPhysicalPods(fleet, view, ref.node),
    now,
  });
  if (vnode !== null) await markVnode(step, vnode, plan);
  await deletePods(fleet, pods, plan.evict);
  const closed = plan.releaseVnode;
  if (closed) await letGo(step, vnode);
  return {
    phase: closed ? 'Returned' : plan.phase === 'Forced' ? 'Forced' : 'Returning',
    reason: `${decision.reason}: ${plan.message}`,
    windowEnd: null,
    wakeAt: closed ? null : Math.min(plan.wakeAt ?? Infinity, now + RECHECK_MILLIS),
    edge: orders.edge,
    pods: pods.length,
  };
}

/** Of the policy that lent the node last, which may be deleted by now. */
function policyGraceSeconds({ view }: NodeStep, vnode: NodeObject | null): number | null {
  const name = vnode?.metadata.annotations?.[Annotation.PoliciesApplied] ?? '';
  return view.physical.policies.store.get(name)?.spec.gracefulReclaimPeriodSeconds ?? null;
}

async function markVnode({ fleet: { virtual } }: NodeStep, vnode: NodeObject, plan: TeardownPlan): Promise<void> {
  const { name, uid, deletionTimestamp } = vnode.metadata;
  const patch = teardownPatch(vnode, plan);
  if (patch !== null) await virtual.client.patch(Nodes, { name }, { kind: 'merge', body: patch });
  if (plan.deleteVnode && deletionTimestamp === undefined) await virtual.client.remove(Nodes, { name }, { uid });
}

/** The last step: our label leaves the owner's node, our finalizer the vnode, and what stood beside the vnode goes with it. */
async function letGo({ fleet, view }: NodeStep, vnode: NodeObject | null): Promise<void> {
  if (typeof view.node !== 'string') {
    await unlabelPhysicalNode({ ...view, node: view.node, applied: vnode?.metadata.annotations?.[Annotation.PoliciesApplied] });
  }
  if (vnode !== null) await releaseVnode(fleet, vnode);
  // A call that comes after a crash finds no vnode any more, and still removes the rest.
  await removeCompanions(fleet, view.vnodeName);
}

async function releaseVnode({ virtual: { client } }: Fleet, { metadata: { name, uid } }: NodeObject): Promise<void> {
  const live = (await client.get(Nodes, { name })) as NodeObject | null;
  if (live === null || live.metadata.uid !== uid) return;
  const patch = releasePatch(live);
  if (patch !== null) await client.patch(Nodes, { name }, { kind: 'merge', body: patch });
}
