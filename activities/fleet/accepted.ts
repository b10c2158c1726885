import type { ClusterBinding, ResourceLeasingPolicy } from '../../api/names/types';
import { acceptedBinding, acceptedPolicy } from '../../domain/guard';
import type { ActivitySettings } from '../settings';

type Guarding = Pick<ActivitySettings, 'maxReclaimPercent'>;

/** A stored object is never changed, only replaced: each is read once, and its accepted form keeps its identity. */
const policies = new WeakMap<ResourceLeasingPolicy, ResourceLeasingPolicy>();
const bindings = new WeakMap<ClusterBinding, ClusterBinding>();

function once<T extends object>(known: WeakMap<T, T>, object: T, make: (object: T) => T): T {
  const made = known.get(object) ?? make(object);
  known.set(object, made);
  return made;
}

/** The policy that counts: as written or, while edits are guarded, as accepted. */
export function countingPolicy({ maxReclaimPercent }: Guarding, policy: ResourceLeasingPolicy): ResourceLeasingPolicy {
  return maxReclaimPercent === null ? policy : once(policies, policy, acceptedPolicy);
}

/** The binding that counts: as written or, while edits are guarded, with the selector that was accepted. */
export function countingBinding({ maxReclaimPercent }: Guarding, binding: ClusterBinding): ClusterBinding {
  return maxReclaimPercent === null ? binding : once(bindings, binding, acceptedBinding);
}
