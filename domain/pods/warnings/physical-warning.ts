import type { EpochMillis } from '../types';

/** What is read of an Event in a physical cluster. Old and new clients of the events API fill different fields. */
export interface PhysicalEvent {
  readonly metadata: { readonly uid?: string; readonly creationTimestamp?: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly series?: { readonly count?: number; readonly lastObservedTime?: string } | null;
  readonly source?: { readonly component?: string };
  readonly reportingComponent?: string;
  readonly involvedObject: { readonly uid?: string; readonly name?: string; readonly namespace?: string; readonly fieldPath?: string };
}

/** When the last occurrence was; 0 for an event that does not say. */
export function lastSeen({ metadata, lastTimestamp, eventTime, series, firstTimestamp }: PhysicalEvent): EpochMillis {
  const instants = [series?.lastObservedTime, lastTimestamp, eventTime, firstTimestamp, metadata.creationTimestamp];
  return Math.max(0, ...instants.map((instant) => Date.parse(instant ?? '')).filter((millis) => !Number.isNaN(millis)));
}

/** How often it happened. */
export function occurrences({ count, series }: PhysicalEvent): number {
  return Math.max(1, series?.count ?? 0, count ?? 0);
}
