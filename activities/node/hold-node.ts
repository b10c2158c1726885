import type { Taint as NodeTaint } from 'kubernetes-types/core/v1';
import { Annotation, Taint } from '../../api/names/keys';
import { Reason } from '../../domain/conditions';
import { decodeNote, encodeNote, stuckUnseen } from '../../domain/reclaim';
import type { NodeDecision, NodeObject } from '../../domain/vnode';
import { Nodes } from '../../kube';
import type { NodePass } from '../../workflows/contracts/activities';
import { podsOn } from './pods';
import type { NodeStep } from './reconcile-node';
import { reportStuck } from './report-reclaim';

/** How soon a node that cannot be judged is looked at again, milliseconds; the watch usually calls earlier, and always after a pause. */
const LOOK_AGAIN_MILLIS = 30_000;
const UNREACHABLE: NodeTaint = { key: Taint.ClusterUnreachable, value: 'true', effect: 'NoSchedule' };

/**
 * Leaves a node as it is because what would decide cannot be read. Only the taint that keeps new pods away while the physical
 * cluster does not answer goes on, and a reclaim that goes on for too long is said to be stuck; both stay until a pass that can
 * see takes them off.
 */
export async function holdNode(step: NodeStep, { reason, message }: NodeDecision): Promise<NodePass> {
  const { fleet, view, orders, settings, now } = step;
  const facts = { deadline: orders.deadline, stuckAfterMillis: settings.reclaimStuckAfterMillis, now };
  const stuck = view.unreachable ? stuckUnseen(facts) : null;
  if (view.vnode !== null && view.unreachable) await markUnreachable(step, view.vnode, stuck);
  if (stuck !== null) reportStuck(step, stuck);
  return {
    phase: orders.phase,
    reason: `${reason}: ${message}`,
    windowEnd: null,
    wakeAt: reason === Reason.Paused ? null : now + LOOK_AGAIN_MILLIS,
    edge: orders.edge,
    deadline: orders.deadline,
    forcedSince: orders.forcedSince,
    stuck: stuck !== null || orders.stuck,
    pods: podsOn(fleet, view).length,
  };
}

async function markUnreachable({ fleet }: NodeStep, vnode: NodeObject, stuck: string | null): Promise<void> {
  const { uid, resourceVersion, name, annotations } = vnode.metadata;
  const taints = vnode.spec?.taints ?? [];
  const isTainted = taints.some(({ key }) => key === UNREACHABLE.key);
  const note = decodeNote(annotations?.[Annotation.Reclaim]);
  const told = note === null || note.stuck !== undefined || stuck === null ? null : encodeNote({ ...note, stuck });
  if (isTainted && told === null) return;
  const body = {
    metadata: { uid, resourceVersion, ...(told === null ? {} : { annotations: { [Annotation.Reclaim]: told } }) },
    ...(isTainted ? {} : { spec: { taints: [...taints, UNREACHABLE] } }),
  };
  await fleet.virtual.client.patch(Nodes, { name }, { kind: 'merge', body });
}
