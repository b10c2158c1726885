import type { LeaseException, ResourceLeasingPolicySpec, TimeWindow } from '../../api/names/types';
import type { IanaZone } from './zone';

/** When a policy lends: weekly windows, the dated exceptions that beat them, and the wall clock on which both are read. */
export interface Calendar {
  /** Empty or absent: always. */
  readonly windows?: readonly TimeWindow[];
  readonly exceptions?: readonly LeaseException[];
  readonly zone: IanaZone;
}

/** The fields of a policy that make its calendar. */
export type CalendarSpec = Pick<ResourceLeasingPolicySpec, 'timeWindows' | 'exceptions' | 'timeZone'>;

/**
 * The calendar of a policy.
 * @param workerZone counts where the policy names no zone of its own
 */
export function calendarOf({ timeWindows, exceptions, timeZone }: CalendarSpec, workerZone: IanaZone): Calendar {
  return { windows: timeWindows, exceptions, zone: timeZone ?? workerZone };
}
