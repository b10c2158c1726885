import { Option, type Command } from 'commander';
import { auditOutcome, type AuditReport } from '../../domain/audit';
import { EXIT, look } from '../audit/look';
import { withAuditOptions, type AuditCommandOptions } from '../audit/options';
import { printReport } from '../audit/print';
import { withCluster } from '../connect';
import type { Io } from '../io';
import { UserError } from '../user-error';

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
  const outcome = auditOutcome(report);
  if (options.output === 'json') io.out(`${JSON.stringify({ outcome, ...report }, null, 2)}\n`);
  else printReport(report, io);
  judge(report, io);
}

/** @throws UserError unless everything was looked at and nothing found */
function judge(report: AuditReport, io: Io): void {
  const count = report.findings.length;
  const unread = report.bindings.filter((one) => one.unread !== null).length;
  switch (auditOutcome(report)) {
    case 'Clean':
      return io.err(`clean: ${report.bindings.length} ClusterBindings compared\n`);
    case 'Findings':
      throw new UserError(`${count} findings; kubeocean repair mends what it can.`, EXIT.findings);
    case 'Unknown':
      throw new UserError(`${unread} of ${report.bindings.length} ClusterBindings could not be looked at; nothing was found at the others.`, EXIT.couldNotLook);
  }
}
