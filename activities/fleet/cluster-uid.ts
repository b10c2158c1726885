import type { ClusterBinding } from '../../api/names/types';
import { createKubeClient, isKubeError, KubeError, Namespaces } from '../../kube';
import type { ClusterAccess, KubeClient, RequestOptions } from '../../kube';

/** By this namespace clusters are told apart: it is made with the cluster, and cannot be deleted. */
const KUBE_SYSTEM = 'kube-system';

/** UID of kube-system, the customary identity of a cluster. @throws Error where there is none; KubeError */
export async function readClusterUid(client: KubeClient): Promise<string> {
  const uid = await kubeSystemUid(client);
  if (uid === null) throw new Error(`${client.server} has no namespace kube-system: is it a Kubernetes cluster?`);
  return uid;
}

async function kubeSystemUid(client: KubeClient, options?: RequestOptions): Promise<string | null> {
  return (await client.get(Namespaces, { name: KUBE_SYSTEM }, options))?.metadata?.uid ?? null;
}

/** UID of a cluster; null: these credentials may not read it. @throws KubeError */
export async function clusterUidOf(client: KubeClient, options?: RequestOptions): Promise<string | null> {
  try {
    return await kubeSystemUid(client, options);
  } catch (error) {
    if (isKubeError(error, 'Unauthorized')) return null;
    throw error;
  }
}

/** Whether these credentials lead to another cluster than the one that is bound; false where that cannot be told. @throws KubeError */
export async function leadsElsewhere(access: ClusterAccess, bound: string | undefined): Promise<boolean> {
  if (bound === undefined) return false;
  const client = createKubeClient(access, { component: 'identity', connections: 1 });
  try {
    const found = await clusterUidOf(client);
    return found !== null && found !== bound;
  } finally {
    await client.close();
  }
}

/**
 * Resolves once these credentials are known not to lead to another cluster than the one that is bound. In another one everything
 * that is lent would seem to be gone: to us it is a cluster that does not answer, until the Secret is put right.
 * @param bound the binding as it is now: its cluster becomes known when it is first accepted
 * @returns to be awaited before each request. Rejects with KubeError `ApiUnavailable`
 */
export function onlyBoundCluster(access: ClusterAccess, bound: () => ClusterBinding | undefined): () => Promise<void> {
  let judged: Promise<void> | null = null;
  const judge = async (): Promise<void> => {
    if (!(await leadsElsewhere(access, bound()?.status?.clusterUID))) return;
    throw new KubeError({ code: 'ApiUnavailable', verb: 'get', kind: 'Namespace', key: KUBE_SYSTEM, reason: 'AnotherCluster' });
  };
  return () => {
    judged ??= judge().catch((error: unknown) => {
      judged = null;
      throw error;
    });
    return judged;
  };
}
