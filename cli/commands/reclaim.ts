import type { Command } from 'commander';
import { withCluster } from '../connect';
import type { Io } from '../io';
import { drain } from '../reclaim/drain';
import { claimNode, machinesOf, unclaimNode, unlabelNode } from '../reclaim/nodes';
import { UserError } from '../user-error';
import { MOST_SECONDS, wholeNumber } from '../whole-number';

interface ReclaimOptions {
  readonly local?: boolean;
  readonly kubeconfig: string;
  readonly node?: string;
  readonly wait: number;
  readonly evict?: boolean;
  readonly gracePeriod?: number;
  readonly timeout: number;
  readonly undo?: boolean;
}

/** `kubeocean reclaim --local`: the lender empties his own nodes, with nobody's help. */
export function registerReclaim(program: Command, io: Io): void {
  const seconds = wholeNumber(0, MOST_SECONDS, 'seconds');
  program
    .command('reclaim')
    .description('Take nodes back: end every pod that Kubeocean runs there, and let nothing new come until --undo.')
    .option('--local', 'with the physical cluster alone: no worker, no Temporal and no virtual cluster is asked')
    .requiredOption('--kubeconfig <file>', 'kubeconfig of the physical cluster, with the rights of its administrator')
    .option('--node <name>', 'this node only (default: every node of the cluster)')
    .option('--wait <seconds>', 'how long pods may finish before they are deleted', seconds, 0)
    .option('--evict', 'evict pods meanwhile, as disruption budgets in this cluster allow')
    .option('--grace-period <seconds>', "instead of each pod's own termination grace; 0 ends pods of a dead machine in the API alone", seconds)
    .option('--timeout <seconds>', 'give up, with an error, when pods are still there so long after the wait', seconds, 600)
    .option('--undo', 'lend the nodes again, as the policies say')
    .action((options: ReclaimOptions) => reclaim(options, io));
}

async function reclaim(options: ReclaimOptions, io: Io): Promise<void> {
  if (options.local !== true) throw new UserError('Say --local: the nodes are taken back with the physical cluster alone.');
  await withCluster(options.kubeconfig, async ({ client }) => {
    const nodes = await machinesOf(client, options.node);
    if (options.undo === true) {
      await Promise.all(nodes.map((node) => unclaimNode(client, node)));
      return io.err(`${count(nodes.length, 'node')} may be lent again, as the policies say\n`);
    }
    const deadline = Date.now() + options.wait * 1_000;
    await Promise.all(nodes.map((node) => claimNode(client, node, deadline)));
    const { evict = false, gracePeriod: gracePeriodSeconds, timeout } = options;
    const ended = await drain(client, { nodes, deadline, evict, gracePeriodSeconds, giveUpAt: deadline + timeout * 1_000 }, io);
    await Promise.all(nodes.map((node) => unlabelNode(client, node)));
    io.err(`${count(nodes.length, 'node')} empty, ${count(ended, 'pod')} ended; nothing new comes until --undo\n`);
  });
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
