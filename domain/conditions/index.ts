export { type ConditionClaim, findCondition, sameCondition, setCondition, setConditions } from './conditions';
export { Reason } from './reasons';
export { toRfc3339 } from './rfc3339';
