import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { CSINode } from 'kubernetes-types/storage/v1';
import { Label, MANAGED_BY } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { ClusterBindings, CsiNodes, Nodes, Pods, startInformer } from '../../kube';
import type { Informer, InformerOptions, KubeClient, KubeObject } from '../../kube';
import { dependencyKeys } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import { proxierPortOf } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { readClusterUid } from './cluster-uid';
import { watchEndpoints } from './endpoints';
import type { VirtualEndpoints } from './endpoints';
import { isFresh } from './listed';
import { watchSources } from './sources';
import type { Sources } from './sources';

/** Index of vPods by `spec.nodeName`. */
export const BY_NODE = 'node';
/** Index of pods by UID; of physical pods by the UID of the vPod they stand for. */
export const BY_VIRTUAL_UID = 'virtualUid';
/** Index of vPods by the keys of the objects that they name and that are copied. */
export const BY_DEPENDENCY = 'dependency';
/** Index of vnodes by the name of their binding. */
export const BY_BINDING = 'binding';
/** Index of vnodes by their kubelet port on the gateway. */
export const BY_PORT = 'port';

/** The virtual cluster as one process sees it: a client and one informer per kind. */
export interface VirtualCluster {
  /** UID of its kube-system namespace: the identity under which objects in physical clusters are owned. */
  readonly uid: string;
  readonly client: KubeClient;
  /** Bound pods of every node. */
  readonly pods: Informer<Pod>;
  /** The vnodes of every binding. */
  readonly nodes: Informer<Node>;
  readonly bindings: Informer<ClusterBinding>;
  readonly endpoints: VirtualEndpoints;
  /** CSINodes of vnodes; nothing else waits for them. */
  readonly csiNodes: Informer<CSINode>;
  /** What pods refer to; nothing else waits for it. */
  readonly sources: Sources;
  /** Resolves when the first lists are in. */
  synced(): Promise<void>;
  /** Whether they are: until then what is missing in a list, an intranet Service included, may well be there. */
  hasSynced(): boolean;
  /** False: too long without a sign of life to act upon. */
  isFresh(now: number): boolean;
  close(): Promise<void>;
}

/** @throws Error when the cluster has no kube-system namespace; KubeError when it cannot be reached */
export async function openVirtualCluster(
  client: KubeClient,
  onError: (error: unknown) => void,
): Promise<VirtualCluster> {
  const uid = await readClusterUid(client);
  const pods = startInformer(client, Pods, {
    fieldSelector: 'spec.nodeName!=',
    indexes: {
      [BY_NODE]: (pod) => [pod.spec?.nodeName ?? ''],
      [BY_VIRTUAL_UID]: (pod) => [pod.metadata?.uid ?? ''],
      [BY_DEPENDENCY]: (pod) => dependencyKeys(pod as PodObject),
    },
    onError,
  });
  const ofVnodes = ofBindings<Node>(onError);
  const nodes = startInformer(client, Nodes, { ...ofVnodes, indexes: { ...ofVnodes.indexes, [BY_PORT]: portsOf } });
  const csiNodes = startInformer(client, CsiNodes, ofBindings<CSINode>(onError));
  const bindings = startInformer(client, ClusterBindings, { onError });
  const endpoints = watchEndpoints(client, onError);
  const sources = watchSources(client, onError);
  const informers = [pods, nodes, bindings];
  const parts = [...informers, endpoints];
  return {
    uid,
    client,
    pods,
    nodes,
    bindings,
    endpoints,
    csiNodes,
    sources,
    synced: async () => void (await Promise.all(parts.map((part) => part.synced()))),
    hasSynced: () => parts.every((part) => part.hasSynced()),
    isFresh: (now) => informers.every((informer) => isFresh(informer, now)),
    close: async () => void (await Promise.all([...parts, csiNodes, sources].map((part) => part.stop()))),
  };
}

/** Selects what we made for vnodes, under the name of the binding. */
function ofBindings<T extends KubeObject>(onError: (error: unknown) => void): InformerOptions<T> {
  return {
    labelSelector: `${Label.ManagedBy}=${MANAGED_BY}`,
    indexes: { [BY_BINDING]: (object) => [object.metadata?.labels?.[Label.ClusterBinding] ?? ''] },
    onError,
  };
}

function portsOf(vnode: Node): readonly string[] {
  const port = proxierPortOf(vnode as NodeObject);
  return port === null ? [] : [String(port)];
}
