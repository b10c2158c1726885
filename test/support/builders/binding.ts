import type { ClusterBinding, ClusterBindingSpec, ClusterBindingStatus, ObjectMeta } from '../../../api/names/types';
import { deepFreeze } from './pod';

/** A valid binding with clusterID `<name>-id` that lends every node; each method returns a changed copy. */
export function aBinding(name = 'east'): BindingBuilder {
  return new BindingBuilder({
    apiVersion: 'cloud.tencent.com/v1beta1',
    kind: 'ClusterBinding',
    metadata: { name, uid: `${name}-uid`, generation: 1, creationTimestamp: '2026-01-01T00:00:00Z' },
    spec: {
      clusterID: `${name}-id`,
      secretRef: { name: `${name}-kubeconfig`, namespace: 'kubeocean-system' },
      mountNamespace: 'kubeocean-worker',
    },
  });
}

/** Immutable builder of ClusterBindings. */
export class BindingBuilder {
  constructor(private readonly binding: ClusterBinding) {}

  meta(metadata: Partial<ObjectMeta>): BindingBuilder {
    return new BindingBuilder({ ...this.binding, metadata: { ...this.binding.metadata, ...metadata } });
  }

  spec(spec: Partial<ClusterBindingSpec>): BindingBuilder {
    return new BindingBuilder({ ...this.binding, spec: { ...this.binding.spec, ...spec } });
  }

  status(status: ClusterBindingStatus): BindingBuilder {
    return new BindingBuilder({ ...this.binding, status });
  }

  build(): ClusterBinding {
    return deepFreeze(this.binding);
  }
}
