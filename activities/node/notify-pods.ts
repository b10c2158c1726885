import pLimit from 'p-limit';
import { Annotation } from '../../api/names/keys';
import { Reason, toRfc3339 } from '../../domain/conditions';
import { isActive, isMirrored, type ReclaimPlan, type ReclaimPod } from '../../domain/reclaim';
import { isKubeError, Pods } from '../../kube';
import type { NodeStep } from './reconcile-node';
import { reportOnReclaim } from './report-reclaim';

/** Requests at the same time for one node. */
const PARALLEL = 16;

/**
 * Tells every pod on a node when the lease ends, by an event and an annotation, or takes that back. The annotation is what was
 * told last; it follows the event, so a crash in between repeats the event rather than losing it.
 * @returns true when the API server refused one: try again in a moment
 * @throws KubeError when it does not answer
 */
export async function notifyPods(step: NodeStep, { notice }: ReclaimPlan, pods: readonly ReclaimPod[]): Promise<boolean> {
  if (notice === 'Keep') return false;
  const end = notice === null ? null : toRfc3339(notice);
  const told = ({ annotations }: ReclaimPod) => annotations?.[Annotation.LeaseEndsAt] ?? null;
  const concerned = pods.filter((pod) => isMirrored(pod) && isActive(pod) && !pod.deleting && told(pod) !== end);
  const limit = pLimit(PARALLEL);
  const outcomes = await Promise.all(concerned.map((pod) => limit(() => notify(step, pod, end))));
  return outcomes.includes('refused');
}

async function notify(step: NodeStep, pod: ReclaimPod, end: string | null): Promise<'done' | 'refused'> {
  const { fleet, view } = step;
  await reportOnReclaim(step, pod, end === null
    ? { reason: Reason.NoticeWithdrawn, message: `The lease of ${view.vnodeName} does not end as announced.` }
    : { reason: Reason.NoticeGiven, message: `The lease of ${view.vnodeName} ends at ${end}: the node is reclaimed.` });
  const body = { metadata: { annotations: { [Annotation.LeaseEndsAt]: end } } };
  try {
    await fleet.virtual.client.patch(Pods, pod, { kind: 'merge', body }, { uid: pod.uid });
    return 'done';
  } catch (error) {
    if (!isKubeError(error) || error.status === undefined) throw error;
    // Gone, or another pod of that name by now.
    return error.code === 'NotFound' || error.code === 'Conflict' ? 'done' : 'refused';
  }
}
