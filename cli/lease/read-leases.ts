import type { Node, Pod } from 'kubernetes-types/core/v1';
import { CredentialsFault, readCredentials } from '../../activities/fleet/credentials';
import { toLendable } from '../../activities/node/facts';
import { toReclaimPod } from '../../activities/node/pods';
import { Label, MANAGED_BY } from '../../api/names/keys';
import type { ClusterBinding, ResourceLeasingPolicy } from '../../api/names/types';
import { Reason } from '../../domain/conditions';
import { acceptedBinding, acceptedPolicy, isHeld } from '../../domain/guard';
import { isPlaceholder } from '../../domain/host-ports';
import type { PodObject } from '../../domain/pods';
import { decideNode, vnodeName, type NodeObject } from '../../domain/vnode';
import { ClusterBindings, createKubeClient, isKubeError, Nodes, Pods, ResourceLeasingPolicies, type KubeClient } from '../../kube';

/** A node that a policy lends, and the pods that are on its virtual node now. */
export interface Lease {
  readonly binding: ClusterBinding;
  readonly node: string;
  readonly virtualNode: string;
  readonly policy: ResourceLeasingPolicy;
  /** Null: the virtual node is yet to come. */
  readonly vnode: NodeObject | null;
  readonly pods: readonly PodObject[];
}

/** What one look at all clusters found. */
export interface Leases {
  readonly leases: readonly Lease[];
  /** Bindings whose physical cluster could not be read, and why. */
  readonly unread: readonly { readonly binding: string; readonly message: string }[];
}

/**
 * Reads which nodes are lent, from the virtual cluster and, with the kubeconfigs in the bindings' Secrets, from every physical one.
 * A physical cluster that does not answer keeps none of the others from being read.
 * @throws KubeError when the virtual cluster cannot be read
 */
export async function readLeases(client: KubeClient, now: number): Promise<Leases> {
  const [bindings, pods, nodes] = await Promise.all([
    client.list<ClusterBinding>(ClusterBindings),
    client.list<Pod>(Pods),
    client.list<Node>(Nodes, { labelSelector: `${Label.ManagedBy}=${MANAGED_BY}` }),
  ]);
  const podsByNode = byNode(pods.items as readonly PodObject[]);
  const vnodes = new Map((nodes.items as readonly NodeObject[]).map((node) => [node.metadata.name, node]));
  const served = bindings.items.filter(isServed).map((binding) => (isHeld(binding) ? acceptedBinding(binding) : binding)).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const read = await Promise.all(served.map((binding) => readBinding(client, { binding, podsByNode, vnodes, now })));
  return {
    leases: read.flatMap((one) => ('leases' in one ? one.leases : [])),
    unread: read.flatMap((one) => ('leases' in one ? [] : [one])),
  };
}

function byNode(pods: readonly PodObject[]): ReadonlyMap<string, readonly PodObject[]> {
  const groups = new Map<string, PodObject[]>();
  for (const pod of pods) {
    const node = pod.spec.nodeName ?? '';
    const group = groups.get(node) ?? [];
    group.push(pod);
    groups.set(node, group);
  }
  return groups;
}

/** Not on its way out, and not a second one with a clusterID that is taken. */
function isServed({ metadata, status }: ClusterBinding): boolean {
  const isDuplicate = status?.conditions?.some(({ reason }) => reason === Reason.DuplicateClusterID) === true;
  return metadata.deletionTimestamp === undefined && !isDuplicate;
}

interface Subject {
  readonly binding: ClusterBinding;
  readonly podsByNode: ReadonlyMap<string, readonly PodObject[]>;
  readonly vnodes: ReadonlyMap<string, NodeObject>;
  readonly now: number;
}

async function readBinding(client: KubeClient, subject: Subject): Promise<{ leases: Lease[] } | Leases['unread'][number]> {
  const { name } = subject.binding.metadata;
  try {
    const { access } = await readCredentials(client, subject.binding);
    const physical = createKubeClient(access, { component: 'cli' });
    try {
      const [nodes, policies] = await Promise.all([physical.list<Node>(Nodes), physical.list<ResourceLeasingPolicy>(ResourceLeasingPolicies)]);
      return { leases: leasesOf(subject, nodes.items as readonly NodeObject[], policies.items.map(inEffect)) };
    } finally {
      await physical.close();
    }
  } catch (error) {
    // Their messages name objects and fields, never a value of the Secret.
    if (error instanceof CredentialsFault || isKubeError(error)) return { binding: name, message: error.message };
    throw error;
  }
}

function inEffect(policy: ResourceLeasingPolicy): ResourceLeasingPolicy {
  return isHeld(policy) ? acceptedPolicy(policy) : policy;
}

function leasesOf({ binding, podsByNode, vnodes, now }: Subject, nodes: readonly NodeObject[], policies: readonly ResourceLeasingPolicy[]): Lease[] {
  const { metadata, spec } = binding;
  return nodes.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).flatMap((node): Lease[] => {
    const decision = decideNode({
      physical: toLendable(node),
      binding: { name: metadata.name, nodeSelector: spec.nodeSelector, deleting: false },
      policies,
      // One that is being replaced or deleted now comes back.
      vnode: null,
      now,
      zone: 'UTC',
    });
    if (decision.action !== 'lend') return [];
    const virtualNode = vnodeName(spec.clusterID, node.metadata.name);
    const pods = (podsByNode.get(virtualNode) ?? []).filter((pod) => !isPlaceholder(pod));
    const vnode = vnodes.get(virtualNode) ?? null;
    return [{ binding, node: node.metadata.name, virtualNode, vnode, policy: decision.policy, pods }];
  });
}

/** The pods of a lease as the reclaim rules see them. */
export function reclaimPodsOf({ binding, pods }: Lease) {
  return pods.map((pod) => toReclaimPod(pod, binding.spec));
}
