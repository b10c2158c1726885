import type { PodSpec, PodStatus } from 'kubernetes-types/core/v1';
import type { OwnerReference } from 'kubernetes-types/meta/v1';

/** Milliseconds since the epoch. Rules take the present as an argument and keep no clock. */
export type EpochMillis = number;

/** Pod metadata that the rules read; name, namespace and uid are always there on a stored pod. */
export interface PodMeta {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly Readonly<OwnerReference>[];
}

/** A pod as an API server returns it, in either cluster. Rules never change one. */
export interface PodObject {
  readonly metadata: PodMeta;
  readonly spec: Readonly<PodSpec>;
  readonly status?: Readonly<PodStatus>;
}

/** Which virtual cluster and binding an object of ours belongs to. */
export interface Ownership {
  /** UID of the virtual cluster's `kube-system` namespace. */
  readonly virtualCluster: string;
  /** Name of the ClusterBinding. */
  readonly binding: string;
}

/** A pod by name and identity. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}
