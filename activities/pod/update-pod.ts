import { copyNeeds, inPlaceUpdate, namesVirtualPod, PodReason, warning } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { VirtualPodRef } from '../../workflows/contracts/activities';
import { ensureCopies } from '../copies/ensure-copies';
import type { Fleet } from '../fleet/fleet';
import { reportOnPod } from './report';
import { copierFor, readVirtualPod, subjectOf, translationOf } from './subject';

/**
 * Carries changes of the vPod that may happen in place over to its physical pod.
 * A change that the physical API refuses is reported on the vPod and not tried again until the vPod changes again.
 * @throws KubeError Conflict and passing failures: try again
 */
export async function updatePod(fleet: Fleet, ref: VirtualPodRef): Promise<void> {
  const subject = await subjectOf(fleet, ref);
  const { client } = subject.physical;
  const vPod = await readVirtualPod(fleet, ref);
  const pPod = (await client.get(Pods, subject.physicalKey)) as PodObject | null;
  if (vPod === null || pPod === null || !namesVirtualPod(pPod, vPod)) return;
  const update = inPlaceUpdate(vPod, pPod, translationOf(fleet, subject, ref.node));
  if (update === null) return;
  try {
    // Ephemeral containers first: the hash that says "done" comes with the other patch. That one is then refused once as
    // outdated, and sent again by the retry.
    if (update.ephemeralContainers !== null) {
      await ensureCopies(copierFor(fleet, subject), copyNeeds(vPod));
      const patch = { kind: 'strategic', body: update.ephemeralContainers } as const;
      await client.patch(Pods, subject.physicalKey, patch, { subresource: 'ephemeralcontainers', uid: pPod.metadata.uid });
    }
    await client.patch(Pods, subject.physicalKey, { kind: 'strategic', body: update.patch });
  } catch (error) {
    if (!isKubeError(error, 'InvalidSpec')) throw error;
    // The hash goes along all the same, so that a change that can never be made is not tried for ever.
    await client.patch(Pods, subject.physicalKey, { kind: 'strategic', body: { metadata: update.patch.metadata } });
    await reportOnPod(fleet, vPod, warning(PodReason.FailedUpdatePod, `Failed to update pod: ${error.message}`));
  }
}
