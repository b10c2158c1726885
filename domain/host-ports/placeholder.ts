import type { Namespace, Pod } from 'kubernetes-types/core/v1';
import { Label, MANAGED_BY, PLACEHOLDER_NAMESPACE } from '../../api/names/keys';
import { md5Hex } from '../hash';
import type { PodObject } from '../pods';
import type { NodeObject } from '../vnode';
import { type HostPort, keyOf } from './host-ports';

const NAME_PREFIX = 'fake-pod-for-hostport-';
const HASH_LENGTH = 10;

/** The namespace of the placeholders. A cluster that enforces a pod security standard would refuse host ports elsewhere. */
export function placeholderNamespace(): Namespace {
  const labels = { [Label.ManagedBy]: MANAGED_BY, 'pod-security.kubernetes.io/enforce': 'privileged' };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: PLACEHOLDER_NAMESPACE, labels } };
}

/** Whether a pod of the virtual cluster is a placeholder of ours, this or an earlier version's. */
export function isPlaceholder({ metadata }: Pick<PodObject, 'metadata'>): boolean {
  const { namespace, labels = {} } = metadata;
  return (
    namespace === PLACEHOLDER_NAMESPACE && labels[Label.HostPortFakePod] === 'true' && labels[Label.ManagedBy] === MANAGED_BY
  );
}

/** A placeholder to POST. */
export type NewPlaceholder = Pod & { readonly metadata: { readonly namespace: string; readonly name: string } };

/**
 * The pod that shows the virtual scheduler that a host port of a vnode is taken (spec leasing.md section 10). It never runs:
 * nothing plays the kubelet for it. Its name is a function of vnode and port, so that two writers make one pod.
 */
export function toPlaceholder(vnode: NodeObject, port: HostPort, binding: string): NewPlaceholder {
  const { name: nodeName, uid } = vnode.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace: PLACEHOLDER_NAMESPACE,
      name: `${NAME_PREFIX}${md5Hex([nodeName, uid, keyOf(port)].join(' ')).slice(0, HASH_LENGTH)}`,
      labels: {
        [Label.HostPortFakePod]: 'true',
        [Label.ManagedBy]: MANAGED_BY,
        [Label.ClusterBinding]: binding,
      },
    },
    spec: {
      nodeName,
      priorityClassName: 'system-node-critical',
      tolerations: [{ operator: 'Exists' }],
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'fake-container',
          image: 'busybox:1.28',
          command: ['sleep', '100000000'],
          ports: [{ name: 'port-0', containerPort: port.hostPort, ...port }],
        },
      ],
    },
  };
}
