import type { Container, PodSpec, PodStatus, Toleration, Volume } from 'kubernetes-types/core/v1';
import type { OwnerReference } from 'kubernetes-types/meta/v1';
import { forwardAnnotations, physicalAnnotations, physicalLabels, physicalName } from '../../../domain/pods';
import type { Ownership, PodMeta, PodObject } from '../../../domain/pods';

/** The virtual cluster and binding of pods made by {@link aPhysicalPod}. */
export const OWNERSHIP: Ownership = { virtualCluster: 'v-uid', binding: 'east' };

/** A virtual pod bound to a vnode, with the volume that admission adds; each method returns a changed copy. */
export function aPod(name = 'web', namespace = 'default'): PodBuilder {
  return new PodBuilder({
    metadata: { name, namespace, uid: `${name}-uid`, resourceVersion: '10', generation: 1 },
    spec: { nodeName: 'vnode-east-n1', containers: [{ name: 'main', image: 'nginx:1.27' }] },
    status: { phase: 'Pending', qosClass: 'BestEffort', conditions: [{ type: 'PodScheduled', status: 'True' }] },
  });
}

/** The copy of a virtual pod, bound and written from it, without spec translation. */
export function aPhysicalPod(vPod: PodObject, ownership: Ownership = OWNERSHIP): PodBuilder {
  const { name, namespace, uid } = vPod.metadata;
  return new PodBuilder({
    metadata: {
      name: physicalName(name, namespace),
      namespace: 'kubeocean-worker',
      uid: `p-${uid}`,
      resourceVersion: '20',
      generation: 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: physicalLabels(vPod, ownership),
      annotations: physicalAnnotations(vPod),
    },
    spec: { ...vPod.spec, nodeName: 'n1' },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  });
}

/** The volume that the ServiceAccount admission of an API server adds to every pod. */
export function kubeApiAccess(name = 'kube-api-access-x7x9z'): Volume {
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
    },
  };
}

/** Immutable builder: rows of a table share a default and say what differs. */
export class PodBuilder {
  constructor(private readonly pod: PodObject) {}

  meta(metadata: Partial<PodMeta>): PodBuilder {
    return new PodBuilder({ ...this.pod, metadata: { ...this.pod.metadata, ...metadata } });
  }

  labelled(labels: Record<string, string>): PodBuilder {
    return this.meta({ labels: { ...this.pod.metadata.labels, ...labels } });
  }

  annotated(annotations: Record<string, string>): PodBuilder {
    return this.meta({ annotations: { ...this.pod.metadata.annotations, ...annotations } });
  }

  ownedBy(...ownerReferences: (Pick<OwnerReference, 'kind' | 'name'> & Partial<OwnerReference>)[]): PodBuilder {
    const complete = ownerReferences.map((owner) => ({ apiVersion: 'apps/v1', uid: `${owner.name}-uid`, ...owner }));
    return this.meta({ ownerReferences: complete });
  }

  /** Deleted by somebody, with this grace. */
  deleting(deletionGracePeriodSeconds = 30): PodBuilder {
    return this.meta({ deletionTimestamp: '2026-01-01T01:00:00Z', deletionGracePeriodSeconds });
  }

  spec(spec: Partial<PodSpec>): PodBuilder {
    return new PodBuilder({ ...this.pod, spec: { ...this.pod.spec, ...spec } });
  }

  container(container: Partial<Container>): PodBuilder {
    return this.spec({ containers: [{ name: 'main', image: 'nginx:1.27', ...container }] });
  }

  volumes(...volumes: Volume[]): PodBuilder {
    return this.spec({ volumes });
  }

  tolerating(...tolerations: Toleration[]): PodBuilder {
    return this.spec({ tolerations });
  }

  unbound(): PodBuilder {
    return this.spec({ nodeName: undefined });
  }

  status(status: Partial<PodStatus>): PodBuilder {
    return new PodBuilder({ ...this.pod, status: { ...this.pod.status, ...status } });
  }

  phase(phase: string): PodBuilder {
    return this.status({ phase });
  }

  /** As the mirror leaves a virtual pod whose copy this is. */
  mirroring(pPod: PodObject): PodBuilder {
    return this.annotated(forwardAnnotations(pPod));
  }

  build(): PodObject {
    return deepFreeze(this.pod);
  }
}

/** Freezes a JSON value all the way down, so that a rule that changes its input fails. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
