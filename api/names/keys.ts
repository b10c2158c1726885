/**
 * Every label, annotation, taint and finalizer key that Kubeocean writes or reads.
 * The strings are the wire format shared with existing installations (spec leasing.md section 2).
 */

/** Prefix of every key that belongs to Kubeocean. Keys under it can be forged by neither side. */
export const KEY_PREFIX = 'kubeocean.io/';

/** Label keys. */
export const Label = {
  ManagedBy: 'kubeocean.io/managed-by',
  /** Name of the ClusterBinding that owns the object; on vnodes and on every object of ours in a physical cluster. */
  ClusterBinding: 'kubeocean.io/cluster-binding',
  /** UID of the virtual cluster's `kube-system` namespace; on every object of ours in a physical cluster. */
  VirtualCluster: 'kubeocean.io/virtual-cluster',
  PhysicalClusterId: 'kubeocean.io/physical-cluster-id',
  PhysicalNodeName: 'kubeocean.io/physical-node-name',
  PhysicalNodeUid: 'kubeocean.io/physical-node-uid',
  PhysicalNodeInnerIp: 'kubeocean.io/physical-node-innerip',
  ProxierPort: 'kubeocean.io/proxier_port',
  PolicyApplied: 'kubeocean.io/policy-applied',
  HostPortFakePod: 'kubeocean.io/hostport-fake-pod',
  VirtualNamespace: 'kubeocean.io/virtual-namespace',
  WorkloadType: 'kubeocean.io/workload-type',
  WorkloadName: 'kubeocean.io/workload-name',
  ServiceAccountToken: 'kubeocean.io/service-account-token',
  NodeType: 'type',
  InstanceType: 'node.kubernetes.io/instance-type',
  InstanceTypeBeta: 'beta.kubernetes.io/instance-type',
  Hostname: 'kubernetes.io/hostname',
} as const;

/** Value of {@link Label.ManagedBy}. */
export const MANAGED_BY = 'kubeocean';
/** Value of {@link Label.NodeType} on a vnode. */
export const VIRTUAL_KUBELET = 'virtual-kubelet';
/** Value of the instance-type labels on a vnode. */
export const VNODE_INSTANCE_TYPE = 'vnode';

/** Annotation keys. */
export const Annotation = {
  PoliciesApplied: 'kubeocean.io/policies-applied',
  PolicyDetails: 'kubeocean.io/policy-details',
  ExpectedMetadata: 'kubeocean.io/expected-metadata',
  PrometheusUrl: 'kubeocean.io/prometheus-url',
  PhysicalNodeName: 'kubeocean.io/physical-node-name',
  PhysicalNodeUid: 'kubeocean.io/physical-node-uid',
  PhysicalCsiNodeUid: 'kubeocean.io/physical-csinode-uid',
  DeletionTaintTime: 'kubeocean.io/deletion-taint-time',
  /** RFC 3339 instant of the next edge that closes the window; absent while no edge is ahead. */
  LeaseEndsAt: 'kubeocean.io/lease-ends-at',
  LeaseOverride: 'kubeocean.io/lease-override',
  /** On a vnode, JSON: the terms of the policy under which it will be reclaimed, so that they outlive the policy. */
  ReclaimTerms: 'kubeocean.io/reclaim-terms',
  /** On a vnode, JSON: where its reclaim stands; absent while it is lent. The conditions are computed from it. */
  Reclaim: 'kubeocean.io/reclaim',
  /** On a physical node, RFC 3339: its owner takes it back, and pods are deleted from that instant on. */
  ReclaimRequested: 'kubeocean.io/reclaim-requested',
  /** On a ClusterBinding: hash of the held edits that somebody confirmed. */
  ConfirmedReclaim: 'kubeocean.io/confirmed-reclaim',
  Paused: 'kubeocean.io/paused',
  /** On a ClusterBinding: when (RFC 3339) somebody gave its physical cluster up. Counts once the binding is being deleted. */
  Abandon: 'kubeocean.io/abandon',
  RunningDaemonset: 'kubeocean.io/running-daemonset',
  VirtualPodNamespace: 'kubeocean.io/virtual-pod-namespace',
  VirtualPodName: 'kubeocean.io/virtual-pod-name',
  VirtualPodUid: 'kubeocean.io/virtual-pod-uid',
  VirtualNodeName: 'kubeocean.io/virtual-node-name',
  PhysicalPodNamespace: 'kubeocean.io/physical-pod-namespace',
  PhysicalPodName: 'kubeocean.io/physical-pod-name',
  PhysicalPodUid: 'kubeocean.io/physical-pod-uid',
  VirtualName: 'kubeocean.io/virtual-name',
  VirtualNamespace: 'kubeocean.io/virtual-namespace',
  /** UID and resourceVersion of the virtual object from which a copy was last written. */
  SourceVersion: 'kubeocean.io/source-version',
  /** On copies and mirrored Services: MD5 of the sorted names of the fields and keys that they hold. */
  ContentKeys: 'kubeocean.io/content-keys',
  /** Names of further bindings whose pods use a copy, comma-separated. */
  SharedWith: 'kubeocean.io/shared-with',
  ServiceAccount: 'kubeocean.io/service-account',
  TokenExpiresAt: 'kubeocean.io/token-expires-at',
  /** RFC 3339 instant at which the tokens of a Secret are due for renewal. */
  TokenRenewAt: 'kubeocean.io/token-renew-at',
  /** Hash of what {@link https://kubernetes.io/docs/concepts/workloads/pods/ a pod} asked for when its copy was last written. */
  SpecHash: 'kubeocean.io/spec-hash',
  /** Where metrics-server finds the figures of a node, unless at `/metrics/resource`. */
  ResourceMetricsPath: 'metrics.k8s.io/resource-metrics-path',
  /** On a virtual pod, written as {@link Annotation.ExpectedMetadata}: what the physical cluster added and the virtual one refuses. */
  RefusedMetadata: 'kubeocean.io/refused-metadata',
  /** On a physical pod, JSON: images and resources that its virtual pod asked for when the copy was last written. */
  ExpectedSpec: 'kubeocean.io/expected-spec',
} as const;

/** Taint keys on vnodes (spec leasing.md 2.3). */
export const Taint = {
  Vnode: 'kubeocean.io/vnode',
  PhysicalUnschedulable: 'kubeocean.io/physical-node-unschedulable',
  OutOfTimeWindows: 'kubeocean.io/out-of-time-windows',
  VnodeDeleting: 'kubeocean.io/vnode-deleting',
  ClusterUnreachable: 'kubeocean.io/cluster-unreachable',
  NodeUnschedulable: 'node.kubernetes.io/unschedulable',
} as const;

/** On objects of the user's that an earlier installation copied; one of each for a clusterID. Never written, only taken off. */
export const syncedByLabel = (clusterId: string): string => `${KEY_PREFIX}synced-by-${clusterId}`;
/** See {@link syncedByLabel}. */
export const copyFinalizer = (clusterId: string): string => `${KEY_PREFIX}finalizer-${clusterId}`;
/** See {@link syncedByLabel}: how an earlier installation noted that the copy goes. */
export const deletingAnnotation = (clusterId: string): string => `${KEY_PREFIX}deleting-${clusterId}`;

/** Finalizers. Only the binding's and the vnode's are ever added; the others are honoured and released. */
export const Finalizer = {
  ClusterBindingManager: 'kubeocean.io/clusterbinding-manager',
  ClusterBindingSyncer: 'kubeocean.io/clusterbinding-syncer',
  Vnode: 'kubeocean.io/vnode',
  Policy: 'policy.kubeocean.io/finalizer',
} as const;

/** Condition of a vnode that turns False only on a positive observation; NodeLeases follow it. */
export const PHYSICAL_READY = 'PhysicalReady';

/** Condition of a vnode while it is reclaimed; its reason is the phase. Also on policies, for all their nodes. */
export const RECLAIMING = 'Reclaiming';
/** Condition of a vnode that ought to be empty for a while and is not. Also on policies. */
export const RECLAIM_STUCK = 'ReclaimStuck';

/** Namespace of the placeholders for host ports that are taken on physical nodes. */
export const PLACEHOLDER_NAMESPACE = 'kubeocean-fake';

/** Namespaces whose pods are never mirrored (spec leasing.md section 0). */
export const SYSTEM_NAMESPACES: readonly string[] = [
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'kubeocean-system',
  PLACEHOLDER_NAMESPACE,
];

/** Namespace of Kubeocean in the virtual cluster. */
export const SYSTEM_NAMESPACE = 'kubeocean-system';
/** Heartbeat object that the gateways renew: it tells whether one serves. */
export const GATEWAY_LEASE = { namespace: SYSTEM_NAMESPACE, name: 'kubeocean-gateway' } as const;
/** ConfigMap of what is still to be removed from physical clusters that were abandoned. */
export const DEBTS = { namespace: SYSTEM_NAMESPACE, name: 'kubeocean-debts' } as const;
/** Conventional mount namespace in a physical cluster. */
export const WORKER_NAMESPACE = 'kubeocean-worker';
/** PriorityClass of physical pods unless the binding names another; value {@link DEFAULT_PRIORITY}. */
export const DEFAULT_PRIORITY_CLASS = 'kubeocean-default';
/** Below that of every ordinary pod, so that the lender's go first. */
export const DEFAULT_PRIORITY = -10_000;
