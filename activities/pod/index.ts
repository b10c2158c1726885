import { ClusterBindings } from '../../kube';
import type { PodActivities, VirtualPodRef } from '../../workflows/contracts/activities';
import { failing } from '../failing';
import type { Fleet } from '../fleet/fleet';
import { deletePod } from './delete-pod';
import { placePod } from './place-pod';
import { settlePod } from './settle-pod';
import { BindingGone, readVirtualPod } from './subject';
import { updatePod } from './update-pod';

/** Activities of the `virtualPod` workflow: one idempotent step each. */
export function podActivities(fleet: Fleet): PodActivities {
  return {
    createPhysicalPod: failing(async (ref) => {
      const vPod = await readVirtualPod(fleet, ref);
      return vPod === null ? { result: 'gone' } : placePod(fleet, ref, vPod);
    }),
    deletePhysicalPod: failing((ref, request) => unlessOrphaned(fleet, ref, { run: () => deletePod(fleet, ref, request), orphaned: 'absent' })),
    settlePod: failing((ref, gone) => unlessOrphaned(fleet, ref, { run: () => settlePod(fleet, ref, gone), orphaned: 'gone' })),
    updatePhysicalPod: failing((ref) => unlessOrphaned(fleet, ref, { run: () => updatePod(fleet, ref), orphaned: undefined })),
  };
}

/**
 * A pod whose binding is provably gone can never be reached again: its workflow has nothing left to do. What may be left of it in
 * the physical cluster went with the unbind, or is a debt.
 */
async function unlessOrphaned<R>(
  fleet: Fleet,
  { binding, bindingUid }: VirtualPodRef,
  { run, orphaned }: { readonly run: () => Promise<R>; readonly orphaned: R },
): Promise<R> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof BindingGone)) throw error;
    const found = await fleet.virtual.client.get(ClusterBindings, { name: binding });
    if (found?.metadata.uid === bindingUid) throw error;
    return orphaned;
  }
}
