export { takeOne, type Allowance } from './allowance';
export { copiedWarning } from './copied-warning';
export { worthTelling } from './moot';
export { lastSeen, occurrences, type PhysicalEvent } from './physical-warning';
