import type { Client } from '@temporalio/client';
import pLimit from 'p-limit';

/** Length of all histories of one workflow type, and how many runs they are. */
export interface HistoryTotal {
  readonly runs: number;
  readonly events: number;
}

/** By workflow type. */
export type HistoryTotals = ReadonlyMap<string, HistoryTotal>;

const PARALLEL = 8;

/** Sums up the histories of all workflows of a namespace; the length of a running one is asked for. */
export async function historyTotals(client: Client): Promise<HistoryTotals> {
  const limit = pLimit(PARALLEL);
  const lengths: Promise<{ type: string; events: number }>[] = [];
  for await (const { type, workflowId, runId, status, historyLength } of client.workflow.list()) {
    const ask = async () => (await client.workflow.getHandle(workflowId, runId).describe()).historyLength;
    const isKnown = status.name !== 'RUNNING' && historyLength > 0;
    lengths.push(limit(async () => ({ type, events: isKnown ? historyLength : await ask() })));
  }
  const totals = new Map<string, HistoryTotal>();
  for (const { type, events } of await Promise.all(lengths)) {
    const total = totals.get(type) ?? { runs: 0, events: 0 };
    totals.set(type, { runs: total.runs + 1, events: total.events + events });
  }
  return totals;
}

/** Events that were added between two looks, by workflow type. */
export function eventsBetween(before: HistoryTotals, after: HistoryTotals): ReadonlyMap<string, number> {
  return new Map([...after].map(([type, { events }]) => [type, events - (before.get(type)?.events ?? 0)]));
}
