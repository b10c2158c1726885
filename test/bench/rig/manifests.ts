import type { Pod } from 'kubernetes-types/core/v1';
import { Taint } from '../../../api/names/keys';
import { CLUSTER_BINDING_KIND, GROUP_VERSION, POLICY_KIND } from '../../../api/names/group';
import type { TimeWindow } from '../../../api/names/types';

export const BINDING = 'bench';
export const CLUSTER_ID = 'bench';
export const KUBECONFIG_SECRET = 'bench-kubeconfig';
export const POD_NAMESPACE = 'default';

/** Label of the physical nodes; each pool has a policy of its own. */
export const POOL_LABEL = 'bench/pool';
/** `main` runs the pods. `window` is one node for window edges; it lends too little CPU for a pod. */
export type Pool = 'main' | 'window';

export const POLICIES_PATH = '/apis/cloud.tencent.com/v1beta1/resourceleasingpolicies';
export const BINDINGS_PATH = '/apis/cloud.tencent.com/v1beta1/clusterbindings';
export const PODS_PATH = `/api/v1/namespaces/${POD_NAMESPACE}/pods`;

export function clusterBinding(mountNamespace: string): object {
  return {
    apiVersion: GROUP_VERSION,
    kind: CLUSTER_BINDING_KIND,
    metadata: { name: BINDING },
    spec: { clusterID: CLUSTER_ID, mountNamespace, secretRef: { name: KUBECONFIG_SECRET, namespace: 'kubeocean-system' } },
  };
}

/** Lends a pool; its vnodes may run nothing but are not emptied when the window closes. */
export function policy(pool: Pool, timeWindows: readonly TimeWindow[] = []): object {
  const matchExpressions = [{ key: POOL_LABEL, operator: 'In', values: [pool] }];
  return {
    apiVersion: GROUP_VERSION,
    kind: POLICY_KIND,
    metadata: { name: `bench-${pool}` },
    spec: {
      cluster: BINDING,
      nodeSelector: { nodeSelectorTerms: [{ matchExpressions }] },
      timeWindows,
      resourceLimits: [pool === 'main' ? { resource: 'cpu', percent: 80 } : { resource: 'cpu', quantity: '1m' }],
    },
  };
}

export interface PodOptions {
  readonly name: string;
  /** False: `automountServiceAccountToken: false`. Default true, as for every ordinary pod. */
  readonly token?: boolean;
}

/** An ordinary pod that tolerates borrowed nodes; the scheduler places it. */
export function pod({ name, token = true }: PodOptions): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: POD_NAMESPACE, labels: { app: 'bench' } },
    spec: {
      ...(token ? {} : { automountServiceAccountToken: false }),
      tolerations: [{ key: Taint.Vnode, operator: 'Exists', effect: 'NoSchedule' }],
      containers: [{ name: 'main', image: 'nginx:1.29', resources: { requests: { cpu: '10m', memory: '16Mi' } } }],
    },
  };
}

/** `<prefix>-1` to `<prefix>-<count>`. */
export function podNames(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}
