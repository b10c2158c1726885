export { type ReclaimFacts, type ReclaimPhase, type ReclaimPlan, planReclaim } from './plan';
export { isActive, isMirrored, type ReclaimPod } from './pods';
export {
  planTeardown,
  type TeardownFacts,
  teardownGraceSeconds,
  type TeardownPhase,
  type TeardownPlan,
} from './teardown';
export { protectedUntil } from './toleration';
