import { isKnownCopy, isTerminalPhase } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import { keyOf, Pods } from '../../kube';
import type { VirtualPodRef } from '../../workflows/contracts/activities';
import type { DeleteRequested } from '../../workflows/contracts/virtual-pod';
import type { Fleet } from '../fleet/fleet';
import { subjectOf } from './subject';
import type { Subject } from './subject';

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
  const subject = await subjectOf(fleet, ref);
  if (await isRefuted(fleet, subject, { ref, request })) return 'kept';
  if (request.graceSeconds === null && (await isStopping(subject, request.physicalUid))) return 'deleted';
  const grace = request.graceSeconds === null ? {} : { gracePeriodSeconds: request.graceSeconds };
  const { physical, physicalKey } = subject;
  const result = await physical.client.remove(Pods, physicalKey, { uid: request.physicalUid, ...grace });
  return result === 'deleted' ? 'deleted' : 'absent';
}

/** Whether it was asked before: to ask again without a grace changes nothing. */
async function isStopping({ physical, physicalKey }: Subject, uid: string): Promise<boolean> {
  const found = physical.pods.store.get(keyOf(physicalKey)) ?? (await physical.client.get(Pods, physicalKey));
  return found?.metadata?.uid === uid && found.metadata.deletionTimestamp !== undefined;
}

interface Asked {
  readonly ref: VirtualPodRef;
  readonly request: DeleteRequested;
}

/** Whether what the deletion rests on turns out to be wrong. */
async function isRefuted(fleet: Fleet, { physical, physicalKey }: Subject, { ref, request }: Asked): Promise<boolean> {
  const readPhysical = () => physical.client.get(Pods, physicalKey);
  switch (request.verify) {
    case 'virtualGone':
      return lives(fleet, ref);
    case 'anotherCopy':
      return knows(fleet, ref, request.physicalUid);
    case 'unbound':
      return Boolean((await readPhysical())?.spec?.nodeName);
    case 'running':
      return isTerminalPhase((await readPhysical())?.status?.phase);
    case null:
      return false;
  }
}

/** Whether the vPod takes this physical pod, or any, for its own. */
async function knows({ virtual }: Fleet, { pod }: VirtualPodRef, uid: string): Promise<boolean> {
  const vPod = (await virtual.client.get(Pods, pod)) as PodObject | null;
  return vPod?.metadata.uid === pod.uid && isKnownCopy(vPod, { metadata: { ...pod, uid } });
}

async function lives({ virtual }: Fleet, { pod }: VirtualPodRef): Promise<boolean> {
  const vPod = await virtual.client.get(Pods, pod);
  return vPod?.metadata?.uid === pod.uid && vPod.metadata.deletionTimestamp === undefined;
}
