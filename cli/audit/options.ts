import { InvalidArgumentError, type Command } from 'commander';

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
    .option('--settle <seconds>', 'look again after so long at what was found; only what is there both times counts', seconds, 5);
}

/** A number of seconds, as typed. @throws InvalidArgumentError */
export function seconds(text: string): number {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of seconds from 0 to 999.');
  return Number(text);
}
