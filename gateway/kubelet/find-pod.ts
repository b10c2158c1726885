import type { Pod } from 'kubernetes-types/core/v1';
import type { ClusterBinding } from '../../api/names/types';
import { hasContainer, isMapped, physicalKey, type PodRoute } from '../../domain/kubelet';
import type { Ownership, PodObject } from '../../domain/pods';
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
  /**
   * Resolves once it is certain that each pod is the other's: nothing may be asked of the physical one before.
   * Rejects with KubeletRefusal 404 where a kubelet would not know pod or container, 400 where it has not been started there yet;
   * with KubeError where a cluster cannot be asked.
   */
  readonly verified: Promise<void>;
}

/** Both sides of a pod: the virtual cluster as it is listed, and the physical ones. */
export interface PodFinder {
  readonly view: ClusterView;
  readonly apis: PhysicalApis;
}

/** How long pods that are each other's are taken to be so, milliseconds: a pod's UID never comes again. */
const VERIFIED_MS = 5_000;

/**
 * Finds the physical pod of a virtual one by name; that each is the other's is being verified, or was a moment ago.
 * @throws KubeletRefusal 404 where no binding has the pod; CredentialsFault, KubeError
 */
export async function findPod({ view, apis }: PodFinder, virtual: ViewedPod, route: PodRoute): Promise<FoundPod> {
  const binding = view.bindingOf(virtual.nodeName);
  const mountNamespace = binding?.spec.mountNamespace;
  if (binding === null || !mountNamespace) throw noPod(route);
  const [api, virtualCluster] = await Promise.all([apis.of(binding), view.clusterUid()]);
  const key = physicalKey(virtual, mountNamespace);
  const ownership = { virtualCluster, binding: binding.metadata.name };
  const container = 'container' in route ? route.container : '';
  const verified = api.verified.get(`${virtual.metadata.uid}/${container}`, async () => {
    await verify(route, virtual, readPod(api.client, key), ownership);
    return { value: undefined, validMs: VERIFIED_MS };
  });
  verified.catch(() => undefined);
  return { virtual, binding, key, api, verified };
}

async function verify(route: PodRoute, virtual: ViewedPod, reading: Promise<PodObject | null>, ownership: Ownership): Promise<void> {
  const physical = await reading;
  if (physical === null) throw new KubeletRefusal(400, waiting(route));
  if (!isMapped(virtual, physical, ownership)) throw noPod(route);
  if (route.kind !== 'portForward' && !hasContainer(physical, route.container)) throw noContainer(route);
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
