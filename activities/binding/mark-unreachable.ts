import { UNREACHABLE } from '../../domain/binding';
import { Reason, setConditions } from '../../domain/conditions';
import { ClusterBindings } from '../../kube';
import type { BindingRef } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';
import { reportOnBinding } from './report';

/** Says that the physical cluster has not answered for a while; the next successful preflight takes it back. */
export async function markUnreachable({ virtual }: Fleet, { name, uid }: BindingRef): Promise<void> {
  const binding = await virtual.client.get(ClusterBindings, { name });
  if (binding === null || binding.metadata.uid !== uid) return;
  const claims = ['Ready', 'Connected'].map((type) => ({
    type,
    status: 'False' as const,
    reason: Reason.ClusterUnreachable,
    message: UNREACHABLE,
    observedGeneration: binding.metadata.generation,
  }));
  const conditions = setConditions(binding.status?.conditions, claims, Date.now());
  if (conditions === binding.status?.conditions) return;
  const body = { status: { phase: 'Failed', conditions } };
  await virtual.client.patch(ClusterBindings, { name }, { kind: 'merge', body }, { subresource: 'status', uid, resourceVersion: binding.metadata.resourceVersion });
  await reportOnBinding(virtual, binding, { type: 'Warning', reason: Reason.ClusterUnreachable, message: UNREACHABLE });
}
