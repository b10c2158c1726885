import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { NodeRef } from '../../workflows/contracts/activities';
import { physicalGoneSignal } from '../../workflows/contracts/virtual-pod';
import type { OpenWorkflows } from './open-workflows';

/** Ends the pod workflows of a node of whose pods nothing is left to do. @returns how many were open (visibility lags by a moment) */
export type DismissPods = (ref: NodeRef) => Promise<number>;

/** Makes {@link DismissPods} for a Temporal namespace. */
export function dismissPodsOf(client: Client, openWorkflows: OpenWorkflows): DismissPods {
  return async ({ binding, node }) => {
    const ids = await openWorkflows({ type: 'virtualPod', binding, node });
    await Promise.all(ids.map((id) => dismiss(client, id)));
    return ids.length;
  };
}

async function dismiss(client: Client, workflowId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(physicalGoneSignal, { verify: false, settled: true });
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
