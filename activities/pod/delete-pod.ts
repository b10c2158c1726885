import { Pods } from '../../kube';
import type { VirtualPodRef } from '../../workflows/contracts/activities';
import type { DeleteRequested } from '../../workflows/contracts/virtual-pod';
import type { Fleet } from '../fleet/fleet';
import { subjectOf } from './subject';

/**
 * Deletes the physical pod of a vPod under its UID, after whatever had to be confirmed first.
 * @returns `deleted`: accepted, its end will be seen; `absent`: there is none; `kept`: the confirmation failed
 * @throws KubeError, CredentialsFault, BindingGone: try again
 */
export async function deletePod(
  fleet: Fleet,
  ref: VirtualPodRef,
  request: DeleteRequested,
): Promise<'deleted' | 'absent' | 'kept'> {
  const { physical, physicalKey } = await subjectOf(fleet, ref);
  if (request.verify === 'virtualGone' && (await lives(fleet, ref))) return 'kept';
  if (request.verify === 'unbound') {
    const pPod = await physical.client.get(Pods, physicalKey);
    if (pPod?.spec?.nodeName) return 'kept';
  }
  const grace = request.graceSeconds === null ? {} : { gracePeriodSeconds: request.graceSeconds };
  const result = await physical.client.remove(Pods, physicalKey, { uid: request.physicalUid, ...grace });
  return result === 'deleted' ? 'deleted' : 'absent';
}

async function lives({ virtual }: Fleet, { pod }: VirtualPodRef): Promise<boolean> {
  const vPod = await virtual.client.get(Pods, pod);
  return vPod?.metadata?.uid === pod.uid && vPod.metadata.deletionTimestamp === undefined;
}
