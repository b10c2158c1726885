import { CancellationScope, continueAsNew } from '@temporalio/workflow';
import type { LeasedNodeInput } from './contracts/leased-node';
import { NodeRun } from './leased-node/run';

/**
 * One lent node: its vnode, the window timers, the taints, the reclaim and one `virtualPod` child per pod.
 * Cancelling it means "return the node, gracefully": it closes when the vnode is gone and the node is empty.
 */
export async function leasedNode(input: LeasedNodeInput): Promise<void> {
  const run = new NodeRun(input);
  CancellationScope.current().cancelRequested.catch(() => run.cancel());
  const carried = await CancellationScope.nonCancellable(() => run.untilClosedOrFull());
  if (carried !== undefined) await continueAsNew<typeof leasedNode>({ ...input, carried });
}
