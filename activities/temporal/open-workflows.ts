import type { Client } from '@temporalio/client';
import type { SharedActivities } from '../../workflows/contracts/activities';

/** Finds open workflows by type, binding and node. @returns their ids */
export type OpenWorkflows = SharedActivities['openWorkflows'];

/** Ids of open workflows by type, binding and node, from Temporal's visibility store (which may lag by a moment). */
export function openWorkflowsOf(client: Client): OpenWorkflows {
  return async ({ type, binding, node }) => {
    const clauses = [
      `WorkflowType = ${quote(type)}`,
      `ExecutionStatus = "Running"`,
      ...(binding === undefined ? [] : [`KoBinding = ${quote(binding)}`]),
      ...(node === undefined ? [] : [`KoNode = ${quote(node)}`]),
    ];
    const ids: string[] = [];
    for await (const { workflowId } of client.workflow.list({ query: clauses.join(' AND ') })) ids.push(workflowId);
    return ids;
  };
}

function quote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
