import type { PersistentVolume } from 'kubernetes-types/core/v1';
import type { ClusterBinding } from '../../api/names/types';
import { ignoredBecause, isTerminal, sourceKey } from '../../domain/pods';
import type { PodObject, SourceRef } from '../../domain/pods';
import { BY_VOLUME_SECRET } from '../fleet/sources';
import { BY_DEPENDENCY } from '../fleet/virtual-cluster';
import type { VirtualCluster } from '../fleet/virtual-cluster';
import { vnodeState } from '../fleet/vnodes';

/** The live pods of a binding that need a virtual object: because they name it, or for the sake of a volume they use. */
export function usersOf(virtual: VirtualCluster, binding: ClusterBinding, ref: SourceRef): PodObject[] {
  return podsNaming(virtual, ref).filter((pod) => isUser(virtual, binding, pod));
}

/** Whether there is such a pod; a ConfigMap that thousands share is asked for with every pod that ends. */
export function isUsed(virtual: VirtualCluster, binding: ClusterBinding, ref: SourceRef): boolean {
  return podsNaming(virtual, ref).some((pod) => isUser(virtual, binding, pod));
}

/** Whether a pod counts: it is this binding's to run, and has not ended. One that is being deleted still may need everything. */
export function isUser({ nodes }: VirtualCluster, binding: ClusterBinding, pod: PodObject): boolean {
  if (isTerminal(pod) || ignoredBecause(pod, binding.spec) !== null) return false;
  return vnodeState(nodes.store.get(pod.spec.nodeName ?? ''), binding) !== 'foreign';
}

function podsNaming(virtual: VirtualCluster, ref: SourceRef): PodObject[] {
  const direct = virtual.pods.store.by(BY_DEPENDENCY, sourceKey(ref)) as readonly PodObject[];
  if (ref.kind === 'PersistentVolume') return podsOfVolume(virtual, virtual.sources.PersistentVolume.store.get(ref.name));
  if (ref.kind !== 'Secret') return [...direct];
  const volumes = virtual.sources.PersistentVolume.store.by(BY_VOLUME_SECRET, sourceKey(ref));
  return [...direct, ...volumes.flatMap((volume) => podsOfVolume(virtual, volume))];
}

function podsOfVolume(virtual: VirtualCluster, volume: PersistentVolume | undefined): PodObject[] {
  const { namespace = '', name = '' } = volume?.spec?.claimRef ?? {};
  return name === '' ? [] : podsNaming(virtual, { kind: 'PersistentVolumeClaim', namespace, name });
}
