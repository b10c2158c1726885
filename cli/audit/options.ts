import type { Command } from 'commander';
import { wholeNumber } from '../whole-number';

/** Options that `audit` and `repair` share. */
export interface AuditCommandOptions {
  readonly kubeconfig?: string;
  readonly binding?: string;
  readonly settle: number;
}

/** Adds them. */
export function withAuditOptions(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'kubeconfig of the virtual cluster; it may read everything there (default: KUBECONFIG, else ~/.kube/config)')
    .option('--binding <name>', 'only this ClusterBinding (default: all, and what belongs to none)')
    .option('--settle <seconds>', 'look again after so long at what was found; only what is there both times counts', wholeNumber(0, 999, 'seconds'), 5);
}
