/**
 * Why something about a lease is as it is: the one vocabulary of conditions, events and logs for bindings, policies,
 * nodes and reclaim. Pods have their own.
 */
export const Reason = {
  /** A policy selects the node: it is lent. */
  PolicyApplied: 'PolicyApplied',
  /** An older policy applies to the same node; this one is ignored there. */
  PolicyShadowed: 'PolicyShadowed',
  PhysicalNodeGone: 'PhysicalNodeGone',
  PhysicalNodeReplaced: 'PhysicalNodeReplaced',
  NodeNotEligible: 'NodeNotEligible',
  BindingDeleting: 'BindingDeleting',
  BindingSelectorMismatch: 'BindingSelectorMismatch',
  VnodeDeleting: 'VnodeDeleting',
  /** Somebody cancelled the workflow of the node. */
  ReturnedByHand: 'ReturnedByHand',
  NoPolicy: 'NoPolicy',
  /** What would decide cannot be read at the moment; nothing is changed because of that. */
  StateUnknown: 'StateUnknown',
  /** Somebody paused the node or its binding. */
  Paused: 'Paused',
  /** An object without our ownership labels holds the name; it is never touched. */
  NotOwned: 'NotOwned',

  /** Somebody steered a live lease, or what cares for it; the message says who and why. */
  LeaseExtended: 'LeaseExtended',
  LeaseShortened: 'LeaseShortened',
  LeaseReturned: 'LeaseReturned',
  ForceReclaimRequested: 'ForceReclaimRequested',
  /** A resync ended what had been asked of the lease. */
  LeaseOverrideEnded: 'LeaseOverrideEnded',
  /** The annotation `kubeocean.io/lease-override` cannot be read, and is not followed. */
  LeaseOverrideInvalid: 'LeaseOverrideInvalid',
  Resumed: 'Resumed',
  ResyncRequested: 'ResyncRequested',

  /** An edit would reclaim more nodes at once than `maxReclaimPercent` allows: it waits for a confirmation. */
  ReclaimHeld: 'ReclaimHeld',
  /** No edit waits any more. */
  NothingHeld: 'NothingHeld',
  ReclaimConfirmed: 'ReclaimConfirmed',

  /** The standing audit found something that is not as it should be, could not look, or finds nothing any more. */
  AuditFindings: 'AuditFindings',
  AuditIncomplete: 'AuditIncomplete',
  AuditClean: 'AuditClean',
  RepairRequested: 'RepairRequested',
  /** What a repair has done. */
  Repaired: 'Repaired',

  /** A Service of `serviceNamespaces`, or its endpoints, is not in the physical cluster; the message says why. */
  ServiceNotMirrored: 'ServiceNotMirrored',

  WindowOpen: 'WindowOpen',
  /** The end of the lease is near: pods and vnode tell when. */
  NoticeGiven: 'NoticeGiven',
  /** The end of the lease has moved away. */
  NoticeWithdrawn: 'NoticeWithdrawn',
  WindowClosed: 'WindowClosed',
  GracePeriod: 'GracePeriod',
  DeadlineReached: 'DeadlineReached',
  ReclaimForced: 'ReclaimForced',
  NodeEmpty: 'NodeEmpty',
  ToleratingPodsRemain: 'ToleratingPodsRemain',
  /** Long after the deadline the node is not empty. */
  ReclaimStuck: 'ReclaimStuck',
  /** The owner of the physical node asks for it, by an annotation there. */
  ReclaimRequested: 'ReclaimRequested',
  /** A disruption budget holds the pod until the deadline. */
  EvictionBlocked: 'EvictionBlocked',
  /** The pod was evicted, deleted, or deleted without grace, because its node is reclaimed. */
  EvictedByReclaim: 'EvictedByReclaim',
  DeletedByReclaim: 'DeletedByReclaim',
  KilledByReclaim: 'KilledByReclaim',

  PhysicalNodeReady: 'PhysicalNodeReady',
  PhysicalNodeNotReady: 'PhysicalNodeNotReady',
  /** The physical node does not report this condition. */
  NotReported: 'NotReported',
  ClusterUnreachable: 'ClusterUnreachable',
  /** The virtual scheduler cannot be told which host ports of a node are taken. */
  HostPortsNotReserved: 'HostPortsNotReserved',

  Initializing: 'Initializing',
  ValidationPassed: 'ValidationPassed',
  ValidationFailed: 'ValidationFailed',
  DuplicateClusterID: 'DuplicateClusterID',
  ConnectivityPassed: 'ConnectivityPassed',
  ConnectivityFailed: 'ConnectivityFailed',
  PreflightFailed: 'PreflightFailed',
  WatchSynced: 'WatchSynced',
  WatchNotSynced: 'WatchNotSynced',
  GatewayServing: 'GatewayServing',
  GatewayNotServing: 'GatewayNotServing',
  EndpointConfigured: 'EndpointConfigured',
  IntranetServiceFound: 'IntranetServiceFound',
  IntranetServiceMissing: 'IntranetServiceMissing',
  CredentialsValid: 'CredentialsValid',
  CredentialsExpireSoon: 'CredentialsExpireSoon',
  CredentialsExpired: 'CredentialsExpired',
  ClusterReachable: 'ClusterReachable',
  /** The ClusterBinding is gone although its finalizer should have held it. */
  BindingGone: 'BindingGone',
  /** The physical cluster was given up; what could not be cleaned there is a debt. */
  ClusterAbandoned: 'ClusterAbandoned',
  DebtRecorded: 'DebtRecorded',
  DebtPaid: 'DebtPaid',

  ValidationError: 'ValidationError',
  ActiveTimeWindow: 'ActiveTimeWindow',
  InactiveTimeWindow: 'InactiveTimeWindow',
  ClusterIDInsteadOfName: 'ClusterIDInsteadOfName',
  WrongCluster: 'WrongCluster',
  UnknownBinding: 'UnknownBinding',
} as const;
/** One of the words above. */
export type Reason = (typeof Reason)[keyof typeof Reason];
