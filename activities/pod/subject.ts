import type { Pod } from 'kubernetes-types/core/v1';
import type { ClusterBinding } from '../../api/names/types';
import { physicalName } from '../../domain/pods';
import type { Ownership, PodObject, TranslationContext } from '../../domain/pods';
import { resolvesThere } from '../../domain/services';
import { Pods } from '../../kube';
import type { ObjectKey } from '../../kube';
import type { VirtualPodRef } from '../../workflows/contracts/activities';
import { copierOf } from '../copies/copier';
import type { Copier } from '../copies/copier';
import type { ResolvedEndpoints } from '../fleet/endpoints';
import type { Fleet } from '../fleet/fleet';
import type { PhysicalCluster } from '../fleet/physical-cluster';

/** What a step on one pod works with. */
export interface Subject {
  readonly binding: ClusterBinding;
  readonly physical: PhysicalCluster;
  readonly ownership: Ownership;
  readonly mountNamespace: string;
  /** Where the copy stands or will stand. */
  readonly physicalKey: ObjectKey;
}

/** The binding is gone or another one of its name: the pod cannot be reached through it. */
export class BindingGone extends Error {
  override readonly name = 'BindingGone';
}

/** @throws BindingGone, StoresNotReady, CredentialsFault, KubeError */
export async function subjectOf(fleet: Fleet, ref: VirtualPodRef): Promise<Subject> {
  const binding = fleet.binding(ref.binding, ref.bindingUid);
  const mountNamespace = binding?.spec.mountNamespace;
  if (binding === undefined || !mountNamespace) throw new BindingGone(`ClusterBinding ${ref.binding} is gone`);
  return {
    binding,
    physical: await fleet.physical(binding),
    ownership: { virtualCluster: fleet.virtual.uid, binding: ref.binding },
    mountNamespace,
    physicalKey: { namespace: mountNamespace, name: physicalName(ref.pod.name, ref.pod.namespace) },
  };
}

/** Makes and removes the copies of what this binding's pods need. */
export function copierFor(fleet: Fleet, { physical, mountNamespace, ownership }: Subject): Copier {
  return copierOf({ ...ownership, fleet, physical, mountNamespace });
}

/** What copies are made with, and what is missing to make them. */
export type Translation = TranslationContext & Pick<ResolvedEndpoints, 'unresolvedDns'>;

/** What the copies of this binding's pods on one physical node are made with. */
export async function translationOf({ virtual }: Fleet, subject: Subject, physicalNode: string): Promise<Translation> {
  return {
    ...subject.ownership,
    mountNamespace: subject.mountNamespace,
    physicalNode,
    directScheduling: subject.binding.spec.directScheduling,
    podPriorityClassName: subject.binding.spec.podPriorityClassName,
    ...(await virtual.endpoints.resolve(subject.binding)),
    resolvesThere: resolvesThere(subject.binding.spec),
  };
}

/** The vPod from this process's store, else from the API server; null when it is gone or another one of its name. */
export async function readVirtualPod(fleet: Fleet, { pod }: VirtualPodRef): Promise<PodObject | null> {
  const stored = fleet.virtual.pods.store.get(`${pod.namespace}/${pod.name}`);
  const found = stored?.metadata?.uid === pod.uid ? stored : await fleet.virtual.client.get<Pod>(Pods, pod);
  return found?.metadata?.uid === pod.uid ? (found as PodObject) : null;
}
