import type { Client } from '@temporalio/client';
import type { VirtualCluster } from '../activities/fleet/virtual-cluster';
import { MANAGER_ID } from '../workflows/contracts/ids';
import type { RunningWorkers } from './run-workers';

/** What keeps a worker from doing its work now, a phrase each; an unreachable physical cluster does not count. */
export async function missingForWork(
  client: Client,
  virtual: VirtualCluster,
  workers: RunningWorkers,
): Promise<readonly string[]> {
  const faults: string[] = [];
  if (!workers.running()) faults.push('the workers are not polling');
  if (!virtual.hasSynced()) faults.push('the lists of the virtual cluster are not synced');
  if (!(await managerRuns(client))) faults.push('Temporal does not answer, or manager does not run');
  return faults;
}

async function managerRuns(client: Client): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(MANAGER_ID).describe();
    return status.name === 'RUNNING';
  } catch {
    return false;
  }
}
