export type { EpochMillis, Ownership, PodMeta, PodObject, PodRef } from './types';
export { isBound, isDeleting, isTerminal, isTerminalPhase } from './predicates';
export { failedCreateReport, metadataRefusedReport, nodeClosingReport, PHYSICAL_POD_LOST_MESSAGE, PodReason, warning, type PodReport } from './reasons';

export { physicalHostname } from './naming/hostname';
export { copyName, copyNames } from './naming/copy-name';
export { physicalName } from './naming/physical-name';
export { tokenSecretName } from './naming/token-secret-name';

export { isCopyOf, isKnownCopy, isOurs, namesVirtualKey, namesVirtualPod, ownershipLabels, virtualPodOf } from './identity/ownership';
export { backAnnotations, physicalAnnotations, physicalLabels } from './identity/physical-metadata';
export { forwardAnnotations } from './identity/forward-annotations';
export { specHash } from './identity/spec-hash';
export { workloadOf, type ResolvedOwner, type Workload } from './identity/workload';

export type { TranslationContext, VirtualEndpoint } from './translation/context';
export { inPlaceUpdate } from './update/in-place-update';
export type { InPlaceUpdate, SpecChange } from './update/types';
export { toPhysicalPod, type PhysicalPod } from './translation/to-physical-pod';

export { toPhysicalClaim, unboundBecause, type ClaimSource } from './dependencies/claim-copy';
export { claimGrowth, type ClaimSizes } from './dependencies/claim-growth';
export { toPhysicalConfigMap, type ConfigMapSource } from './dependencies/config-map-copy';
export { copyAction, type CopyAction, type CopyFacts } from './dependencies/copy-action';
export { copyLabels, copyMetadata, sourceVersion, type CopyContext, type SourceMeta } from './dependencies/copy-metadata';
export { copyWrite, type CopyObject, type CopyWrite } from './dependencies/copy-write';
export { holdersOf, releaseOf } from './dependencies/holders';
export {
  copyNeeds,
  dependencyKeys,
  pullSecretReport,
  ROOT_CA_CONFIG_MAP,
  unsupportedNeeds,
  waitingReport,
  type CopyNeed,
  type MissingNeed,
} from './dependencies/needs';
export { toPhysicalSecret, type SecretSource } from './dependencies/secret-copy';
export { staleCopyReport } from './dependencies/stale-report';
export { COPY_KINDS, parseSourceKey, sourceKey, type CopyKind, type ObjectRef, type SourceRef } from './dependencies/source-ref';
export { contentKeys, COPY_MANAGER, SERVICE_FIELDS, SLICE_FIELDS, writtenFrom, type WrittenMeta } from './dependencies/written-from';
export { toPhysicalVolume, type VolumeSource } from './dependencies/volume-copy';
export { volumeSecrets, type VolumeSecret } from './dependencies/volume-secrets';
export { PULL_SECRETS, references, type DependencyKind, type Reference } from './dependencies/references';

export { tokenRenewAt, tokenTimes } from './tokens/token-renewal';
export { serviceAccountOf, tokenRequests, type TokenRequest } from './tokens/token-requests';
export { tokenSecret, type TokenSecretContent } from './tokens/token-secret';

export { lostStatus } from './status/lost-status';
export { broughtBy, NOTHING_REFUSED, type MetadataMaps, type MetadataPatch } from './status/virtual-metadata';
export { guard, virtualPodStatus, type StatusFields, type VirtualStatusPatch } from './status/virtual-pod-status';

export { ignoredBecause, type IgnoredBecause } from './reconcile/ignored';
export { hadPhysicalPod, nameHolder, type NameHolder } from './reconcile/name-holder';
export { SCHEDULING_TIMEOUT_MILLIS } from './reconcile/reconcile-own';
export { reconcilePod } from './reconcile/reconcile-pod';
export type {
  DeleteBecause,
  NoneBecause,
  PodAction,
  PodDecision,
  PodPair,
  ReconcileContext,
  VnodeState,
} from './reconcile/types';
