import { virtualPodStatus } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import { isKubeError, Pods } from '../../kube';
import type { VirtualCluster } from '../fleet/virtual-cluster';

/** How often a conflict is answered by reading again before the caller's own retry takes over. */
const ATTEMPTS = 4;

/**
 * The one writer of a live vPod's status and its `physical-pod-*` annotations: one merge patch of `pods/status`, computed from
 * what the callbacks return at the moment of writing and guarded by UID and resourceVersion. Skips when the physical pod is
 * absent, when nothing differs, and never leaves a terminal phase.
 *
 * @returns the vPod as written; null when nothing was
 * @throws KubeError
 */
export async function patchVirtualPodStatus(
  cluster: VirtualCluster,
  readVirtual: () => PodObject | null,
  readPhysical: () => PodObject | null,
): Promise<PodObject | null> {
  let vPod = readVirtual();
  for (let attempt = 1; vPod !== null; attempt += 1) {
    const patch = virtualPodStatus(vPod, readPhysical());
    if (patch === null) return null;
    try {
      const body = { kind: 'merge', body: patch } as const;
      return (await cluster.client.patch(Pods, vPod.metadata, body, { subresource: 'status' })) as PodObject;
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return null;
      if (!isKubeError(error, 'Conflict') || attempt >= ATTEMPTS) throw error;
      vPod = await reread(cluster, vPod);
    }
  }
  return null;
}

/** The store may lag behind the conflict that was just answered: ask the API server. */
async function reread({ client }: VirtualCluster, { metadata }: PodObject): Promise<PodObject | null> {
  const fresh = (await client.get(Pods, metadata)) as PodObject | null;
  return fresh?.metadata.uid === metadata.uid ? fresh : null;
}
