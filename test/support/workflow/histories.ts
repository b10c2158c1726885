import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';

const { History } = temporal.api.history.v1;

export type HistoryEvent = temporal.api.history.v1.IHistoryEvent;
/** Name of the attributes field of an event, which tells its type: `timerStarted`, `workflowExecutionSignaled` ... */
export type EventType = keyof HistoryEvent extends infer K ? (K extends `${infer T}EventAttributes` ? T : never) : never;

const SUFFIX = 'EventAttributes';

/** Events of the latest run of a workflow, or of the given one. */
export async function eventsOf(client: Client, workflowId: string, runId?: string): Promise<HistoryEvent[]> {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  return events ?? [];
}

/** Events of the latest run of a workflow and of all runs that continued as new before it, latest run first. */
export async function runsOf(client: Client, workflowId: string): Promise<HistoryEvent[][]> {
  const runs: HistoryEvent[][] = [];
  let runId: string | undefined;
  do {
    const events = await eventsOf(client, workflowId, runId);
    runs.push(events);
    runId = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
  } while (runId !== undefined);
  return runs;
}

/** They name a machine and its folders, and replay does without them. */
const LOCAL: Readonly<Record<string, string>> = { identity: 'recorded', stackTrace: '' };

/** A history as text for a file, an event a line. */
export function printHistory(history: temporal.api.history.v1.IHistory): string {
  const plain = History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String });
  const { events } = JSON.parse(JSON.stringify(plain), (key, value: unknown) => LOCAL[key] ?? value) as { events: unknown[] };
  return `{"events": [\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]}\n`;
}

/** Reads what {@link printHistory} wrote. The SDK's own reader needs all its parts to share one copy of protobufjs. */
export function parseHistory(text: string): temporal.api.history.v1.History {
  return History.fromObject(JSON.parse(text) as object);
}

export function typeOf(event: HistoryEvent): EventType {
  const field = Object.keys(event).find((key) => key.endsWith(SUFFIX) && event[key as keyof HistoryEvent] != null);
  return (field ?? '').slice(0, -SUFFIX.length) as EventType;
}

/** How many events of the types that occur there are. */
export function census(events: readonly HistoryEvent[]): Partial<Record<EventType, number>> {
  const counts: Partial<Record<EventType, number>> = {};
  for (const type of events.map(typeOf)) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Name of the activity that ended in the workflow's own process; null: the event tells of none. */
export function localActivityOf({ markerRecordedEventAttributes: marker }: HistoryEvent): string | null {
  const data = marker?.details?.data?.payloads?.[0]?.data;
  if (marker?.markerName !== 'core_local_activity' || data == null) return null;
  return (JSON.parse(Buffer.from(data).toString()) as { activity_type: string }).activity_type;
}

/** How long the timers of a run were to last, milliseconds, in the order in which they were started. */
export function timersOf(events: readonly HistoryEvent[]): number[] {
  return events.flatMap(({ timerStartedEventAttributes: timer }) => (timer == null ? [] : [millis(timer.startToFireTimeout)]));
}

/** When the first timer of a run was to fire, epoch milliseconds. */
export function firstTimerDueAt(events: readonly HistoryEvent[]): number {
  const event = events.find(({ timerStartedEventAttributes: timer }) => timer != null);
  return millis(event?.eventTime) + millis(event?.timerStartedEventAttributes?.startToFireTimeout);
}

type Instant = { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined;

function millis(instant: Instant): number {
  return Number(instant?.seconds ?? 0) * 1_000 + (instant?.nanos ?? 0) / 1_000_000;
}
