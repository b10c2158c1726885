import { Option, type Command } from 'commander';
import { auditOutcome } from '../../domain/audit';
import { judge } from '../audit/judge';
import { look } from '../audit/look';
import { withAuditOptions, type AuditCommandOptions } from '../audit/options';
import { printReport } from '../audit/print';
import { withCluster } from '../connect';
import type { Io } from '../io';

interface AuditOptions extends AuditCommandOptions {
  readonly output?: 'json';
}

/** `kubeocean audit`: is everything as it should be? Code 0: yes; 2: no; 3: not everything could be looked at. */
export function registerAudit(program: Command, io: Io): void {
  withAuditOptions(program.command('audit'))
    .description('Compare both sides fully: orphans, duplicates, drift, stale finalizers. Code 0: clean, 2: findings, 3: could not look.')
    .addOption(new Option('-o, --output <format>', 'machine-readable').choices(['json']))
    .action((options: AuditOptions) => printAudit(options, io));
}

async function printAudit(options: AuditOptions, io: Io): Promise<void> {
  const report = await withCluster(options.kubeconfig, ({ client }) => look(client, options));
  if (options.output === 'json') io.out(`${JSON.stringify({ outcome: auditOutcome(report), ...report }, null, 2)}\n`);
  else printReport(report, io);
  judge(report, io, 'kubeocean repair mends what it can.');
}
