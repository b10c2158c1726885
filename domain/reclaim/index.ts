export { type Kill } from './force';
export { type ForeseenFacts, type ForeseenReclaim, reclaimOf } from './foresee';
export { decodeNote, encodeNote, noteOf, type ReclaimNote } from './note';
export { planReclaim, type ReclaimFacts, type ReclaimPhase, type ReclaimPlan } from './plan';
export { isActive, isMirrored, namesOf, type PhysicalPod, type ReclaimPod } from './pods';
export {
  planTeardown,
  type TeardownFacts,
  teardownGraceSeconds,
  type TeardownPhase,
  type TeardownPlan,
} from './teardown';
export { decodeTerms, encodeTerms, NO_TERMS, type ReclaimTerms, termsOf } from './terms';
export {
  announcedBeginning,
  type AskedReclaim,
  type BeginningFacts,
  beginningOf,
  isTaintDue,
  type Timeline,
  timelineOf,
  type TimelineFacts,
} from './timeline';
export { protectedUntil } from './toleration';
export { stuckUnseen } from './unseen';
