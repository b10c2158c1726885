export { acceptedBinding, acceptedPolicy, bindingRecord, policyRecord } from './accepted';
export { blockedClaim, isHeld } from './condition';
export { type Edited, type GuardFacts, type HeldEdits, judgeEdits, type Verdict } from './judge';
