import { Annotation } from '../../api/names/keys';
import { Reason } from '../../domain/conditions';
import { noteOf, planReclaim } from '../../domain/reclaim';
import type { ReclaimFacts, ReclaimNote, ReclaimPlan, ReclaimPod } from '../../domain/reclaim';
import { earliest } from '../../domain/time/earliest';
import { planVnode, vnodeName } from '../../domain/vnode';
import type { NodeDecision, NodeObject, VnodePlan } from '../../domain/vnode';
import { isKubeError, KubeError, Nodes } from '../../kube';
import type { KubeObject } from '../../kube';
import type { NodePass } from '../../workflows/contracts/activities';
import type { LeasePhase } from '../../workflows/contracts/leased-node';
import { emptyNode } from './empty-node';
import { capacityOf, endpointOf } from './facts';
import { reportOnVnode } from '../temporal/steering';
import { notifyPods } from './notify-pods';
import { physicalPodsOn, podsOn } from './pods';
import { reclaimFacts } from './reclaim-facts';
import type { NodeStep } from './reconcile-node';
import { reportProgress } from './report-reclaim';
import { leaseTerms } from './terms';
import { turnOf } from './turn';

type Lend = Extract<NodeDecision, { action: 'lend' }>;
/** What writing a vnode takes of a step. */
type VnodeStep = Omit<NodeStep, 'orders' | 'ref'>;
/** What a vnode shows of a reclaim. */
interface Shown {
  readonly taint: ReclaimPlan['taint'];
  readonly edge: number | null;
  readonly note: ReclaimNote | null;
}
const OPEN: Shown = { taint: null, edge: null, note: null };

/** How soon a reclaim that waits for pods to stop is looked at again, milliseconds; their end usually calls earlier. */
const RECHECK_MILLIS = 30_000;
/** How soon what the API server refused, mostly because of a disruption budget, is tried again, milliseconds. */
export const ASK_AGAIN_MILLIS = 5_000;

/** Creates or patches the vnode of a lent node, and takes the next step of its reclaim. */
export async function lendNode(step: NodeStep, node: NodeObject, decision: Lend): Promise<NodePass> {
  const { fleet, view, settings, now } = step;
  if (decision.overrideFault !== null) await reportFault(step, decision.overrideFault);
  const pods = podsOn(fleet, view);
  const plan = await planAfterReading(step, node, reclaimFacts(step, decision, pods));
  await writeVnode(step, node, decision, { taint: plan.taint, edge: plan.edge, note: noteOf(plan) });
  const refused = [await emptyNode(step, plan, pods), await notifyPods(step, plan, pods)].includes(true);
  reportProgress(step, { ...plan, phase: toLeasePhase(plan) });
  const place = { binding: step.ref.binding, vnode: view.vnodeName };
  const wakeAt = plan.wakeAt === null ? null : turnOf(fleet, place, { window: decision.window, at: plan.wakeAt });
  const again = [wakeAt, refused ? now + ASK_AGAIN_MILLIS : null, plan.phase === 'Forced' ? now + RECHECK_MILLIS : null];
  const { override, calendar, policy } = decision;
  const terms = leaseTerms(policy, calendar, now, settings.zone);
  return { ...toPass(plan, { decision, pods, wakeAt: again }), podsToReview: pods.some(({ skipped }) => skipped !== true), override, terms };
}

/** The physical cluster is asked only once it matters whether the node is empty. */
async function planAfterReading({ fleet, view }: NodeStep, node: NodeObject, facts: ReclaimFacts): Promise<ReclaimPlan> {
  const plan = planReclaim(facts);
  if (plan.forcedSince === null) return plan;
  return planReclaim({ ...facts, physicalLeft: await physicalPodsOn(fleet, view, node.metadata.name) });
}

function toPass(
  plan: ReclaimPlan,
  { decision: { window }, pods, wakeAt }: { decision: Lend; pods: readonly ReclaimPod[]; wakeAt: readonly (number | null)[] },
): NodePass {
  const { reason, message, stuck, edge, deadline, forcedSince } = plan;
  return {
    phase: toLeasePhase(plan),
    reason: `${reason}: ${message}`,
    windowEnd: window.open ? window.closesAt : null,
    wakeAt: earliest(...wakeAt),
    ...{ edge, deadline, forcedSince },
    stuck: stuck !== null,
    pods: pods.length,
  };
}

const toLeasePhase = ({ phase }: ReclaimPlan): LeasePhase => (phase === 'Open' ? 'Lent' : phase);

/** Creates the vnode of a node that is inside its window. */
export async function createVnode(step: VnodeStep, node: NodeObject, decision: Lend): Promise<void> {
  await writeVnode(step, node, decision, OPEN);
}

/** The annotation goes with the next write, so the event is the one thing that tells why. */
async function reportFault({ fleet, view: { vnode } }: NodeStep, fault: string): Promise<void> {
  if (vnode === null) return;
  const message = `Annotation ${Annotation.LeaseOverride} is not followed and is removed: ${fault}.`;
  await reportOnVnode(fleet, vnode, { type: 'Warning', reason: Reason.LeaseOverrideInvalid, message });
}

async function writeVnode(step: VnodeStep, node: NodeObject, decision: Lend, shown: Shown): Promise<void> {
  const { view } = step;
  try {
    await apply(step, planFor(step, node, decision, { shown, live: view.vnode }));
  } catch (error) {
    // The store was behind, or the watch has closed the vnode at its edge meanwhile: what the API server has now decides.
    if (!isKubeError(error, 'AlreadyExists') && !isKubeError(error, 'Conflict')) throw error;
    const name = vnodeName(view.binding.spec.clusterID, node.metadata.name);
    const live = await step.fleet.virtual.client.get(Nodes, { name });
    await apply(step, planFor(step, node, decision, { shown, live: live as NodeObject | null }));
  }
}

function planFor(
  step: VnodeStep,
  node: NodeObject,
  { policy, window, override }: Lend,
  { shown, live }: { shown: Shown; live: NodeObject | null },
): VnodePlan {
  const { fleet, view, settings, now } = step;
  const { clusterID, disableNodeDefaultTaint } = view.binding.spec;
  return planVnode({
    binding: { name: view.binding.metadata.name, clusterID, disableNodeDefaultTaint },
    physical: node,
    policy,
    window,
    override,
    endpoint: endpointOf(fleet, view, settings),
    capacity: live === null ? capacityOf(fleet, view, node, policy) : {},
    windowTaint: shown.taint,
    windowSince: shown.edge,
    reclaim: shown.note,
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
