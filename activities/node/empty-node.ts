import pLimit from 'p-limit';
import { Reason } from '../../domain/conditions';
import type { Kill, ReclaimPod } from '../../domain/reclaim';
import { isKubeError, Pods } from '../../kube';
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
 * Evicts and deletes pods as a plan says, each at most once however often the plan is repeated. A pod that the API server refuses
 * to let go (a budget, or a rule that somebody made) holds up no other, nor the deadline: it is asked for again.
 * @returns true when one was refused: try again in a moment
 * @throws KubeError when the API server does not answer
 */
export async function emptyNode(step: NodeStep, plan: Departures, pods: readonly ReclaimPod[]): Promise<boolean> {
  const limit = pLimit(PARALLEL);
  const those = (uids: readonly string[]) => pods.filter(({ uid }) => uids.includes(uid));
  const outcomes = await Promise.all([
    ...those(plan.evict).map((pod) => limit(() => unlessRefused(step, pod, () => evict(step, pod)))),
    ...those(plan.remove).map((pod) => limit(() => unlessRefused(step, pod, () => remove(step, pod)))),
  ]);
  await kill(step, plan.kill, those(plan.kill.virtual));
  return outcomes.includes('refused');
}

async function unlessRefused(step: NodeStep, pod: ReclaimPod, act: () => Promise<void>): Promise<'done' | 'refused'> {
  try {
    await act();
    return 'done';
  } catch (error) {
    // Without a status there was no answer at all.
    if (!isKubeError(error) || error.status === undefined) throw error;
    const who = error.code === 'DrainBlocked' ? 'A disruption budget keeps' : `The API server (${error.code}) keeps`;
    const message = `${who} the pod on ${step.view.vnodeName}, which is reclaimed.`;
    mentionOnReclaim(step, pod, { type: 'Warning', reason: Reason.EvictionBlocked, message });
    return 'refused';
  }
}

async function evict(step: NodeStep, pod: ReclaimPod): Promise<void> {
  if ((await evictOnce(step.fleet.virtual, pod)) !== 'deleted') return;
  const message = `Evicted from ${step.view.vnodeName}, which is reclaimed.`;
  mentionOnReclaim(step, pod, { reason: Reason.EvictedByReclaim, message });
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
