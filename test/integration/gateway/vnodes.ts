import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Node, NodeCondition } from 'kubernetes-types/core/v1';
import type { Cluster } from '../../../local/clusters/cluster';

/** The vnodes of a virtual cluster as the test writes and reads them, without our client. */
export class Vnodes {
  constructor(private readonly cluster: Cluster) {}

  /** A vnode as the node workflow and the mirror leave it. */
  async add(name: string, physicalReady: 'True' | 'False' | null = 'True'): Promise<Node> {
    const labels = { 'kubeocean.io/managed-by': 'kubeocean' };
    const node = await this.cluster.api.create<Node>('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
    await this.setConditions(name, [condition('Ready', 'True'), ...(physicalReady === null ? [] : [condition('PhysicalReady', physicalReady)])]);
    return node;
  }

  /** Merges by type, as the mirror does. */
  async setConditions(name: string, conditions: readonly NodeCondition[]): Promise<void> {
    const contentType = 'application/strategic-merge-patch+json';
    await this.cluster.api.call('PATCH', `/api/v1/nodes/${name}/status`, { body: { status: { conditions } }, contentType });
  }

  async remove(name: string): Promise<void> {
    await this.cluster.api.delete(`/api/v1/nodes/${name}`);
  }

  /** Status of the condition Ready: what the node lifecycle controller thinks. */
  async ready(name: string): Promise<string | undefined> {
    const node = await this.cluster.api.get<Node>(`/api/v1/nodes/${name}`);
    return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  }

  lease(name: string): Promise<Lease | null> {
    return this.cluster.api.find<Lease>(`/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`);
  }

  async leases(): Promise<readonly Lease[]> {
    const list = await this.cluster.api.get<{ items: Lease[] }>('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases');
    return list.items;
  }
}

export function condition(type: string, status: 'True' | 'False' | 'Unknown'): NodeCondition {
  return { type, status, reason: 'Test', message: 'set by the test', lastTransitionTime: new Date().toISOString() };
}
