import { ScheduleAlreadyRunning, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client, ScheduleOptions } from '@temporalio/client';
import { TASK_QUEUE } from '../api/names/group';
import { AUDIT_ID, AUDIT_SCHEDULE_ID } from '../workflows/contracts/audit';

/**
 * Makes sure of the schedule of the standing audit. Runs never overlap, and those that were missed while Temporal was away are not made
 * up for: the next one sees all. A run is a dozen events and goes with the namespace's retention.
 * @param intervalMillis at least 1 s; 0: no standing audit
 */
export async function ensureAudit(client: Client, intervalMillis: number): Promise<void> {
  if (intervalMillis === 0) return unlessGone(client.schedule.getHandle(AUDIT_SCHEDULE_ID).delete());
  const options = scheduleOf(intervalMillis);
  try {
    await client.schedule.create({ scheduleId: AUDIT_SCHEDULE_ID, ...options });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}

/** Brings a schedule of an earlier setting in line; whether somebody paused it stays. @throws ServiceError */
export async function updateAudit(client: Client, intervalMillis: number): Promise<void> {
  await ensureAudit(client, intervalMillis);
  if (intervalMillis === 0) return;
  await unlessGone(client.schedule.getHandle(AUDIT_SCHEDULE_ID).update(({ state }) => ({ ...scheduleOf(intervalMillis), state })));
}

function scheduleOf(every: number) {
  return {
    spec: { intervals: [{ every }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'audit',
      workflowId: AUDIT_ID,
      taskQueue: TASK_QUEUE,
      args: [],
      staticSummary: 'Standing audit: do both sides agree?',
      workflowRunTimeout: '15 minutes',
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 minute' },
  } satisfies Omit<ScheduleOptions, 'scheduleId'>;
}

async function unlessGone(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}
