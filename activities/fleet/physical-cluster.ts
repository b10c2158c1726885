import type { Node, Pod } from 'kubernetes-types/core/v1';
import type { CSINode } from 'kubernetes-types/storage/v1';
import { Annotation, Label } from '../../api/names/keys';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import { CsiNodes, Nodes, Pods, ResourceLeasingPolicies, Secrets, startInformer } from '../../kube';
import type { Informer, KubeClient, KubeObject } from '../../kube';
import { watchCopies } from './copies';
import type { Copies } from './copies';
import { isFresh } from './listed';
import { selectorOf } from './selector';
import { trimPhysicalPod } from './trim-physical-pod';
import { BY_NODE, BY_VIRTUAL_UID } from './virtual-cluster';

/**
 * Pauses between failures, milliseconds. Shorter than an informer's own: every process has lists of its own, and a cluster that is
 * back has to be back for all of them.
 */
const BACKOFF_MS = { first: 500, max: 8_000 };

/** The physical cluster of one binding as one process sees it, under one version of its credentials. */
export interface PhysicalCluster {
  readonly client: KubeClient;
  readonly nodes: Informer<Node>;
  /** Every pod: ours in full, the owner's reduced to what capacity and host ports are computed from. */
  readonly pods: Informer<Pod>;
  readonly policies: Informer<ResourceLeasingPolicy>;
  /** Metadata of the token Secrets of this binding. */
  readonly tokenSecrets: Informer<KubeObject>;
  /** Nothing waits for it: credentials from before it was needed may lack the right to it. */
  readonly csiNodes: Informer<CSINode>;
  /** Metadata of the copies that this virtual cluster has there, for whichever binding. Pods do not wait for it, for the same reason. */
  readonly copies: Copies;
  /** Resolves when the first lists are in. */
  synced(): Promise<void>;
  hasSynced(): boolean;
  /** Epoch milliseconds of the oldest of the informers' last signs of life. */
  lastContact(): number;
  /** Lists everything again, for those who compare after each list; failures are the informers' own. */
  relist(): void;
  /** False: too long without a sign of life to act upon. */
  isFresh(now: number): boolean;
  /** Aborted when the credentials changed or the binding is gone. */
  readonly closed: AbortSignal;
  close(): Promise<void>;
}

/** For whom a physical cluster is opened. */
export interface PhysicalClusterOptions {
  readonly mountNamespace: string | undefined;
  /** UID of the virtual cluster's kube-system namespace. */
  readonly virtualCluster: string;
  /** Labels that every object of this binding carries. */
  readonly ownership: Readonly<Record<string, string>>;
}

/** Begins to list and watch a physical cluster; {@link PhysicalCluster.close} ends it, and closes the client. */
export function openPhysicalCluster(
  client: KubeClient,
  { mountNamespace, virtualCluster, ownership }: PhysicalClusterOptions,
  onError: (error: unknown) => void,
): PhysicalCluster {
  const closing = new AbortController();
  const common = { onError, backoffMs: BACKOFF_MS };
  const nodes = startInformer(client, Nodes, common);
  const policies = startInformer(client, ResourceLeasingPolicies, common);
  const pods = startInformer(client, Pods, {
    trim: trimPhysicalPod,
    indexes: {
      [BY_NODE]: (pod) => [pod.spec?.nodeName ?? ''],
      [BY_VIRTUAL_UID]: virtualUids,
    },
    ...common,
  });
  const tokenSecrets = startInformer<KubeObject>(client, Secrets, {
    labelSelector: selectorOf({ ...ownership, [Label.ServiceAccountToken]: 'true' }),
    namespace: mountNamespace,
    metadataOnly: true,
    indexes: { [BY_VIRTUAL_UID]: virtualUids },
    ...common,
  });
  const csiNodes = startInformer(client, CsiNodes, common);
  const copies = watchCopies(client, { mountNamespace, virtualCluster }, common);
  const informers = [nodes, policies, pods, tokenSecrets];
  const lastContact = () => Math.min(...informers.map((informer) => informer.lastContact()));
  const hasSynced = () => informers.every((informer) => informer.hasSynced());
  return {
    client,
    nodes,
    pods,
    policies,
    tokenSecrets,
    csiNodes,
    copies,
    closed: closing.signal,
    synced: async () => void (await Promise.all(informers.map((informer) => informer.synced()))),
    hasSynced,
    lastContact,
    relist: () => informers.forEach((informer) => void informer.relist().catch(() => undefined)),
    isFresh: (now) => informers.every((informer) => isFresh(informer, now)),
    close: async () => {
      closing.abort();
      await Promise.all([...informers, csiNodes, copies].map((part) => part.stop()));
      await client.close();
    },
  };
}

function virtualUids(object: KubeObject): readonly string[] {
  const uid = object.metadata?.annotations?.[Annotation.VirtualPodUid];
  return uid === undefined ? [] : [uid];
}
