import type { PodActivities } from '../../workflows/contracts/activities';
import { failing } from '../failing';
import type { Fleet } from '../fleet/fleet';
import { deletePod } from './delete-pod';
import { placePod } from './place-pod';
import { settlePod } from './settle-pod';
import { readVirtualPod } from './subject';
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
