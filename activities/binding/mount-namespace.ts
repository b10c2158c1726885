import { Label, MANAGED_BY } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { KubeError, Namespaces, Pods } from '../../kube';
import type { KubeClient } from '../../kube';
import type { Fleet } from '../fleet/fleet';

/**
 * Puts this virtual cluster's label on the mount namespace, so that two virtual clusters on one physical cluster do not meet.
 * @throws KubeError NotOwned when another virtual cluster has claimed it meanwhile
 */
export async function claimMountNamespace(fleet: Fleet, binding: ClusterBinding): Promise<void> {
  const { client } = await fleet.physical(binding);
  const name = binding.spec.mountNamespace ?? '';
  const namespace = await client.get(Namespaces, { name });
  const holder = namespace?.metadata?.labels?.[Label.VirtualCluster];
  if (holder === fleet.virtual.uid) return;
  if (holder !== undefined) throw new KubeError({ code: 'NotOwned', verb: 'patch', kind: 'Namespace', key: name });
  const resourceVersion = namespace?.metadata?.resourceVersion;
  const body = { metadata: { labels: { [Label.VirtualCluster]: fleet.virtual.uid } } };
  await client.patch(Namespaces, { name }, { kind: 'merge', body }, { resourceVersion });
}

/** Takes the label off when nothing of this virtual cluster, of whatever binding, is left in the namespace. */
export async function releaseMountNamespace(client: KubeClient, name: string, virtualCluster: string): Promise<void> {
  const namespace = await client.get(Namespaces, { name });
  if (namespace?.metadata?.labels?.[Label.VirtualCluster] !== virtualCluster) return;
  const labelSelector = `${Label.ManagedBy}=${MANAGED_BY},${Label.VirtualCluster}=${virtualCluster}`;
  const { items } = await client.list(Pods, { namespace: name, labelSelector, metadataOnly: true });
  if (items.length > 0) return;
  const body = { metadata: { labels: { [Label.VirtualCluster]: null } } };
  await client.patch(Namespaces, { name }, { kind: 'merge', body });
}

/** Whether the mount namespace of a binding is also that of another binding here: they share one claim. */
export function sharesMountNamespace({ virtual }: Fleet, { metadata, status }: ClusterBinding): boolean {
  const uid = status?.mountNamespaceUID;
  const others = virtual.bindings.store.list().filter((other) => other.metadata.uid !== metadata.uid);
  return uid !== undefined && others.some((other) => other.status?.mountNamespaceUID === uid);
}
