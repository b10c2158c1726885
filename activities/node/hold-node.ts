import { Taint } from '../../api/names/keys';
import { Reason } from '../../domain/conditions';
import type { NodeDecision } from '../../domain/vnode';
import { Nodes } from '../../kube';
import type { NodePass } from '../../workflows/contracts/activities';
import { podsOn } from './pods';
import type { NodeStep } from './reconcile-node';

/** How soon a node that cannot be judged is looked at again, milliseconds; the watch usually calls earlier, and always after a pause. */
const LOOK_AGAIN_MILLIS = 30_000;

/**
 * Leaves a node as it is because what would decide cannot be read. Only the taint that keeps new pods away while the physical
 * cluster does not answer goes on; it stays until a pass that can see takes it off.
 */
export async function holdNode(step: NodeStep, { reason, message }: NodeDecision): Promise<NodePass> {
  const { fleet, view, orders, now } = step;
  const { vnode } = view;
  const taints = vnode?.spec?.taints ?? [];
  if (vnode !== null && view.unreachable && !taints.some(({ key }) => key === Taint.ClusterUnreachable)) {
    const taint = { key: Taint.ClusterUnreachable, value: 'true', effect: 'NoSchedule' };
    const { uid, resourceVersion, name } = vnode.metadata;
    const body = { metadata: { uid, resourceVersion }, spec: { taints: [...taints, taint] } };
    await fleet.virtual.client.patch(Nodes, { name }, { kind: 'merge', body });
  }
  return {
    phase: orders.phase,
    reason: `${reason}: ${message}`,
    windowEnd: null,
    wakeAt: reason === Reason.Paused ? null : now + LOOK_AGAIN_MILLIS,
    edge: orders.edge,
    deadline: null,
    forcedSince: orders.forcedSince,
    stuck: orders.stuck,
    pods: podsOn(fleet, view).length,
  };
}
