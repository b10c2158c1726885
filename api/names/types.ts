/**
 * The custom resources as plain data: what crosses from the API server into rules and workflows.
 * The schemas that validate them are in `api/schema`; a test there keeps both in step.
 */
import type { NodeSelector } from 'kubernetes-types/core/v1';

/** Metadata fields that Kubeocean reads. Timestamps are RFC 3339 strings. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** A `metav1.Condition`. */
export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number;
}

/** ClusterBinding, in the virtual cluster (spec leasing.md 1.1). */
export interface ClusterBinding {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec: ClusterBindingSpec;
  readonly status?: ClusterBindingStatus;
}

/** What somebody asks for. */
export interface ClusterBindingSpec {
  /** Part of vnode names; immutable and unique. */
  readonly clusterID: string;
  readonly secretRef: { readonly name?: string; readonly namespace?: string };
  /** Which physical nodes may become vnodes; absent or without terms: all. */
  readonly nodeSelector?: NodeSelector;
  /** Physical namespace that receives every copied object. */
  readonly mountNamespace?: string;
  /** Namespaces whose Services are mirrored into the physical cluster. Default none. */
  readonly serviceNamespaces?: readonly string[];
  /** True: vnodes do not get the taint `kubeocean.io/vnode`. Default false. */
  readonly disableNodeDefaultTaint?: boolean;
  /** PriorityClass of physical pods. Default `kubeocean-default`. */
  readonly podPriorityClassName?: string;
  /** True: DaemonSet pods on vnodes run like others. Default false. */
  readonly runningDaemonsetByDefault?: boolean;
  /** True: physical pods are bound by name, without the physical scheduler. Default false. */
  readonly directScheduling?: boolean;
  /** How pods reach the virtual cluster; each absent part: by its intranet Service. */
  readonly virtualCluster?: VirtualClusterAccess;
}

/** See {@link ClusterBindingSpec.virtualCluster}. */
export interface VirtualClusterAccess {
  /** `https://host:port`; the host is an IP address or a name, the port 443 unless given. */
  readonly apiServer?: string;
  /** IP address or name of the DNS server. */
  readonly dns?: string;
}

/** `Ready`: nodes may be lent; the conditions say why not. */
export type BindingPhase = 'Pending' | 'Ready' | 'Failed';

/** What became of it. */
export interface ClusterBindingStatus {
  readonly phase?: BindingPhase;
  readonly conditions?: readonly Condition[];
  readonly lastSyncTime?: string;
  /** Lines of the last preflight, in the order in which the checks are made. */
  readonly checks?: readonly StatusCheck[];
  /** RFC 3339; absent or null: never, or not known. */
  readonly credentialsExpireAt?: string | null;
  /** UID of the mount namespace: tells one mount namespace from another of its name. */
  readonly mountNamespaceUID?: string;
  /** UID of the physical cluster's kube-system: which cluster is bound, whatever the kubeconfig leads to later. */
  readonly clusterUID?: string;
  /** What counts of `nodeSelector`, while edits are guarded. */
  readonly accepted?: AcceptedEdit;
  /** What the standing audit found last. */
  readonly audit?: AuditStatus;
}

/** Whether both sides agree; written only when the answer changes. */
export interface AuditStatus {
  readonly outcome: 'Clean' | 'Findings' | 'Unknown';
  readonly findings: number;
  readonly message: string;
  /** RFC 3339: since when this is the answer. */
  readonly since: string;
}

/** One named check, as a line of a status. */
export interface StatusCheck {
  readonly name: string;
  readonly status: 'Passed' | 'Warning' | 'Failed' | 'Skipped';
  readonly message: string;
}

/** What was accepted last of an object whose edits are guarded by `maxReclaimPercent`. */
export interface AcceptedEdit {
  readonly generation: number;
  /** JSON of the fields that decide which nodes are lent, and when. */
  readonly spec: string;
}

/** ResourceLeasingPolicy, in a physical cluster (spec leasing.md 1.2). */
export interface ResourceLeasingPolicy {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
  readonly spec: ResourceLeasingPolicySpec;
  readonly status?: ResourceLeasingPolicyStatus;
}

/** What its lender promises. */
export interface ResourceLeasingPolicySpec {
  /** Name of the ClusterBinding. */
  readonly cluster: string;
  readonly nodeSelector?: NodeSelector;
  /** Empty or absent: always open. */
  readonly timeWindows?: readonly TimeWindow[];
  /** IANA zone on whose wall clock windows and exceptions are read; absent: the worker's. */
  readonly timeZone?: string;
  /** Dated; they beat the weekly windows, and `Closed` beats `Open`. */
  readonly exceptions?: readonly LeaseException[];
  readonly resourceLimits?: readonly ResourceLimit[];
  /** True: pods are evicted when the window is closed. Default false. */
  readonly forceReclaim?: boolean;
  /** Seconds between the edge and force. Default 0. */
  readonly gracefulReclaimPeriodSeconds?: number;
  /** Seconds before the reclaim begins from which pods and vnode tell that it will. Default 0: no notice. */
  readonly noticePeriodSeconds?: number;
  /** What happens to pods during the grace: they run on, or are evicted as their budgets allow. Default `Wait`. */
  readonly drain?: DrainMode;
  /** True: the reclaim begins so early that the node is empty at the edge. Default false. */
  readonly reclaimBefore?: boolean;
  /** True: a toleration of the window's taint protects no longer than to the deadline. Default false. */
  readonly evictTolerating?: boolean;
  /** Seconds for which the borrower may extend a lease past the edge of its window. Default 0: not at all. */
  readonly maxExtensionSeconds?: number;
}

/** What happens to pods during the grace of a reclaim. */
export type DrainMode = 'Wait' | 'Evict';

/** Some hours, on some days of each week. */
export interface TimeWindow {
  /** `HH:MM`, 00:00 to 23:59. */
  readonly start: string;
  /** `HH:MM`; this minute is still inside the window. */
  readonly end: string;
  /** Full English names of the days on which the window starts; empty: every day. */
  readonly days?: readonly string[];
}

/** Opens or closes lending on one day, or on each of several. */
export interface LeaseException {
  /** `YYYY-MM-DD`, 2000 to 2099: the first day. */
  readonly date: string;
  /** `YYYY-MM-DD`: the last day, at most 366 days later; absent: `date`. */
  readonly lastDate?: string;
  readonly lending: 'Open' | 'Closed';
  /** `HH:MM`, the first minute of each day; absent: 00:00. */
  readonly start?: string;
  /** `HH:MM`, the last minute of each day, on the next day where it is before `start`; absent: 23:59. */
  readonly end?: string;
  /** For people: shown in the policy's conditions and in the lease plan. */
  readonly reason: string;
}

/** How much of one resource is lent: the smaller of both bounds. */
export interface ResourceLimit {
  readonly resource: string;
  /** Kubernetes quantity, an upper bound. */
  readonly quantity?: string | number;
  /** 0 to 100, of what is free. */
  readonly percent?: number;
}

/** `Active`, `Inactive`: a window is open, or none; `Failed`: something in the spec cannot be followed. */
export type PolicyPhase = 'Pending' | 'Active' | 'Inactive' | 'Failed';

/** What became of it. */
export interface ResourceLeasingPolicyStatus {
  readonly phase?: PolicyPhase;
  readonly activeTimeWindow?: boolean;
  readonly lastAppliedTime?: string;
  /** The zone in effect; empty while `spec.timeZone` is unknown. */
  readonly timeZone?: string;
  readonly conditions?: readonly Condition[];
  /** What counts of `spec`, while edits are guarded. */
  readonly accepted?: AcceptedEdit;
}
