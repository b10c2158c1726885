import { CancellationScope, continueAsNew } from '@temporalio/workflow';
import { BindingRun } from './cluster-binding/run';
import type { ClusterBindingInput } from './contracts/cluster-binding';

/**
 * One ClusterBinding from bind to unbind: preflight, Ready and why not, the watch of the physical cluster and
 * one `leasedNode` child per lent node. Deleting the object, or cancelling this workflow, returns every node
 * with grace before anything else is taken away.
 */
export async function clusterBinding(input: ClusterBindingInput): Promise<void> {
  const run = new BindingRun(input);
  CancellationScope.current().cancelRequested.catch(() => run.cancel());
  const carried = await CancellationScope.nonCancellable(() => run.untilClosedOrFull());
  if (carried !== undefined) await continueAsNew<typeof clusterBinding>({ ...input, carried });
}
