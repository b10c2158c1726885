import type { Node, Pod, Volume } from 'kubernetes-types/core/v1';
import { readClusterUid } from '../../activities/fleet/cluster-uid';
import { Annotation, Label } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import type { PodPath } from '../../domain/kubelet';
import type { PodObject } from '../../domain/pods';
import { ClusterBindings, Pods, startInformer, type Informer, type KubeClient } from '../../kube';

/** A virtual pod with what leads to its physical one. */
export interface ViewedPod {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly nodeName: string;
}

const FORWARD: readonly string[] = [Annotation.PhysicalPodNamespace, Annotation.PhysicalPodName, Annotation.PhysicalPodUid];

const BY_NODE = 'node';

/**
 * What the kubelet API must know of the virtual cluster: pods, vnodes and bindings, from its API server alone. Neither Temporal nor
 * a worker is needed.
 */
export class ClusterView {
  readonly bindings: Informer<ClusterBinding>;
  readonly pods: Informer<Pod>;
  private virtualCluster: string | null = null;

  constructor(
    private readonly client: KubeClient,
    /** The vnodes of every binding, with the labels that say whose they are. */
    private readonly vnodes: Informer<Node>,
    onError: (kind: string) => (error: unknown) => void,
  ) {
    this.bindings = startInformer(client, ClusterBindings, { onError: onError('ClusterBinding') });
    this.pods = startInformer(client, Pods, {
      fieldSelector: 'spec.nodeName!=',
      trim: trimmed,
      indexes: { [BY_NODE]: ({ spec }) => [spec?.nodeName ?? ''] },
      onError: onError('Pod'),
    });
  }

  /** What is not known yet, a phrase each. */
  missing(): string[] {
    const lists = { bindings: this.bindings, pods: this.pods };
    return Object.entries(lists)
      .filter(([, informer]) => !informer.hasSynced())
      .map(([name]) => `the list of ${name} is not complete yet`);
  }

  async synced(): Promise<void> {
    await Promise.all([this.bindings.synced(), this.pods.synced()]);
  }

  /** The pod of that name, and UID where one is given. What the store does not have yet is read. @throws KubeError */
  async pod({ namespace, name, uid }: PodPath): Promise<ViewedPod | null> {
    const stored = this.pods.store.get(`${namespace}/${name}`);
    const found = stored ?? (await this.client.get<Pod>(Pods, { namespace, name }));
    const pod = found === null || found === undefined ? null : viewed(found);
    return uid === undefined || pod?.metadata.uid === uid ? pod : null;
  }

  /** The pods bound to a vnode, with the volumes that come from claims. */
  podsOn(vnode: string): readonly PodObject[] {
    return this.pods.store.by(BY_NODE, vnode) as readonly PodObject[];
  }

  /** The binding that lends a vnode; null: this is no vnode of ours. */
  bindingOf(vnode: string): ClusterBinding | null {
    const name = this.vnodes.store.get(vnode)?.metadata?.labels?.[Label.ClusterBinding];
    return name === undefined ? null : (this.bindings.store.get(name) ?? null);
  }

  /** UID of kube-system: under it objects in physical clusters are ours. @throws KubeError; Error where there is none */
  async clusterUid(): Promise<string> {
    return (this.virtualCluster ??= await readClusterUid(this.client));
  }

  async stop(): Promise<void> {
    await Promise.all([this.bindings.stop(), this.pods.stop()]);
  }
}

/** All that leads from a pod to its physical one; ten thousand whole pods would be a hundred megabytes. */
function trimmed({ metadata, spec }: Pod): Pod {
  const { name, namespace, uid, resourceVersion, annotations = {} } = metadata ?? {};
  const kept = Object.entries(annotations).filter(([key]) => FORWARD.includes(key));
  return {
    metadata: { name, namespace, uid, resourceVersion, annotations: Object.fromEntries(kept) },
    spec: { nodeName: spec?.nodeName, containers: [], volumes: spec?.volumes?.filter(isClaimed).map(claim) },
  };
}

const isClaimed = ({ persistentVolumeClaim, ephemeral }: Volume) => persistentVolumeClaim !== undefined || ephemeral !== undefined;

function claim({ name, persistentVolumeClaim, ephemeral }: Volume): Volume {
  return { name, persistentVolumeClaim, ephemeral: ephemeral && {} };
}

/** Null: bound to no node yet. */
function viewed({ metadata, spec }: Pod): ViewedPod | null {
  const { name = '', namespace = '', uid = '', annotations } = metadata ?? {};
  return spec?.nodeName ? { metadata: { name, namespace, uid, annotations }, nodeName: spec.nodeName } : null;
}
