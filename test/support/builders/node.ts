import type { NodeCondition, NodeSpec, NodeStatus, Taint } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from '../../../api/names/types';
import type { NodeObject } from '../../../domain/vnode';
import { deepFreeze } from './pod';

/** A healthy physical worker node of 4 CPUs and 8 GiB; each method returns a changed copy. */
export function aNode(name = 'n1'): NodeBuilder {
  return new NodeBuilder({
    metadata: {
      name,
      uid: `${name}-uid`,
      resourceVersion: '5',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubeocean.io/role': 'worker' },
    },
    spec: { podCIDR: '10.1.0.0/24' },
    status: {
      allocatable: { cpu: '4', memory: '8Gi', pods: '110' },
      capacity: { cpu: '4', memory: '9Gi', pods: '110' },
      addresses: [
        { type: 'InternalIP', address: '10.0.0.7' },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        aNodeCondition('MemoryPressure', 'False'),
        aNodeCondition('DiskPressure', 'False'),
        aNodeCondition('PIDPressure', 'False'),
        aNodeCondition('Ready', 'True'),
      ],
      nodeInfo: {
        architecture: 'amd64',
        bootID: 'boot-1',
        containerRuntimeVersion: 'containerd://2.1.0',
        kernelVersion: '6.8.0',
        kubeProxyVersion: '',
        kubeletVersion: 'v1.35.0',
        machineID: 'machine-1',
        operatingSystem: 'linux',
        osImage: 'Debian',
        systemUUID: 'system-1',
      },
    },
  });
}

/** A node condition as a kubelet reports it. */
export function aNodeCondition(type: string, status: string, overrides: Partial<NodeCondition> = {}): NodeCondition {
  return {
    type,
    status,
    reason: 'KubeletSaysSo',
    message: '',
    lastHeartbeatTime: '2026-03-01T00:00:00Z',
    lastTransitionTime: '2026-01-01T00:01:00Z',
    ...overrides,
  };
}

/** Immutable builder of nodes of either cluster. */
export class NodeBuilder {
  constructor(private readonly node: NodeObject) {}

  meta(metadata: Partial<ObjectMeta>): NodeBuilder {
    return new NodeBuilder({ ...this.node, metadata: { ...this.node.metadata, ...metadata } });
  }

  labelled(labels: Record<string, string>): NodeBuilder {
    return this.meta({ labels: { ...this.node.metadata.labels, ...labels } });
  }

  annotated(annotations: Record<string, string>): NodeBuilder {
    return this.meta({ annotations: { ...this.node.metadata.annotations, ...annotations } });
  }

  spec(spec: Partial<NodeSpec>): NodeBuilder {
    return new NodeBuilder({ ...this.node, spec: { ...this.node.spec, ...spec } });
  }

  /** Adds taints after those that are there. */
  tainted(...taints: Taint[]): NodeBuilder {
    return this.spec({ taints: [...(this.node.spec?.taints ?? []), ...taints] });
  }

  status(status: Partial<NodeStatus>): NodeBuilder {
    return new NodeBuilder({ ...this.node, status: { ...this.node.status, ...status } });
  }

  /** Puts conditions in place of those of the same type. */
  reporting(...conditions: NodeCondition[]): NodeBuilder {
    const types = conditions.map(({ type }) => type);
    const others = (this.node.status?.conditions ?? []).filter(({ type }) => !types.includes(type));
    return this.status({ conditions: [...others, ...conditions] });
  }

  /** Without conditions of these types. */
  silentAbout(...types: string[]): NodeBuilder {
    return this.status({
      conditions: (this.node.status?.conditions ?? []).filter(({ type }) => !types.includes(type)),
    });
  }

  build(): NodeObject {
    return deepFreeze(this.node);
  }
}
