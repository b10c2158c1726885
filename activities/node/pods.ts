import type { Pod } from 'kubernetes-types/core/v1';
import { isPlaceholder } from '../../domain/host-ports';
import { ignoredBecause, isOurs, isTerminal, ownershipLabels } from '../../domain/pods';
import type { Ownership, PodObject } from '../../domain/pods';
import type { ReclaimPod } from '../../domain/reclaim';
import { Pods } from '../../kube';
import type { Fleet } from '../fleet/fleet';
import { selectorOf } from '../fleet/physical-cluster';
import { BY_NODE } from '../fleet/virtual-cluster';
import type { NodeView } from './facts';

/** The vPods bound to a vnode, as the reclaim rules see them. Our placeholders for host ports are no pods of anybody. */
export function podsOn({ virtual }: Fleet, { binding, vnodeName }: NodeView): ReclaimPod[] {
  const bound = virtual.pods.store.by(BY_NODE, vnodeName) as readonly PodObject[];
  return bound.filter((pod) => !isPlaceholder(pod)).map((pod) => {
    const { uid, namespace, name, labels, deletionTimestamp } = pod.metadata;
    return {
      uid,
      namespace,
      name,
      labels,
      phase: pod.status?.phase,
      deleting: deletionTimestamp !== undefined,
      tolerations: pod.spec.tolerations,
      skipped: ignoredBecause(pod, binding.spec) === 'DaemonSet',
    };
  });
}

/**
 * Active pods of ours on the physical node. The store answers while there are some; that there are none is read back from
 * the physical cluster, because the node's owner relies on it.
 * @throws KubeError
 */
export async function countPhysicalPods(fleet: Fleet, view: NodeView, node: string): Promise<number> {
  const ownership = { virtualCluster: fleet.virtual.uid, binding: view.binding.metadata.name };
  const stored = active(view.physical.pods.store.by(BY_NODE, node), ownership);
  if (stored > 0) return stored;
  const { items } = await view.physical.client.list<Pod>(Pods, {
    namespace: view.binding.spec.mountNamespace,
    fieldSelector: `spec.nodeName=${node}`,
    labelSelector: selectorOf(ownershipLabels(ownership)),
  });
  return active(items, ownership);
}

function active(pods: readonly Pod[], ownership: Ownership): number {
  return pods.filter((pod) => isOurs(pod as PodObject, ownership) && !isTerminal(pod as PodObject)).length;
}

/** Deletes vPods under their UIDs, each with its own termination grace. A pod that is gone is success. */
export async function deletePods({ virtual }: Fleet, pods: readonly ReclaimPod[], uids: readonly string[]): Promise<void> {
  const chosen = pods.filter(({ uid }) => uids.includes(uid));
  await Promise.all(chosen.map(({ namespace, name, uid }) => virtual.client.remove(Pods, { namespace, name }, { uid })));
}
