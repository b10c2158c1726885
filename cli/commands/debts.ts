import { Option, type Command } from 'commander';
import { readDebts } from '../../activities/debts/ledger';
import { DEBTS } from '../../api/names/keys';
import { type Debt, type Ledger } from '../../domain/debts';
import { withCluster } from '../connect';
import type { Io } from '../io';
import { table } from '../table';

interface DebtsOptions {
  readonly kubeconfig?: string;
  readonly output?: 'json';
}

/** `kubeocean debts`: what is still to be removed from physical clusters that were abandoned. */
export function registerDebts(program: Command, io: Io): void {
  program
    .command('debts')
    .description('List what is still to be removed from physical clusters that were abandoned; it is tried again until it is done.')
    .option('--kubeconfig <file>', 'kubeconfig of the virtual cluster (default: KUBECONFIG, else ~/.kube/config)')
    .addOption(new Option('-o, --output <format>', 'machine-readable').choices(['json']))
    .action((options: DebtsOptions) => debts(options, io));
}

async function debts({ kubeconfig, output }: DebtsOptions, io: Io): Promise<void> {
  const ledger = await withCluster(kubeconfig, ({ client }) => readDebts(client));
  if (output === 'json') return io.out(`${JSON.stringify(ledger, null, 2)}\n`);
  print(ledger, io);
}

function print({ debts, unreadable }: Ledger, io: Io): void {
  if (debts.length > 0) io.out(table([COLUMNS, ...debts.map(toRow)]));
  const place = `ConfigMap ${DEBTS.namespace}/${DEBTS.name}`;
  for (const key of unreadable) io.err(`the entry ${key} of ${place} cannot be read and is left alone; correct or remove it\n`);
  if (debts.length === 0 && unreadable.length === 0) io.err('no debts\n');
}

const COLUMNS = ['BINDING', 'CLUSTERID', 'NAMESPACE', 'SECRET', 'SINCE', 'ATTEMPTS', 'NEXT', 'REASON'];

function toRow({ binding, clusterID, mountNamespace, secret, since, attempts, nextAttemptAt, reason }: Debt): string[] {
  return [binding, clusterID, mountNamespace, `${secret.namespace}/${secret.name}`, since, `${attempts}`, nextAttemptAt, reason];
}
