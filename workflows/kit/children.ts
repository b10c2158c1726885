import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { getExternalWorkflowHandle, isCancellation, startChild } from '@temporalio/workflow';
import type { ChildWorkflowOptions, Workflow } from '@temporalio/workflow';
import { closedSignal, wantedSignal } from '../contracts/common';
import type { Closed, Wanted } from '../contracts/common';
import { WORKFLOW_TASK_TIMEOUT } from '../contracts/settings';

type ChildOptions<T extends Workflow> = Omit<ChildWorkflowOptions, 'args'> & {
  readonly workflowId: string;
  readonly args: Parameters<T>;
};

/**
 * Starts a child that outlives its parent's runs, or adopts the one that holds its id.
 * "Already started" is no success by itself: the holder may be about to close, so it is told that it is
 * wanted; when it has closed meanwhile, it is started again.
 *
 * @returns whether it is a new one
 */
export async function ensureChild<T extends Workflow>(
  workflow: T,
  options: ChildOptions<T>,
  wanted: Wanted,
): Promise<'started' | 'adopted'> {
  for (;;) {
    if (await startIfAbsent(workflow, options)) return 'started';
    if (await trySignal(options.workflowId, (handle) => handle.signal(wantedSignal, wanted))) return 'adopted';
    // One that has completed and may not run twice is not wanted any more.
    if (options.workflowIdReusePolicy === 'ALLOW_DUPLICATE_FAILED_ONLY') return 'adopted';
  }
}

async function startIfAbsent<T extends Workflow>(workflow: T, options: ChildOptions<T>): Promise<boolean> {
  try {
    const { args, ...rest } = options;
    await startChild<Workflow>(workflow.name, {
      ...rest,
      args: [...args],
      workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
      parentClosePolicy: 'ABANDON',
      cancellationType: 'ABANDON',
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** Sends to a workflow that may have closed. @returns false when there is no open one of that id */
export async function trySignal(
  workflowId: string,
  send: (handle: ReturnType<typeof getExternalWorkflowHandle>) => Promise<unknown>,
): Promise<boolean> {
  try {
    await send(getExternalWorkflowHandle(workflowId));
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    return false;
  }
}

/** The last act of a child: tells the parent's id (not its run, which may have continued) that it closes. */
export async function tellClosed(parentId: string, closed: Closed): Promise<void> {
  await trySignal(parentId, (handle) => handle.signal(closedSignal, closed));
}
