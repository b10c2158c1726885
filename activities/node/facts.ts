import type { Node } from 'kubernetes-types/core/v1';
import { Annotation, Label } from '../../api/names/keys';
import type { ClusterBinding, ResourceLeasingPolicy } from '../../api/names/types';
import { lendableCapacity } from '../../domain/capacity';
import type { OccupyingPod } from '../../domain/capacity';
import { findCondition } from '../../domain/conditions';
import { chooseProxierPort, decideNode, holderOfPort, proxierPortOf, vnodeName } from '../../domain/vnode';
import type { LendableNode, NodeDecision, NodeObject, VnodeEndpoint } from '../../domain/vnode';
import { Nodes } from '../../kube';
import type { NodeOrders, NodeRef } from '../../workflows/contracts/activities';
import { countingBinding, countingPolicy } from '../fleet/accepted';
import type { Fleet } from '../fleet/fleet';
import type { PhysicalCluster } from '../fleet/physical-cluster';
import { StoresNotReady } from '../fleet/stores-not-ready';
import { BY_NODE, BY_PORT } from '../fleet/virtual-cluster';
import type { ActivitySettings } from '../settings';

/** Everything about one lent node, as this process's stores show it. */
export interface NodeView {
  readonly binding: ClusterBinding;
  readonly physical: PhysicalCluster;
  readonly vnodeName: string;
  readonly vnode: NodeObject | null;
  /** `Unknown` while the lists of the physical cluster are stale; `Absent` only after a quorum read. */
  readonly node: NodeObject | 'Absent' | 'Unknown';
  /** Whether the binding's condition says that the physical cluster does not answer. */
  readonly unreachable: boolean;
}

/**
 * Reads one node from the stores. Absence in a store is confirmed by a quorum read, because it takes a node away.
 * @returns null when the binding is gone and nothing of it can be reached
 * @throws StoresNotReady, CredentialsFault, KubeError
 */
export async function viewNode(fleet: Fleet, ref: NodeRef): Promise<NodeView | null> {
  const binding = fleet.binding(ref.binding, ref.bindingUid);
  if (binding === undefined) return null;
  const physical = await fleet.physical(binding);
  const unreachable = findCondition(binding.status?.conditions, 'Connected')?.status === 'False';
  // Lists that cannot come are not waited for: the node is then Unknown, and kept from new pods.
  if (!physical.hasSynced() && !unreachable) throw new StoresNotReady(`the lists of ClusterBinding ${ref.binding} are not synced yet`);
  const name = vnodeName(binding.spec.clusterID, ref.node);
  return {
    binding,
    physical,
    vnodeName: name,
    vnode: (fleet.virtual.nodes.store.get(name) as NodeObject | undefined) ?? null,
    node: physical.isFresh(Date.now()) ? await readNode(physical, ref.node) : 'Unknown',
    unreachable,
  };
}

async function readNode({ nodes, client }: PhysicalCluster, name: string): Promise<NodeObject | 'Absent'> {
  const stored = nodes.store.get(name) ?? (await client.get<Node>(Nodes, { name }));
  return stored === null ? 'Absent' : (stored as NodeObject);
}

/**
 * Whether the node is lent, by which policy and until when.
 * @param orders what the node's workflow remembers; without it what was asked of the lease is read from the vnode
 */
export function decide(view: NodeView, settings: ActivitySettings, now: number, orders?: NodeOrders): NodeDecision {
  const { physical, vnode, node } = view;
  const binding = countingBinding(settings, view.binding);
  const { name, deletionTimestamp } = binding.metadata;
  return decideNode({
    physical: typeof node === 'string' ? node : toLendable(node),
    binding: { name, nodeSelector: binding.spec.nodeSelector, deleting: deletionTimestamp !== undefined },
    policies: physical.policies.store.list().map((policy) => countingPolicy(settings, policy)),
    vnode: vnode === null ? null : { physicalUid: physicalUidOf(vnode), deleting: vnode.metadata.deletionTimestamp !== undefined },
    asked: {
      kept: orders?.override ?? null,
      endedAt: orders?.endedOverrideAt,
      annotation: vnode?.metadata.annotations?.[Annotation.LeaseOverride],
    },
    now,
    zone: settings.zone,
  });
}

/** What the decision whether to lend a node needs of it. */
export function toLendable({ metadata }: NodeObject): LendableNode {
  const { name, uid, labels, annotations, deletionTimestamp } = metadata;
  const reclaimRequested = annotations?.[Annotation.ReclaimRequested] !== undefined;
  return { name, uid, labels: labels ?? {}, deleting: deletionTimestamp !== undefined, reclaimRequested };
}

function physicalUidOf({ metadata }: NodeObject): string | null {
  return metadata.labels?.[Label.PhysicalNodeUid] ?? metadata.annotations?.[Annotation.PhysicalNodeUid] ?? null;
}

/** What a vnode offers under a policy. */
export function capacityOf(
  fleet: Fleet,
  { binding, physical }: NodeView,
  node: NodeObject,
  policy: ResourceLeasingPolicy,
): Record<string, string> {
  return lendableCapacity({
    node: node.status ?? {},
    pods: physical.pods.store.by(BY_NODE, node.metadata.name) as readonly OccupyingPod[],
    limits: policy.spec.resourceLimits,
    virtualCluster: fleet.virtual.uid,
    binding: binding.metadata.name,
  });
}

/** Where the vnode's kubelet API is served: the port that belongs to it, or a free one. */
export function endpointOf(fleet: Fleet, view: NodeView, settings: ActivitySettings): VnodeEndpoint {
  return {
    address: settings.gatewayAddress,
    kubeletPort: portOf(fleet, view),
    commonPort: settings.kubeletPort ?? undefined,
    prometheusPort: settings.prometheusPort || undefined,
  };
}

function portOf(fleet: Fleet, { vnode, vnodeName: name }: NodeView): number {
  const othersWith = (port: number) => vnodesWithPort(fleet, port).filter(({ metadata }) => metadata.name !== name);
  const port = proxierPortOf(vnode);
  if (vnode !== null && port !== null && holderOfPort(vnode, othersWith(port)) === vnode) return port;
  return chooseProxierPort(name, (candidate) => othersWith(candidate).length > 0);
}

function vnodesWithPort(fleet: Fleet, port: number): readonly NodeObject[] {
  return fleet.virtual.nodes.store.by(BY_PORT, String(port)) as readonly NodeObject[];
}

/** The vnodes that have the same kubelet port as this one: all but one of them get another. */
export function portRivals(fleet: Fleet, vnode: NodeObject): readonly NodeObject[] {
  const port = proxierPortOf(vnode);
  return port === null ? [] : vnodesWithPort(fleet, port).filter(({ metadata }) => metadata.name !== vnode.metadata.name);
}
