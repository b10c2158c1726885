import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import type { CSINode } from 'kubernetes-types/storage/v1';
import { Label, MANAGED_BY } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import type { Finalized, NodeLeaseMeta, Source, Sources } from '../../domain/audit';
import type { CsiNodeObject } from '../../domain/csi-node';
import { COPY_KINDS, sourceKey } from '../../domain/pods';
import type { CopyKind, PodObject } from '../../domain/pods';
import type { NodeObject } from '../../domain/vnode';
import { ClusterBindings, CsiNodes, NodeLeases, Nodes, PersistentVolumeClaims, PersistentVolumes, Pods } from '../../kube';
import type { KubeClient, KubeObject } from '../../kube';
import { COPY_TYPES } from '../copies/kinds';
import { readClusterUid } from '../fleet/cluster-uid';

/** The virtual cluster as one look found it. */
export interface VirtualSide {
  readonly uid: string;
  readonly bindings: readonly ClusterBinding[];
  /** Bound ones. */
  readonly pods: readonly PodObject[];
  readonly nodes: readonly NodeObject[];
  readonly csiNodes: readonly CsiNodeObject[];
  readonly nodeLeases: readonly NodeLeaseMeta[];
  readonly sources: Sources;
  readonly originals: readonly Finalized[];
}

const OURS = `${Label.ManagedBy}=${MANAGED_BY}`;

/** Reads everything from the API server, page by page, and nothing of the content of ConfigMaps and Secrets. @throws KubeError */
export async function readVirtualSide(client: KubeClient): Promise<VirtualSide> {
  const [uid, bindings, pods, nodes, csiNodes, nodeLeases, ...originals] = await Promise.all([
    readClusterUid(client),
    client.list<ClusterBinding>(ClusterBindings),
    client.list<Pod>(Pods, { fieldSelector: 'spec.nodeName!=' }),
    client.list<Node>(Nodes),
    client.list<CSINode>(CsiNodes, { labelSelector: OURS }),
    client.list<Lease>(NodeLeases, { namespace: 'kube-node-lease', labelSelector: OURS }),
    ...COPY_KINDS.map((kind) => readOriginals(client, kind)),
  ]);
  const found = originals.flat();
  return {
    uid,
    bindings: bindings.items,
    pods: pods.items as readonly PodObject[],
    nodes: nodes.items as readonly NodeObject[],
    csiNodes: csiNodes.items as readonly CsiNodeObject[],
    nodeLeases: nodeLeases.items,
    sources: new Map(found.map(({ kind, object }) => [keyOfSource(kind, object), object])),
    originals: found.map(({ kind, object }) => ({ kind, metadata: object.metadata })),
  };
}

interface Original {
  readonly kind: CopyKind;
  readonly object: Source;
}

/** Claims and volumes hold no secret, and what they say decides. */
async function readOriginals(client: KubeClient, kind: CopyKind): Promise<Original[]> {
  const { items } = await listOriginals(client, kind);
  return items.map((object) => ({ kind, object: object as unknown as Source }));
}

function listOriginals(client: KubeClient, kind: CopyKind): Promise<{ readonly items: readonly KubeObject[] }> {
  if (kind === 'PersistentVolumeClaim') return client.list<PersistentVolumeClaim>(PersistentVolumeClaims);
  if (kind === 'PersistentVolume') return client.list<PersistentVolume>(PersistentVolumes);
  return client.list(COPY_TYPES[kind], { metadataOnly: true });
}

function keyOfSource(kind: CopyKind, { metadata: { namespace = '', name } }: Source): string {
  return sourceKey({ kind, namespace, name });
}
