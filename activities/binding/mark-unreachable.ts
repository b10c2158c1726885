import { Reason, setConditions } from '../../domain/conditions';
import { ClusterBindings } from '../../kube';
import type { BindingRef } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';
import { reportOnBinding } from './report';

const MESSAGE = 'The API server of the physical cluster does not answer; its pods are left alone, new ones are kept away.';

/** Says that the physical cluster has not answered for a while; the next successful preflight takes it back. */
export async function markUnreachable({ virtual }: Fleet, { name, uid }: BindingRef): Promise<void> {
  const binding = await virtual.client.get(ClusterBindings, { name });
  if (binding === null || binding.metadata.uid !== uid) return;
  const claims = ['Ready', 'Connected'].map((type) => ({
    type,
    status: 'False' as const,
    reason: Reason.ClusterUnreachable,
    message: MESSAGE,
    observedGeneration: binding.metadata.generation,
  }));
  const conditions = setConditions(binding.status?.conditions, claims, Date.now());
  if (conditions === binding.status?.conditions) return;
  const body = { status: { conditions } };
  await virtual.client.patch(ClusterBindings, { name }, { kind: 'merge', body }, { subresource: 'status', uid });
  await reportOnBinding(virtual, binding, { type: 'Warning', reason: Reason.ClusterUnreachable, message: MESSAGE });
}
