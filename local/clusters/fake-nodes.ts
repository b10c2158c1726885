import type { Node, NodeStatus, Taint } from 'kubernetes-types/core/v1';
import pLimit from 'p-limit';
import { FAKE_NODE } from './kwok-stages';
import type { Rest } from './rest';

/** Nodes that are alike but for their names. */
export interface FakeNodes {
  readonly names: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly taints?: readonly Taint[];
  /** Capacity and allocatable. Default 8 CPUs, 32 GiB, 110 pods. */
  readonly allocatable?: Readonly<Record<string, string>>;
}

const DEFAULT_ALLOCATABLE = { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' };
/** More requests at once do not make an API server on two cores any faster. */
const PARALLEL = 32;

/** Creates nodes that kwok plays. They are Ready a few tenths of a second later. */
export async function addFakeNodes(api: Rest, nodes: FakeNodes): Promise<void> {
  const limit = pLimit(PARALLEL);
  await Promise.all(nodes.names.map((name) => limit(() => api.create('/api/v1/nodes', fakeNode(name, nodes)))));
}

/** Names `<prefix>-1` to `<prefix>-<count>`. */
export function nodeNames(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index + 1}`);
}

/** The Node object as a kubelet would register it. */
export function fakeNode(name: string, options: Omit<FakeNodes, 'names'> = {}): Node {
  const { labels, annotations, taints } = options;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'kubernetes.io/hostname': name,
        type: 'kwok',
        ...labels,
      },
      annotations: { [FAKE_NODE.key]: FAKE_NODE.value, ...annotations },
    },
    spec: taints === undefined ? {} : { taints: [...taints] },
    status: fakeStatus({ ...DEFAULT_ALLOCATABLE, ...options.allocatable }),
  };
}

/** Kept by the API server on create; kwok adds conditions, address and port. */
function fakeStatus(allocatable: Record<string, string>): NodeStatus {
  return {
    capacity: allocatable,
    allocatable,
    nodeInfo: {
      architecture: 'amd64',
      operatingSystem: 'linux',
      kubeletVersion: 'v1.35.4',
      kubeProxyVersion: '',
      containerRuntimeVersion: 'kwok://0.7.0',
      kernelVersion: '6.1.0-kwok',
      osImage: 'kwok',
      machineID: '',
      systemUUID: '',
      bootID: '',
    },
  };
}

/** True when a node is Ready and rid of the taint with which every node starts. */
export function isUsable(node: Node): boolean {
  const ready = node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  const tainted = node.spec?.taints?.some((taint) => taint.key === 'node.kubernetes.io/not-ready');
  return ready === true && tainted !== true;
}
