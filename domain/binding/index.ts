export { isAbandoned } from './abandoned';
export {
  Check,
  type CheckStatus,
  type ClockReading,
  clockSkew,
  clockSkewCheck,
  CONTENT_CHECKS,
  credentialsCheck,
  failed,
  passed,
  type PreflightCheck,
  sameClusterCheck,
  skipped,
  versionSkewCheck,
  warned,
} from './checks';
export { type CredentialsLife, expiryOf, warnAt } from './credentials-life';
export { type BindingDecision, type BindingFacts, decideBinding, planBindingStatus, UNREACHABLE } from './decide';
export { elderWithClusterId } from './duplicates';
export {
  type Misaddress,
  misaddressOf,
  planPolicyStatus,
  type PolicyReader,
  type PolicyStatusFacts,
} from './policy-status';
export { shadowClaim, SHADOWED } from './shadow-claim';
export { type BindingCandidate, type BindingProblem, validateBinding } from './validate';
export type { VirtualAccess } from './virtual-access';
export type { NodeReclaim } from './policy-reclaim';
