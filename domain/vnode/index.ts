export { decideNode, type LendableNode, NODE_RULES, type NodeDecision, type NodeFacts } from './decide';
export type { WindowTaintEffect } from './desired-taints';
export { physicalNodeOf, toLabelValue, vnodeName } from './naming';
export { isVnodeOf, planVnode, type VnodeFacts, type VnodePatch, type VnodePlan } from './plan';
export { isPolicyLabelOurs, type PolicyLabelFacts, policyLabelToSet } from './policy-label';
export { chooseProxierPort, proxierPortOf } from './proxier-port';
export { desiredStatus, isPhysicalReady, planVnodeStatus, type StatusFacts, type VnodeStatusPatch } from './status';
export type { NodeObject, VnodeBinding, VnodeEndpoint } from './types';
export { releasePatch, teardownPatch, teardownStartedAt } from './teardown-patch';
