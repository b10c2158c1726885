import type { ResourceLeasingPolicySpec } from '../../../api/names/types';
import { POLICIES_PATH } from './manifests';
import type { Rig } from './rig';

/** Edits the policy that lends the nodes which run the pods. */
export async function editMainPolicy({ physical }: Rig, spec: Partial<ResourceLeasingPolicySpec>): Promise<void> {
  await physical.api.merge(`${POLICIES_PATH}/bench-main`, { spec });
}
