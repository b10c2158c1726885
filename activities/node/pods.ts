import type { Pod } from 'kubernetes-types/core/v1';
import { Annotation } from '../../api/names/keys';
import type { ClusterBindingSpec } from '../../api/names/types';
import { isPlaceholder } from '../../domain/host-ports';
import { ignoredBecause, isOurs, ownershipLabels, virtualPodOf } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import type { PhysicalPod, ReclaimPod } from '../../domain/reclaim';
import { Pods } from '../../kube';
import type { Fleet } from '../fleet/fleet';
import { selectorOf } from '../fleet/selector';
import { BY_NODE, BY_VIRTUAL_UID } from '../fleet/virtual-cluster';
import type { NodeView } from './facts';

/** The vPods bound to a vnode, as the reclaim rules see them. Our placeholders for host ports are no pods of anybody. */
export function podsOn({ virtual }: Fleet, view: NodeView): ReclaimPod[] {
  const bound = virtual.pods.store.by(BY_NODE, view.vnodeName) as readonly PodObject[];
  return bound
    .filter((pod) => !isPlaceholder(pod))
    .map((pod) => {
      const seen = toReclaimPod(pod, view.binding.spec);
      return { ...seen, copied: seen.copied === true || hasCopy(view, pod) };
    });
}

/** The annotation may be ahead of the list of the physical cluster. */
function hasCopy({ physical }: NodeView, { metadata }: PodObject): boolean {
  return physical.pods.store.by(BY_VIRTUAL_UID, metadata.uid).length > 0;
}

/** A vPod as the reclaim rules see it; whether it has a copy, as its annotation tells, which outlives the copy. */
export function toReclaimPod(pod: PodObject, binding: ClusterBindingSpec): ReclaimPod {
  const { uid, namespace, name, labels, annotations, deletionTimestamp, creationTimestamp } = pod.metadata;
  return {
    ...{ uid, namespace, name, labels, annotations },
    phase: pod.status?.phase,
    deleting: deletionTimestamp !== undefined,
    goneBy: instant(deletionTimestamp),
    createdAt: instant(creationTimestamp),
    terminationGraceSeconds: pod.spec.terminationGracePeriodSeconds,
    tolerations: pod.spec.tolerations,
    daemon: (pod.metadata.ownerReferences ?? []).some(({ kind }) => kind === 'DaemonSet'),
    skipped: ignoredBecause(pod, binding) === 'DaemonSet',
    copied: annotations?.[Annotation.PhysicalPodUid] !== undefined && deletionTimestamp === undefined,
  };
}

function instant(text: string | undefined): number | undefined {
  const millis = Date.parse(text ?? '');
  return Number.isNaN(millis) ? undefined : millis;
}

/**
 * Pods of ours on the physical node, ended ones too. The store answers while there are some; that there are none is read back
 * from the physical cluster, because the node's owner relies on it.
 * @throws KubeError
 */
export async function physicalPodsOn(fleet: Fleet, view: NodeView, node: string): Promise<PhysicalPod[]> {
  const ownership = { virtualCluster: fleet.virtual.uid, binding: view.binding.metadata.name };
  const ours = (pods: readonly Pod[]) => (pods as readonly PodObject[]).filter((pod) => isOurs(pod, ownership)).map(toPhysicalPod);
  const stored = ours(view.physical.pods.store.by(BY_NODE, node));
  if (stored.length > 0) return stored;
  const { items } = await view.physical.client.list<Pod>(Pods, {
    namespace: view.binding.spec.mountNamespace,
    fieldSelector: `spec.nodeName=${node}`,
    labelSelector: selectorOf(ownershipLabels(ownership)),
  });
  return ours(items);
}

function toPhysicalPod(pod: PodObject): PhysicalPod {
  const { uid, namespace, name } = pod.metadata;
  return { uid, namespace, name, virtualUid: virtualPodOf(pod)?.uid ?? null };
}
