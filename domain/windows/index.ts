export { edgesWithin, evaluateWindows, lastClosing, type WindowEdge, type WindowState } from './evaluate';
export { validateWindows, type WindowProblem } from './validate';
export { type EpochMillis, type IanaZone, isKnownZone } from './zone';
