export { isEligibleNode } from './eligibility';
export { matchesNodeSelector, type SelectableNode } from './node-selector';
export { type SelectedPolicy, type SelectingBinding, selectPolicy } from './policy';
export { bySeniority } from './seniority';
export { type Shadow, type ShadowFacts, shadowsOf } from './shadow';
