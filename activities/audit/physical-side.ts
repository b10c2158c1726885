import type { Namespace, Node, Pod } from 'kubernetes-types/core/v1';
import type { CSINode } from 'kubernetes-types/storage/v1';
import { Label } from '../../api/names/keys';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import type { CopiedPod, CopyMeta, LenderAuditFacts, TokenSecretMeta } from '../../domain/audit';
import type { CsiNodeObject } from '../../domain/csi-node';
import { COPY_KINDS, copyLabels, ownershipLabels } from '../../domain/pods';
import type { CopyKind, Ownership, PodObject } from '../../domain/pods';
import type { NodeObject } from '../../domain/vnode';
import { CsiNodes, Namespaces, Nodes, Pods, ResourceLeasingPolicies, Secrets } from '../../kube';
import type { KubeClient } from '../../kube';
import { COPY_TYPES } from '../copies/kinds';
import { selectorOf } from '../fleet/selector';

/** The physical cluster of one binding as one look found it. */
export interface PhysicalSide {
  /** Every pod of the mount namespace, whoever made it. */
  readonly mountPods: readonly PodObject[];
  /** Metadata of this virtual cluster's pods, wherever in that cluster and for whichever binding. */
  readonly copiedPods: readonly CopiedPod[];
  readonly nodes: readonly NodeObject[];
  readonly csiNodes: readonly CsiNodeObject[];
  readonly policies: readonly ResourceLeasingPolicy[];
  readonly copies: readonly CopyMeta[];
  readonly tokenSecrets: readonly TokenSecretMeta[];
  readonly mountNamespace: LenderAuditFacts['mountNamespace'];
}

/** Where one binding's share of a physical cluster is. */
export interface PhysicalPlace {
  readonly client: KubeClient;
  readonly ownership: Ownership;
  readonly mountNamespace: string;
}

/** Reads everything of ours from the API server, page by page; of Secrets and ConfigMaps metadata only. @throws KubeError */
export async function readPhysicalSide({ client, ownership, mountNamespace }: PhysicalPlace): Promise<PhysicalSide> {
  const tokens = selectorOf({ ...ownershipLabels(ownership), [Label.ServiceAccountToken]: 'true' });
  const ours = selectorOf(copyLabels(ownership.virtualCluster));
  const [mountPods, copiedPods, nodes, csiNodes, policies, tokenSecrets, namespace, ...copies] = await Promise.all([
    client.list<Pod>(Pods, { namespace: mountNamespace }),
    client.list<Pod>(Pods, { labelSelector: ours, metadataOnly: true }),
    client.list<Node>(Nodes),
    client.list<CSINode>(CsiNodes),
    client.list<ResourceLeasingPolicy>(ResourceLeasingPolicies),
    client.list(Secrets, { namespace: mountNamespace, labelSelector: tokens, metadataOnly: true }),
    client.get<Namespace>(Namespaces, { name: mountNamespace }),
    ...COPY_KINDS.map((kind) => readCopies(client, kind, { mountNamespace, ours })),
  ]);
  return {
    mountPods: mountPods.items as readonly PodObject[],
    copiedPods: copiedPods.items as readonly CopiedPod[],
    nodes: nodes.items as readonly NodeObject[],
    csiNodes: csiNodes.items as readonly CsiNodeObject[],
    policies: policies.items,
    copies: copies.flat(),
    tokenSecrets: tokenSecrets.items as readonly TokenSecretMeta[],
    mountNamespace: namespace && { name: mountNamespace, labels: namespace.metadata?.labels ?? {} },
  };
}

async function readCopies(client: KubeClient, kind: CopyKind, where: { mountNamespace: string; ours: string }): Promise<CopyMeta[]> {
  const type = COPY_TYPES[kind];
  const labelSelector = kind === 'Secret' ? `${where.ours},!${Label.ServiceAccountToken}` : where.ours;
  const namespace = type.namespaced ? where.mountNamespace : undefined;
  const { items } = await client.list(type, { namespace, labelSelector, metadataOnly: true });
  return items.map(({ metadata }) => ({ kind, metadata }) as CopyMeta);
}
