import type { Client } from '@temporalio/client';
import { TASK_QUEUE } from '../api/names/group';
import { MANAGER_ID } from '../workflows/contracts/ids';
import { WORKFLOW_TASK_TIMEOUT } from '../workflows/contracts/settings';
import type { Settings } from '../workflows/contracts/settings';

/** This Temporal namespace belongs to another virtual cluster. */
export class ClusterMismatch extends Error {
  override readonly name = 'ClusterMismatch';
}

/**
 * Makes sure that `manager` runs, and that it is this virtual cluster's: one Temporal namespace serves one virtual cluster,
 * told apart by the UID of its kube-system namespace.
 * @throws ClusterMismatch when the namespace belongs to another virtual cluster
 */
export async function ensureManager(client: Client, virtualCluster: string, settings: Settings): Promise<void> {
  const handle = await client.workflow.start('manager', {
    workflowId: MANAGER_ID,
    taskQueue: TASK_QUEUE,
    args: [{ virtualCluster, settings }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
    memo: { virtualCluster },
    staticSummary: 'All ClusterBindings of the virtual cluster',
  });
  const { memo } = await handle.describe();
  if (memo?.virtualCluster === virtualCluster) return;
  throw new ClusterMismatch(
    `this Temporal namespace serves the virtual cluster whose kube-system namespace has UID ${String(memo?.virtualCluster)}, ` +
      `and this one has ${virtualCluster}: use another namespace (TEMPORAL_NAMESPACE) for it`,
  );
}
