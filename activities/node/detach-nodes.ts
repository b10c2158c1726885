import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import { isAbandoned } from '../../domain/binding';
import type { NodeObject } from '../../domain/vnode';
import { ClusterBindings, isKubeError, Nodes } from '../../kube';
import type { BindingRef } from '../../workflows/contracts/activities';
import type { Fleet } from '../fleet/fleet';
import { BY_BINDING } from '../fleet/virtual-cluster';
import { removeVnode } from './detach-node';

/** Vnodes taken away at the same time. */
const CONCURRENCY = 32;
/** How long one call begins with further vnodes, milliseconds. */
const SLICE_MILLIS = 2_000;
/** How long the list may take to show what was taken away, milliseconds, and how often it is asked. */
const SHOWN_MILLIS = 1_000;
const POLL_MILLIS = 50;

/**
 * Takes the vnodes of an abandoned binding, or of one that is gone, out of the virtual cluster, many at once: with their pods and what
 * stands beside them, as `detachNode` does with one.
 * @returns how many are left, because time was up or because they failed: call again while they become fewer
 * @throws KubeError; StoresNotReady while this process does not know the virtual cluster yet
 */
export async function detachNodes(fleet: Fleet, { name, uid }: BindingRef): Promise<number> {
  fleet.assertListed();
  const binding = await fleet.virtual.client.get(ClusterBindings, { name });
  if (binding !== null && (binding.metadata.uid !== uid || !isAbandoned(binding))) return 0;
  const until = Date.now() + SLICE_MILLIS;
  const limit = pLimit(CONCURRENCY);
  const detach = async (vnode: NodeObject): Promise<boolean> => Date.now() < until && (await removeAsListed(fleet, vnode));
  const listed = () => fleet.virtual.nodes.store.by(BY_BINDING, name) as readonly NodeObject[];
  const results = await Promise.allSettled(listed().map((vnode) => limit(() => detach(vnode))));
  const left = results.filter((result) => result.status === 'rejected' || !result.value).length;
  // Whoever asks next whether any vnode is left asks the list.
  for (const by = Date.now() + SHOWN_MILLIS; listed().length > left && Date.now() < by; ) await delay(POLL_MILLIS);
  return left;
}

/** The list may be a moment behind: it shows what the call before has taken away, or not what somebody has written since. */
async function removeAsListed(fleet: Fleet, listed: NodeObject): Promise<true> {
  try {
    await removeVnode(fleet, listed);
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return true;
    if (!isKubeError(error, 'Conflict')) throw error;
    const { name, uid } = listed.metadata;
    const live = (await fleet.virtual.client.get(Nodes, { name })) as NodeObject | null;
    if (live?.metadata.uid === uid) await removeVnode(fleet, live);
  }
  return true;
}
