export { type Calendar, calendarOf, type CalendarSpec } from './calendar';
export {
  edgesWithin,
  evaluateWindows,
  exceptionAt,
  lastClosing,
  nextEdgeOf,
  type WindowEdge,
  type WindowState,
} from './evaluate';
export { turnAt } from './turn';
export { onWallClock } from './wall-clock';
export { type CalendarProblem, validateCalendar } from './validate';
export { type EpochMillis, type IanaZone, isKnownZone } from './zone';
