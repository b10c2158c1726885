import { Annotation, Taint } from '../../api/names/keys';
import { planReclaim } from '../../domain/reclaim';
import type { ReclaimPlan } from '../../domain/reclaim';
import { planVnode, vnodeName } from '../../domain/vnode';
import type { NodeDecision, NodeObject, VnodePlan } from '../../domain/vnode';
import { isKubeError, KubeError, Nodes } from '../../kube';
import type { KubeObject } from '../../kube';
import type { LeasePhase } from '../../workflows/contracts/leased-node';
import type { NodePass } from '../../workflows/contracts/activities';
import { capacityOf, endpointOf } from './facts';
import { countPhysicalPods, deletePods, podsOn } from './pods';
import type { NodeStep } from './reconcile-node';

type Lend = Extract<NodeDecision, { action: 'lend' }>;
/** What writing a vnode takes of a step. */
type VnodeStep = Omit<NodeStep, 'orders' | 'ref'>;

/** How soon a reclaim that waits for pods to stop is looked at again, milliseconds; their end usually calls earlier. */
const RECHECK_MILLIS = 30_000;

/** Creates or patches the vnode of a lent node, and takes the next step of the reclaim while its window is closed. */
export async function lendNode(step: NodeStep, node: NodeObject, decision: Lend): Promise<NodePass> {
  const { fleet, view, orders, now } = step;
  const pods = podsOn(fleet, view);
  const { policy, window } = decision;
  const plan = planReclaim({
    window,
    forceReclaim: policy.spec.forceReclaim === true,
    graceSeconds: policy.spec.gracefulReclaimPeriodSeconds ?? 0,
    edge: edgeOf(step),
    forcedAt: window.open ? null : orders.forcedAt,
    pods,
    physicalLeft: window.open ? null : await countPhysicalPods(fleet, view, node.metadata.name),
    previous: toReclaimPhase(orders.phase),
    now,
  });
  await writeVnode(step, node, decision, plan);
  await deletePods(fleet, pods, plan.evict);
  const waiting = plan.phase === 'Forced' ? now + RECHECK_MILLIS : null;
  return {
    phase: plan.phase === 'Open' ? 'Lent' : plan.phase,
    reason: `${plan.reason}: ${plan.message}`,
    windowEnd: window.open ? window.closesAt : null,
    wakeAt: waiting === null ? plan.wakeAt : Math.min(waiting, plan.wakeAt ?? waiting),
    edge: plan.edge,
    pods: pods.length,
  };
}

/**
 * When the window closed: as the workflow remembers it, else as the vnode tells (the taint's time, or a lease that was to end
 * by now), else now. An edited policy closes a window at the edit, so its calendar alone does not say.
 */
function edgeOf({ orders, view, now }: NodeStep): number | null {
  if (orders.edge !== null) return orders.edge;
  const taint = view.vnode?.spec?.taints?.find(({ key }) => key === Taint.OutOfTimeWindows);
  const tainted = Date.parse(taint?.timeAdded ?? '');
  if (!Number.isNaN(tainted)) return tainted;
  const planned = Date.parse(view.vnode?.metadata.annotations?.[Annotation.LeaseEndsAt] ?? '');
  return planned <= now ? planned : null;
}

/** Creates the vnode of a node that is inside its window. */
export async function createVnode(step: VnodeStep, node: NodeObject, decision: Lend): Promise<void> {
  await writeVnode(step, node, decision, { taint: null });
}

async function writeVnode(step: VnodeStep, node: NodeObject, decision: Lend, { taint }: Pick<ReclaimPlan, 'taint'>): Promise<void> {
  const { view } = step;
  const plan = planFor(step, node, decision, { taint, live: view.vnode });
  try {
    await apply(step, plan);
  } catch (error) {
    // The store was behind: what the API server has now decides.
    if (!isKubeError(error, 'AlreadyExists')) throw error;
    const name = vnodeName(view.binding.spec.clusterID, node.metadata.name);
    const live = await step.fleet.virtual.client.get(Nodes, { name });
    await apply(step, planFor(step, node, decision, { taint, live: live as NodeObject | null }));
  }
}

function planFor(
  step: VnodeStep,
  node: NodeObject,
  { policy, window }: Lend,
  { taint, live }: { taint: ReclaimPlan['taint']; live: NodeObject | null },
): VnodePlan {
  const { fleet, view, settings, now } = step;
  const { clusterID, disableNodeDefaultTaint } = view.binding.spec;
  return planVnode({
    binding: { name: view.binding.metadata.name, clusterID, disableNodeDefaultTaint },
    physical: node,
    policy,
    window,
    endpoint: endpointOf(fleet, view, settings),
    capacity: live === null ? capacityOf(fleet, view, node, policy) : {},
    windowTaint: taint,
    clusterUnreachable: view.unreachable,
    live,
    now,
  });
}

async function apply({ fleet: { virtual }, view }: VnodeStep, plan: VnodePlan): Promise<void> {
  if (plan.action === 'create') await virtual.client.create(Nodes, plan.node as KubeObject);
  if (plan.action === 'patch') {
    await virtual.client.patch(Nodes, { name: view.vnodeName }, { kind: 'merge', body: plan.patch });
  }
  if (plan.action === 'refuse') {
    throw new KubeError({ code: 'NotOwned', verb: 'patch', kind: 'Node', key: view.vnodeName });
  }
}

function toReclaimPhase(phase: LeasePhase): ReclaimPlan['phase'] {
  return phase === 'Starting' || phase === 'Lent' || phase === 'Returning' || phase === 'Returned' ? 'Open' : phase;
}
