import pLimit from 'p-limit';
import { Reason } from '../../domain/conditions';
import type { Kill, ReclaimPod } from '../../domain/reclaim';
import { Pods } from '../../kube';
import { deleteOnce, evictOnce } from './delete-once';
import { mentionOnReclaim, reportOnReclaim } from './report-reclaim';
import type { NodeStep } from './reconcile-node';

/** Requests at the same time for one node; a thousand nodes may have their edge in the same minute. */
const PARALLEL = 16;

/** Which pods of a node have to go, and how. UIDs. */
export interface Departures {
  readonly evict: readonly string[];
  readonly remove: readonly string[];
  readonly kill: Kill;
}

/**
 * Evicts and deletes pods as a plan says, each at most once however often the plan is repeated.
 * @returns true when a disruption budget holds one back: try again in a moment
 * @throws KubeError
 */
export async function emptyNode(step: NodeStep, plan: Departures, pods: readonly ReclaimPod[]): Promise<boolean> {
  const limit = pLimit(PARALLEL);
  const those = (uids: readonly string[]) => pods.filter(({ uid }) => uids.includes(uid));
  const evicted = those(plan.evict).map((pod) => limit(() => evict(step, pod)));
  const removed = those(plan.remove).map((pod) => limit(() => remove(step, pod)));
  const [outcomes] = await Promise.all([Promise.all(evicted), Promise.all(removed)]);
  await kill(step, plan.kill, those(plan.kill.virtual));
  return outcomes.includes('blocked');
}

async function evict(step: NodeStep, pod: ReclaimPod): Promise<'done' | 'blocked'> {
  const outcome = await evictOnce(step.fleet.virtual, pod);
  const { vnodeName } = step.view;
  if (outcome === 'blocked') {
    const message = `A disruption budget keeps the pod on ${vnodeName}, which is reclaimed; at the deadline it is deleted.`;
    mentionOnReclaim(step, pod, { type: 'Warning', reason: Reason.EvictionBlocked, message });
    return 'blocked';
  }
  if (outcome === 'deleted') {
    mentionOnReclaim(step, pod, { reason: Reason.EvictedByReclaim, message: `Evicted from ${vnodeName}, which is reclaimed.` });
  }
  return 'done';
}

async function remove(step: NodeStep, pod: ReclaimPod): Promise<void> {
  if ((await deleteOnce(step.fleet.virtual, pod)) !== 'deleted') return;
  const message = `Deleted from ${step.view.vnodeName}, which is reclaimed.`;
  mentionOnReclaim(step, pod, { reason: Reason.DeletedByReclaim, message });
}

/** The physical side first: a virtual pod stands for its copy as long as there is one. */
async function kill(step: NodeStep, { physical }: Kill, pods: readonly ReclaimPod[]): Promise<void> {
  const { fleet, view } = step;
  const options = (uid: string) => ({ uid, gracePeriodSeconds: 0 });
  await Promise.all(physical.map((pod) => view.physical.client.remove(Pods, pod, options(pod.uid))));
  const message = `Deleted without grace from ${view.vnodeName}, which was stuck: somebody asked for it.`;
  for (const pod of pods) {
    await reportOnReclaim(step, pod, { type: 'Warning', reason: Reason.KilledByReclaim, message });
    await fleet.virtual.client.remove(Pods, pod, options(pod.uid));
  }
}
