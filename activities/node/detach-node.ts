import type { Node, Pod } from 'kubernetes-types/core/v1';
import { isAbandoned } from '../../domain/binding';
import { Reason } from '../../domain/conditions';
import type { ReclaimNote } from '../../domain/reclaim';
import { isVnodeOf, physicalNodeOf, teardownPatch } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { ClusterBindings, Nodes, Pods } from '../../kube';
import type { NodePass, NodeRef } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';
import { StoresNotReady } from '../fleet/stores-not-ready';
import { BY_BINDING, BY_NODE } from '../fleet/virtual-cluster';
import type { DismissPods } from '../temporal/dismiss-pods';
import { removeCompanions } from './remove-companions';
import { releaseVnode } from './return-node';

/** How soon it is looked whether the pods' workflows have ended, milliseconds. */
const RECHECK_MILLIS = 2_000;

/**
 * Takes a node out of the virtual cluster without its physical cluster: because somebody gave that up (annotation `abandon` on a
 * binding that is being deleted), or because the binding is gone although its vnodes are not. Its pods are deleted at once, since
 * nobody can stop them in order; what may still run over there is the debts' business.
 * @returns null when neither is the case
 * @throws KubeError; StoresNotReady while this process does not know the virtual cluster, or the binding, yet
 */
export async function detachNode(fleet: Fleet, ref: NodeRef, dismissPods: DismissPods): Promise<NodePass | null> {
  const why = await whyDetached(fleet, ref);
  if (why === null) return null;
  const vnode = await readVnode(fleet, ref);
  if (vnode !== null) await removeVnode(fleet, vnode);
  const open = await dismissPods(ref);
  const left = vnode === null ? 0 : fleet.virtual.pods.store.by(BY_NODE, vnode.metadata.name).length;
  return {
    phase: open === 0 ? 'Returned' : 'Returning',
    reason: why,
    windowEnd: null,
    wakeAt: open === 0 ? null : Date.now() + RECHECK_MILLIS,
    edge: null,
    deadline: null,
    forcedSince: null,
    stuck: false,
    pods: left,
  };
}

async function whyDetached(fleet: Fleet, { binding: name, bindingUid }: NodeRef): Promise<string | null> {
  const stored = fleet.binding(name, bindingUid);
  if (stored !== undefined && !isAbandoned(stored)) return null;
  const found = await fleet.virtual.client.get(ClusterBindings, { name });
  if (found === null) return `${Reason.BindingGone}: the ClusterBinding is gone.`;
  if (found.metadata.uid !== bindingUid) return null;
  if (isAbandoned(found)) return `${Reason.ClusterAbandoned}: the physical cluster was given up.`;
  if (stored !== undefined) return null;
  throw new StoresNotReady(`ClusterBinding ${name} is not in the list yet`);
}

/** By the store, then from the API server: a vnode that another process changed meanwhile is no reason to fail. */
async function readVnode({ virtual }: Fleet, { binding, node }: NodeRef): Promise<NodeObject | null> {
  const vnodes = virtual.nodes.store.by(BY_BINDING, binding) as readonly NodeObject[];
  const stored = vnodes.find((vnode) => physicalNodeOf(vnode) === node);
  if (stored === undefined) return null;
  const live = (await virtual.client.get<Node>(Nodes, { name: stored.metadata.name })) as NodeObject | null;
  return live !== null && isVnodeOf(live, { name: binding }) ? live : null;
}

/** Closed to new pods first, so that none arrives while the others go; its finalizer last. @throws KubeError */
export async function removeVnode(fleet: Fleet, vnode: NodeObject): Promise<void> {
  const { client } = fleet.virtual;
  const { name, uid, deletionTimestamp } = vnode.metadata;
  const note: ReclaimNote = { phase: 'Returning', reason: Reason.ClusterAbandoned, message: 'The physical cluster was given up.' };
  const closing = teardownPatch(vnode, { startedAt: Date.now(), deleteVnode: true, note });
  if (closing !== null) await client.patch(Nodes, { name }, { kind: 'merge', body: closing });
  if (deletionTimestamp === undefined) await client.remove(Nodes, { name }, { uid });
  const { items: pods } = await client.list<Pod>(Pods, { fieldSelector: `spec.nodeName=${name}`, metadataOnly: true });
  await Promise.all(
    pods.map(({ metadata }) =>
      client.remove(Pods, { namespace: metadata?.namespace, name: metadata?.name ?? '' }, { uid: metadata?.uid, gracePeriodSeconds: 0 }),
    ),
  );
  // Before the vnode is gone: afterwards gateways look for its heartbeat, too.
  await removeCompanions(fleet, name);
  await releaseVnode(fleet, vnode);
}
