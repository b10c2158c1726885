import { Finalizer, Label, MANAGED_BY, PLACEHOLDER_NAMESPACE } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { isAbandoned } from '../../domain/binding';
import { physicalNodeOf } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { ClusterBindings, CsiNodes, Pods } from '../../kube';
import type { BindingRef, UnbindPass } from '../../workflows/contracts/activities';
import { recordDebt } from '../debts/record-debt';
import { selectorOf } from '../fleet/selector';
import { isAliveIn } from '../fleet/vpods';
import { BY_BINDING } from '../fleet/virtual-cluster';
import type { Fleet } from '../fleet/fleet';
import { cleanPhysical, removeAll } from './clean-physical';
import { sharesMountNamespace } from './mount-namespace';
import { releaseOriginals } from './release-originals';

const OURS: readonly string[] = [Finalizer.ClusterBindingManager, Finalizer.ClusterBindingSyncer];

/**
 * The last steps of an unbind, once every node is returned: nothing of ours stays in the physical cluster, or it is noted as a
 * debt where that cluster was abandoned; then the finalizers are released. One call does what can be done now and says what is left.
 * @throws KubeError, CredentialsFault while one of the clusters cannot be reached, StoresNotReady while vnodes are not listed yet:
 * the binding waits
 */
export async function finishUnbind(fleet: Fleet, { name, uid }: BindingRef): Promise<UnbindPass> {
  fleet.assertListed();
  const binding = await fleet.virtual.client.get(ClusterBindings, { name });
  if (binding !== null && binding.metadata.uid !== uid) return done('the ClusterBinding is gone');
  const vnodes = fleet.virtual.nodes.store.by(BY_BINDING, name);
  const nodes = vnodes.map((vnode) => physicalNodeOf(vnode as NodeObject)).filter((node) => node !== null);
  if (nodes.length > 0) return { done: false, nodes, reason: `${nodes.length} virtual nodes are left` };
  await cleanVirtual(fleet, name);
  if (binding === null) return done('the ClusterBinding is gone');
  if (wasEverBound(binding)) {
    const left = await settlePhysical(fleet, binding);
    if (left > 0) return { done: false, nodes: [], reason: `${left} pods are still stopping in the physical cluster` };
    await releaseOriginals(fleet.virtual.client, binding.spec.clusterID);
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

/** @returns how many pods of ours are left that somebody waits for */
async function settlePhysical(fleet: Fleet, binding: ClusterBinding): Promise<number> {
  if (isAbandoned(binding)) {
    await recordDebt(fleet, binding);
    return 0;
  }
  const { client } = await fleet.physical(binding);
  return cleanPhysical({
    client,
    mountNamespace: binding.spec.mountNamespace ?? '',
    virtualCluster: fleet.virtual.uid,
    binding: binding.metadata.name,
    // Each node has lost the label with its vnode, by whichever policy.
    formerPolicies: [],
    hasNamesake: false,
    namespaceInUse: sharesMountNamespace(fleet, binding),
    isAlive: isAliveIn(fleet),
    bindingExists: (name) => fleet.virtual.bindings.store.get(name) !== undefined,
  });
}

async function releaseFinalizers({ virtual }: Fleet, { metadata }: ClusterBinding): Promise<void> {
  const { name, uid, resourceVersion, finalizers = [] } = metadata;
  const kept = finalizers.filter((finalizer) => !OURS.includes(finalizer));
  if (kept.length === finalizers.length) return;
  const body = { metadata: { finalizers: kept } };
  await virtual.client.patch(ClusterBindings, { name }, { kind: 'merge', body }, { uid, resourceVersion });
}
