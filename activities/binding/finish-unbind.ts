import { Finalizer, Label, MANAGED_BY, PLACEHOLDER_NAMESPACE } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { ownershipLabels } from '../../domain/pods';
import { physicalNodeOf } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { ClusterBindings, ConfigMaps, CsiNodes, Nodes, Pods, ResourceLeasingPolicies, Secrets } from '../../kube';
import type { KubeClient, KubeObject, ResourceType } from '../../kube';
import type { BindingRef, UnbindPass } from '../../workflows/contracts/activities';
import { selectorOf } from '../fleet/physical-cluster';
import { BY_BINDING } from '../fleet/virtual-cluster';
import type { Fleet } from '../fleet/fleet';
import { releaseMountNamespace } from './mount-namespace';

const OURS: readonly string[] = [Finalizer.ClusterBindingManager, Finalizer.ClusterBindingSyncer];

/**
 * The last steps of an unbind, once every node is returned: nothing of ours stays in the physical cluster, then the finalizers
 * of the binding are released. One call does what can be done now and says what is left.
 * @throws KubeError, CredentialsFault while one of the clusters cannot be reached: the binding waits
 */
export async function finishUnbind(fleet: Fleet, { name, uid }: BindingRef): Promise<UnbindPass> {
  const binding = await fleet.virtual.client.get(ClusterBindings, { name });
  if (binding === null || binding.metadata.uid !== uid) return done('the ClusterBinding is gone');
  const vnodes = fleet.virtual.nodes.store.by(BY_BINDING, name);
  const nodes = vnodes.map((vnode) => physicalNodeOf(vnode as NodeObject)).filter((node) => node !== null);
  if (nodes.length > 0) return { done: false, nodes, reason: `${nodes.length} virtual nodes are left` };
  await cleanVirtual(fleet, name);
  if (wasEverBound(binding)) {
    const left = await cleanPhysical(fleet, binding);
    if (left > 0) return { done: false, nodes: [], reason: `${left} pods are still stopping in the physical cluster` };
  }
  await releaseFinalizers(fleet, binding);
  return done('nothing is left');
}

const done = (reason: string): UnbindPass => ({ done: true, nodes: [], reason });

/** A binding that never came to be Ready has written nothing into the physical cluster. */
function wasEverBound({ status, metadata }: ClusterBinding): boolean {
  return status?.lastSyncTime !== undefined || (metadata.finalizers ?? []).some((finalizer) => OURS.includes(finalizer));
}

/** What stood beside the vnodes goes with each; this is for what a process that was behind has put there since. */
async function cleanVirtual({ virtual: { client, csiNodes } }: Fleet, binding: string): Promise<void> {
  const labelSelector = selectorOf({ [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: binding });
  await removeAll(client, Pods, { namespace: PLACEHOLDER_NAMESPACE, labelSelector });
  if (csiNodes.hasSynced()) await removeAll(client, CsiNodes, { labelSelector });
}

/** @returns how many pods of ours are left */
async function cleanPhysical(fleet: Fleet, binding: ClusterBinding): Promise<number> {
  const { client } = await fleet.physical(binding);
  const namespace = binding.spec.mountNamespace ?? '';
  const labelSelector = selectorOf(ownershipLabels({ virtualCluster: fleet.virtual.uid, binding: binding.metadata.name }));
  const pods = await removeAll(client, Pods, { namespace, labelSelector });
  if (pods > 0) return pods;
  await removeAll(client, Secrets, { namespace, labelSelector });
  await removeAll(client, ConfigMaps, { namespace, labelSelector });
  await releasePolicies(client, binding.metadata.name);
  await releaseMountNamespace(client, namespace, fleet.virtual.uid);
  return 0;
}

/** Deletes everything that the selection finds, under its UID. @returns how many there were */
async function removeAll<T extends KubeObject>(
  client: KubeClient,
  type: ResourceType<T>,
  selection: { namespace?: string; labelSelector: string },
): Promise<number> {
  const { items } = await client.list(type, { ...selection, metadataOnly: true });
  await Promise.all(
    items.map(({ metadata }) =>
      metadata?.deletionTimestamp === undefined
        ? client.remove(type, { namespace: selection.namespace, name: metadata?.name ?? '' }, { uid: metadata?.uid })
        : undefined,
    ),
  );
  return items.length;
}

/** Earlier installations put a finalizer on policies and a label on nodes; both must not outlive the binding. */
async function releasePolicies(client: KubeClient, binding: string): Promise<void> {
  const { items } = await client.list(ResourceLeasingPolicies);
  const policies = items.filter(({ spec }) => spec.cluster === binding);
  for (const { metadata } of policies.filter((policy) => policy.metadata.finalizers?.includes(Finalizer.Policy))) {
    const finalizers = metadata.finalizers?.filter((finalizer) => finalizer !== Finalizer.Policy);
    const { name, uid, resourceVersion } = metadata;
    await client.patch(ResourceLeasingPolicies, { name }, { kind: 'merge', body: { metadata: { finalizers } } }, { uid, resourceVersion });
  }
  const names = new Set(policies.map(({ metadata }) => metadata.name));
  const nodes = await client.list(Nodes, { labelSelector: Label.PolicyApplied, metadataOnly: true });
  for (const { metadata } of nodes.items) {
    if (!names.has(metadata?.labels?.[Label.PolicyApplied] ?? '')) continue;
    const body = { metadata: { labels: { [Label.PolicyApplied]: null } } };
    await client.patch(Nodes, { name: metadata?.name ?? '' }, { kind: 'merge', body });
  }
}

async function releaseFinalizers({ virtual }: Fleet, { metadata }: ClusterBinding): Promise<void> {
  const { name, uid, resourceVersion, finalizers = [] } = metadata;
  const kept = finalizers.filter((finalizer) => !OURS.includes(finalizer));
  if (kept.length === finalizers.length) return;
  const body = { metadata: { finalizers: kept } };
  await virtual.client.patch(ClusterBindings, { name }, { kind: 'merge', body }, { uid, resourceVersion });
}
