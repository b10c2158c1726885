import { Label, MANAGED_BY } from '../../api/names/keys';
import { isPlaceholder } from '../../domain/host-ports';
import type { PodObject } from '../../domain/pods';
import { CsiNodes, NodeLeases, Pods } from '../../kube';
import type { Fleet } from '../fleet/fleet';
import { BY_NODE } from '../fleet/virtual-cluster';

const NODE_LEASE_NAMESPACE = 'kube-node-lease';

/**
 * Deletes what stands beside a vnode that goes, or is gone: its heartbeat object, its CSINode, its placeholders. No garbage
 * collector is needed for it. Only what is ours: a Node that somebody else gave that name keeps all of its own.
 * @throws KubeError
 */
export async function removeCompanions(fleet: Fleet, vnode: string): Promise<void> {
  await Promise.all([removeNodeLease(fleet, vnode), removeCsiNode(fleet, vnode), removePlaceholders(fleet, vnode)]);
}

async function removeNodeLease({ virtual: { client } }: Fleet, name: string): Promise<void> {
  const key = { namespace: NODE_LEASE_NAMESPACE, name };
  const lease = await client.get(NodeLeases, key);
  if (lease?.metadata?.labels?.[Label.ManagedBy] === MANAGED_BY) await client.remove(NodeLeases, key, { uid: lease.metadata.uid });
}

/** The list holds only ours. One that it does not show yet is removed by the watch, which sees vnode and CSINode. */
async function removeCsiNode({ virtual: { client, csiNodes } }: Fleet, name: string): Promise<void> {
  const copy = csiNodes.store.get(name);
  if (copy !== undefined) await client.remove(CsiNodes, { name }, { uid: copy.metadata?.uid });
}

async function removePlaceholders({ virtual: { client, pods } }: Fleet, vnode: string): Promise<void> {
  const placeholders = (pods.store.by(BY_NODE, vnode) as readonly PodObject[]).filter(isPlaceholder);
  await Promise.all(placeholders.map(({ metadata }) => client.remove(Pods, metadata, { uid: metadata.uid, gracePeriodSeconds: 0 })));
}
