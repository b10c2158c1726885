export { decodeOverride, encodeOverride, isSeconds, type ReadOverride } from './annotation';
export {
  decideExtend,
  decideReclaim,
  decideReturn,
  decideShorten,
  type SteeringDecision,
  type SteeringFacts,
} from './decide';
export { countingOverride, type KnownOverride } from './counting';
export { askedBack, effectiveWindow, isSpent } from './effective';
export { formatInstant, parseInstant } from './instant';
export { type SteeredWindow, steeredWindow } from './steered';
export { endOf, positionAt } from './terms';
export type { Asked, ExtensionLimits, LeaseOverride, LeaseTerms, OverrideKind } from './types';
