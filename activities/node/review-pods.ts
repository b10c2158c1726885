import { ignoredBecause, isDeleting, isTerminal } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import { podId, uidOfPod } from '../../workflows/contracts/ids';
import type { NodeRef, PodReview } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';
import { BY_NODE, BY_VIRTUAL_UID } from '../fleet/virtual-cluster';
import { viewNode } from './facts';

/**
 * Compares the vPods of a node with the open pod workflows: after a crash between a pod and its message, or a workflow that was
 * terminated by hand, both lists come together again.
 * @param openIds ids of the open `virtualPod` workflows of this node
 */
export async function reviewPods(fleet: Fleet, ref: NodeRef, openIds: readonly string[]): Promise<PodReview> {
  const view = await viewNode(fleet, ref);
  if (view === null || !fleet.virtual.pods.hasSynced()) return { missing: [], stray: [] };
  const open = new Set(openIds);
  const pods = fleet.virtual.pods.store.by(BY_NODE, view.vnodeName) as readonly PodObject[];
  const ours = pods.filter((pod) => ignoredBecause(pod, view.binding.spec) === null);
  const missing = ours
    .filter((pod) => !isDeleting(pod) && !isTerminal(pod))
    .map(({ metadata: { namespace, name, uid } }) => ({ namespace, name, uid }))
    .filter(({ uid }) => !open.has(podId(uid)));
  const stray = openIds.map(uidOfPod).filter((uid) => fleet.virtual.pods.store.by(BY_VIRTUAL_UID, uid).length === 0);
  return { missing, stray, pods: Math.max(ours.length, openIds.length) };
}
