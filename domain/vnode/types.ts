import type { NodeSpec, NodeStatus } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from '../../api/names/types';

/** A Node as an API server returns it, physical or virtual. Rules never change one. */
export interface NodeObject {
  readonly metadata: ObjectMeta;
  readonly spec?: Readonly<NodeSpec>;
  readonly status?: Readonly<NodeStatus>;
}

/** What the vnode rules need of a ClusterBinding. */
export interface VnodeBinding {
  readonly name: string;
  readonly clusterID: string;
  /** True: no taint `kubeocean.io/vnode`. Default false. */
  readonly disableNodeDefaultTaint?: boolean;
}

/** Where the kubelet API of a vnode is served. */
export interface VnodeEndpoint {
  /** IP address of the gateway as the virtual cluster reaches it; `null` while it has none. */
  readonly address: string | null;
  /** Kubelet port of this vnode there. */
  readonly kubeletPort: number;
  /** Port there that stands for every vnode and is advertised instead; absent: none does. */
  readonly commonPort?: number;
  /** Base port of the metrics listener; absent: no annotation `prometheus-url`. */
  readonly prometheusPort?: number;
}
