import type { Pod } from 'kubernetes-types/core/v1';
import type { ClusterBinding } from '../../api/names/types';
import { hasContainer, isMapped, physicalKey, type PodRoute } from '../../domain/kubelet';
import type { PodObject } from '../../domain/pods';
import { Pods, type KubeClient, type ObjectKey } from '../../kube';
import type { ClusterView, ViewedPod } from './cluster-view';
import type { PhysicalApi, PhysicalApis } from './physical/physical-apis';
import { KubeletRefusal } from './refusal';

/** A virtual pod with the physical one that runs for it. */
export interface FoundPod {
  readonly virtual: ViewedPod;
  readonly binding: ClusterBinding;
  readonly key: Required<ObjectKey>;
  readonly api: PhysicalApi;
}

export interface PodFinder {
  readonly view: ClusterView;
  readonly apis: PhysicalApis;
}

/**
 * Finds the physical pod of a virtual one and makes sure that each is the other's.
 * @throws KubeletRefusal 404 where a kubelet would not know pod or container, 400 where the pod has not been started there yet
 * @throws CredentialsFault, KubeError where a cluster cannot be asked
 */
export async function findPod({ view, apis }: PodFinder, virtual: ViewedPod, route: PodRoute): Promise<FoundPod> {
  const binding = view.bindingOf(virtual.nodeName);
  const mountNamespace = binding?.spec.mountNamespace;
  if (binding === null || !mountNamespace) throw noPod(route);
  const [api, virtualCluster] = await Promise.all([apis.of(binding), view.clusterUid()]);
  const key = physicalKey(virtual, mountNamespace);
  const physical = await readPod(api.client, key);
  if (physical === null) throw new KubeletRefusal(400, waiting(route));
  if (!isMapped(virtual, physical, { virtualCluster, binding: binding.metadata.name })) throw noPod(route);
  if (route.kind !== 'portForward' && !hasContainer(physical, route.container)) throw noContainer(route);
  return { virtual, binding, key, api };
}

async function readPod(client: KubeClient, key: ObjectKey): Promise<PodObject | null> {
  return (await client.get<Pod>(Pods, key)) as PodObject | null;
}

/** In the words of a kubelet, which differ from route to route. */
export function noPod({ kind, pod }: PodRoute): KubeletRefusal {
  return new KubeletRefusal(404, kind === 'containerLogs' ? `pod "${pod.name}" does not exist` : 'pod does not exist');
}

function noContainer({ kind, pod, container }: Exclude<PodRoute, { kind: 'portForward' }>): KubeletRefusal {
  const logs = kind === 'containerLogs';
  return new KubeletRefusal(404, logs ? `container "${container}" not found in pod "${pod.name}"` : `container not found ("${container}")`);
}

function waiting(route: PodRoute): string {
  const subject = route.kind === 'portForward' ? '' : `container "${route.container}" in `;
  return `${subject}pod "${route.pod.name}" is waiting to start: ContainerCreating`;
}
