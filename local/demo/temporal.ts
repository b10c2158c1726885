import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import { NotAsPromised } from './check';

/** What Temporal tells a person about a workflow. */
export interface WorkflowFacts {
  readonly id: string;
  /** For example `RUNNING`. */
  readonly status: string;
  /** Id of the parent; null: none. */
  readonly parent: string | null;
  readonly summary: string;
  /** What the workflow says about itself at the moment. */
  readonly details: string;
}

/** @throws NotAsPromised when there is no such workflow. */
export async function readWorkflow(client: Client, id: string): Promise<WorkflowFacts> {
  const handle = client.workflow.getHandle(id);
  try {
    const description = await handle.describe();
    const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
    return {
      id,
      status: description.status.name,
      parent: description.parentExecution?.workflowId ?? null,
      summary: (await description.staticSummary()) ?? '',
      details: metadata.currentDetails ?? '',
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw new NotAsPromised(`there should be a workflow ${id}`);
    throw error;
  }
}

/**
 * Process id of the worker that runs the activity of a workflow, from its identity `<pid>@<host>`.
 * @throws NotAsPromised when none does.
 */
export async function holderOf(client: Client, workflowId: string): Promise<number> {
  const { raw } = await client.workflow.getHandle(workflowId).describe();
  const identity = raw.pendingActivities?.[0]?.lastWorkerIdentity ?? '';
  const pid = Number(identity.split('@')[0]);
  if (!Number.isInteger(pid) || pid <= 1) throw new NotAsPromised(`a worker should run the activity of ${workflowId}`);
  return pid;
}
