import { Pods } from '../../kube';
import type { PodActivities, VirtualPodRef } from '../../workflows/contracts/activities';
import type { DeleteRequested } from '../../workflows/contracts/virtual-pod';
import { failing } from '../failing';
import type { Fleet } from '../fleet/fleet';
import { placePod } from './place-pod';
import { settlePod } from './settle-pod';
import { readVirtualPod, subjectOf } from './subject';
import { updatePod } from './update-pod';

/** Activities of the `virtualPod` workflow: one idempotent step each. */
export function podActivities(fleet: Fleet): PodActivities {
  return {
    createPhysicalPod: failing(async (ref) => {
      const vPod = await readVirtualPod(fleet, ref);
      return vPod === null ? { result: 'gone' } : placePod(fleet, ref, vPod);
    }),
    deletePhysicalPod: failing((ref, request) => deletePod(fleet, ref, request)),
    settlePod: failing((ref, gone) => settlePod(fleet, ref, gone)),
    updatePhysicalPod: failing((ref) => updatePod(fleet, ref)),
  };
}

async function deletePod(fleet: Fleet, ref: VirtualPodRef, request: DeleteRequested): Promise<'deleted' | 'absent' | 'kept'> {
  const { physical, physicalKey } = await subjectOf(fleet, ref);
  if (request.verify === 'virtualGone') {
    const vPod = await fleet.virtual.client.get(Pods, ref.pod);
    if (vPod?.metadata?.uid === ref.pod.uid && vPod.metadata.deletionTimestamp === undefined) return 'kept';
  }
  if (request.verify === 'unbound') {
    const pPod = await physical.client.get(Pods, physicalKey);
    if (pPod?.spec?.nodeName) return 'kept';
  }
  const grace = request.graceSeconds === null ? {} : { gracePeriodSeconds: request.graceSeconds };
  const result = await physical.client.remove(Pods, physicalKey, { uid: request.physicalUid, ...grace });
  return result === 'deleted' ? 'deleted' : 'absent';
}
