import type { Pod } from 'kubernetes-types/core/v1';
import { isDeleting, isTerminal, lostStatus, namesVirtualPod, PHYSICAL_POD_LOST_MESSAGE, PodReason, warning } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { VirtualPodRef } from '../../workflows/contracts/activities';
import type { PhysicalGone } from '../../workflows/contracts/virtual-pod';
import type { Fleet } from '../fleet/fleet';
import { reportOnPod } from './report';
import { readVirtualPod, subjectOf } from './subject';
import type { Subject } from './subject';

/**
 * Settles what is left of a pod whose physical pod is gone: a vPod that is terminating goes too, and its tokens, which are worth
 * nothing without it, follow in the next lull (`activities/watch/token-watch`); one that lives has lost its pod and says so.
 * @throws KubeError, CredentialsFault, BindingGone: try again
 */
export async function settlePod(
  fleet: Fleet,
  ref: VirtualPodRef,
  { verify }: PhysicalGone,
): Promise<'gone' | 'failed' | 'present'> {
  const subject = await subjectOf(fleet, ref);
  let vPod = await readVirtualPod(fleet, ref);
  if (verify && (await stands(subject, ref, vPod))) return 'present';
  while (vPod !== null && !isDeleting(vPod)) {
    if (isTerminal(vPod) || (await markLost(fleet, ref, vPod))) return 'failed';
    // The store was behind: what the API server says now decides.
    vPod = await readAgain(fleet, ref);
  }
  if (vPod !== null) await fleet.virtual.client.remove(Pods, ref.pod, { uid: ref.pod.uid, gracePeriodSeconds: 0 });
  return 'gone';
}

async function stands({ physical, physicalKey }: Subject, ref: VirtualPodRef, vPod: PodObject | null): Promise<boolean> {
  const holder = (await physical.client.get<Pod>(Pods, physicalKey)) as PodObject | null;
  return holder !== null && namesVirtualPod(holder, vPod ?? { metadata: ref.pod });
}

/** @returns false when the vPod changed meanwhile */
async function markLost(fleet: Fleet, { binding }: VirtualPodRef, vPod: PodObject): Promise<boolean> {
  const patch = lostStatus(vPod);
  if (patch === null) return true;
  try {
    await fleet.virtual.client.patch(Pods, vPod.metadata, { kind: 'merge', body: patch }, { subresource: 'status' });
  } catch (error) {
    if (isKubeError(error, 'Conflict') || isKubeError(error, 'NotFound')) return false;
    throw error;
  }
  fleet.observer.podLost(binding);
  await reportOnPod(fleet, vPod, warning(PodReason.PhysicalPodLost, PHYSICAL_POD_LOST_MESSAGE));
  return true;
}

async function readAgain({ virtual }: Fleet, { pod }: VirtualPodRef): Promise<PodObject | null> {
  const fresh = (await virtual.client.get<Pod>(Pods, pod)) as PodObject | null;
  return fresh?.metadata.uid === pod.uid ? fresh : null;
}
