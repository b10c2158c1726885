import { Option, type Command } from 'commander';
import { localZone } from '../../activities/settings';
import { withCluster } from '../connect';
import type { Io } from '../io';
import { planLeases } from '../lease/plan-leases';
import { planTable } from '../lease/plan-table';
import { readLeases } from '../lease/read-leases';
import { leaseGroup } from '../steering/lease-group';
import { UserError } from '../user-error';
import { wholeNumber } from '../whole-number';

interface LeasePlanOptions {
  readonly kubeconfig?: string;
  readonly days: number;
  readonly policy?: string;
  readonly output: 'table' | 'json';
}

const DAY_MS = 24 * 60 * 60_000;
const MAX_DAYS = 366;

/** `kubeocean lease plan`: every edge ahead of every lent node, with the pods it would hit today. */
export function registerLeasePlan(program: Command, io: Io): void {
  leaseGroup(program)
    .command('plan')
    .description('Print every edge ahead of each lent node, with the pods that it would hit were it now.')
    .option('--kubeconfig <file>', 'kubeconfig of the virtual cluster; it may read nodes, pods, bindings and their Secrets (default: KUBECONFIG, else ~/.kube/config)')
    .option('--days <n>', `how far to look ahead, 1 to ${MAX_DAYS}`, wholeNumber(1, MAX_DAYS), 14)
    .option('--policy <name>', 'only nodes that this ResourceLeasingPolicy lends (default: all)')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['table', 'json']).default('table'))
    .action((options: LeasePlanOptions) => printLeasePlan(options, io));
}

async function printLeasePlan({ kubeconfig, days: ahead, policy, output }: LeasePlanOptions, io: Io): Promise<void> {
  const now = Date.now();
  const leases = await withCluster(kubeconfig, ({ client }) => readLeases(client, now));
  const report = planLeases(leases, { now, until: now + ahead * DAY_MS, policy, zone: localZone() ?? 'UTC' });
  const { nodes, unread } = report;
  if (output === 'json') io.out(`${JSON.stringify(report, null, 2)}\n`);
  else if (nodes.length > 0) io.out(planTable(nodes));
  else io.err(`No node is lent${policy === undefined ? '' : ` by ResourceLeasingPolicy ${policy}`}.\n`);
  for (const { binding, message } of unread) io.err(`ClusterBinding ${binding}: ${message}\n`);
  if (unread.length > 0) throw new UserError('The plan is not complete: not every physical cluster could be read.');
}
