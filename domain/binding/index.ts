export {
  type BindingDecision,
  type BindingFacts,
  decideBinding,
  planBindingStatus,
  type PreflightCheck,
} from './decide';
export { elderWithClusterId } from './duplicates';
export {
  type Misaddress,
  misaddressOf,
  planPolicyStatus,
  type PolicyReader,
  type PolicyStatusFacts,
} from './policy-status';
export { type BindingCandidate, type BindingProblem, validateBinding } from './validate';
