import type { Pod } from 'kubernetes-types/core/v1';
import { copyNeeds, inPlaceUpdate, namesVirtualPod, PodReason, warning } from '../../domain/pods';
import type { InPlaceUpdate, PodObject } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { VirtualPodRef } from '../../workflows/contracts/activities';
import { ensureCopies } from '../copies/ensure-copies';
import type { Fleet } from '../fleet/fleet';
import { applyUpdate } from './apply-update';
import { reportOnPod } from './report';
import { copierFor, readVirtualPod, subjectOf, translationOf } from './subject';
import type { Subject } from './subject';

/** How often a copy that changes meanwhile is read again before the caller's own retry takes over. */
const ATTEMPTS = 4;

/**
 * Carries changes of the vPod that may happen in place over to its physical pod.
 * A change that the physical API refuses is reported on the vPod and not tried again until the vPod changes again; the others are made.
 * @throws KubeError Conflict and passing failures: try again
 */
export async function updatePod(fleet: Fleet, ref: VirtualPodRef): Promise<void> {
  const subject = await subjectOf(fleet, ref);
  const vPod = await readVirtualPod(fleet, ref);
  for (let attempt = 1; vPod !== null; attempt += 1) {
    try {
      return await updateOnce(fleet, subject, { vPod, node: ref.node });
    } catch (error) {
      if (!isKubeError(error, 'Conflict') || attempt >= ATTEMPTS) throw error;
    }
  }
}

async function updateOnce(fleet: Fleet, subject: Subject, { vPod, node }: { vPod: PodObject; node: string }): Promise<void> {
  const { client } = subject.physical;
  const pPod = (await client.get<Pod>(Pods, subject.physicalKey)) as PodObject | null;
  if (pPod === null || !namesVirtualPod(pPod, vPod)) return;
  const context = await translationOf(fleet, subject, node);
  const plan = (copy: PodObject): InPlaceUpdate | null => inPlaceUpdate(vPod, copy, context);
  const update = plan(pPod);
  if (update === null) return;
  const debugs = update.changes.some(({ subresource }) => subresource === 'ephemeralcontainers');
  if (debugs) await ensureCopies(copierFor(fleet, subject), copyNeeds(vPod));
  const refused = await applyUpdate(client, pPod, plan);
  if (refused.length === 0) return;
  const list = refused.map(({ what, why }) => `${what} (${why})`).join('; ');
  await reportOnPod(fleet, vPod, warning(PodReason.FailedUpdatePod, `Failed to update pod: the physical cluster refuses ${list}`));
}
