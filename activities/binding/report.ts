import { CLUSTER_BINDING_KIND, GROUP_VERSION } from '../../api/names/group';
import type { ClusterBinding } from '../../api/names/types';
import { recordEvent } from '../../kube';
import type { EventFacts } from '../../kube';
import type { VirtualCluster } from '../fleet/virtual-cluster';
import { COMPONENT } from '../pod/report';

/** Says on the ClusterBinding what happened to it. Best effort: never throws. */
export async function reportOnBinding(
  { client }: VirtualCluster,
  binding: ClusterBinding,
  event: Pick<EventFacts, 'type' | 'reason' | 'message'>,
): Promise<void> {
  const regarding = { apiVersion: GROUP_VERSION, kind: CLUSTER_BINDING_KIND, metadata: binding.metadata };
  await recordEvent(client, { regarding, ...event, reportingComponent: COMPONENT });
}
