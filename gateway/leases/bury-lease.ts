import { Label, MANAGED_BY } from '../../api/names/keys';
import { NodeLeases, Nodes, type KubeClient } from '../../kube';
import { NODE_LEASE_NAMESPACE } from './lease-object';

/**
 * Deletes the heartbeat of a vnode that is gone, so that none is left to a garbage collector. Nothing happens while a Node
 * of that name exists, whosever it is, or where the heartbeat is not ours.
 *
 * @throws KubeError
 */
export async function buryLease(client: KubeClient, vnode: string): Promise<void> {
  const key = { namespace: NODE_LEASE_NAMESPACE, name: vnode };
  const lease = await client.get(NodeLeases, key);
  if (lease?.metadata?.labels?.[Label.ManagedBy] !== MANAGED_BY) return;
  if ((await client.get(Nodes, { name: vnode })) !== null) return;
  const { uid, resourceVersion } = lease.metadata;
  await client.remove(NodeLeases, key, { uid, resourceVersion });
}
