import type { Pod } from 'kubernetes-types/core/v1';
import { isKubeError, Pods } from '../../kube';
import type { KubeObject } from '../../kube';
import type { VirtualCluster } from '../fleet/virtual-cluster';

interface Key {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** `gone`: somebody else had done it, or the pod is not there any more. */
export type Departure = 'deleted' | 'gone';

/** How often a pod that changes under our hands is read again. */
const ATTEMPTS = 5;

type Attempt = (resourceVersion: string) => Promise<Departure>;

/**
 * Deletes a pod with its own termination grace, unless that is under way. The version of the pod that was looked at is a
 * precondition, so two processes, or a store that is behind, never delete a pod twice.
 * @throws KubeError
 */
export async function deleteOnce(cluster: VirtualCluster, pod: Key): Promise<Departure> {
  return once(cluster, pod, async (resourceVersion) => {
    const result = await cluster.client.remove(Pods, pod, { uid: pod.uid, resourceVersion });
    return result === 'deleted' ? 'deleted' : 'gone';
  });
}

/**
 * The same through the Eviction API, which respects disruption budgets.
 * @throws KubeError `DrainBlocked` where a budget does not allow it now
 */
export async function evictOnce(cluster: VirtualCluster, pod: Key): Promise<Departure> {
  const { namespace, name, uid } = pod;
  return once(cluster, pod, async (resourceVersion) => {
    const deleteOptions = { preconditions: { uid, resourceVersion } };
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name }, deleteOptions };
    await cluster.client.createSubresource(Pods, pod, { name: 'eviction', body });
    return 'deleted';
  });
}

async function once({ pods, client }: VirtualCluster, pod: Key, attempt: Attempt): Promise<Departure> {
  let live: KubeObject | null = pods.store.get(`${pod.namespace}/${pod.name}`) ?? null;
  for (let attempts = 1; isThere(live, pod); attempts += 1) {
    try {
      return await attempt(live.metadata?.resourceVersion ?? '');
    } catch (error) {
      if (isKubeError(error, 'NotFound')) return 'gone';
      if (!isKubeError(error, 'Conflict') || attempts >= ATTEMPTS) throw error;
      live = await client.get<Pod>(Pods, pod);
    }
  }
  return 'gone';
}

function isThere(live: KubeObject | null, { uid }: Key): live is KubeObject {
  return live?.metadata?.uid === uid && live.metadata.deletionTimestamp === undefined;
}
