import type { Command } from 'commander';
import { askForRepair, mendable, untilMended } from '../audit/repair';
import { judge } from '../audit/judge';
import { EXIT, look } from '../audit/look';
import { withAuditOptions, type AuditCommandOptions } from '../audit/options';
import { printReport } from '../audit/print';
import { confirm } from '../confirm';
import { withCluster } from '../connect';
import type { Io } from '../io';
import { askedOf, withAskedOptions, type AskedOptions } from '../steering/asked';
import { withTemporal, withTemporalOptions, type TemporalOptions } from '../steering/temporal';
import { UserError } from '../user-error';
import { wholeNumber } from '../whole-number';

interface RepairOptions extends AuditCommandOptions, TemporalOptions, AskedOptions {
  readonly yes?: boolean;
  readonly wait: number;
}

/** `kubeocean repair`: mends, through the workflows, what an audit finds and a person has seen. Exit codes as those of the audit. */
export function registerRepair(program: Command, io: Io): void {
  withAskedOptions(withTemporalOptions(withAuditOptions(program.command('repair'))))
    .description('Show what kubeocean audit finds, ask, and have the workflows mend it; what they cannot mend is named with what to do.')
    .option('--yes', 'do not ask')
    .option('--wait <seconds>', 'how long to wait until it is mended', wholeNumber(0, 999, 'seconds'), 60)
    .action((options: RepairOptions) => repair(options, io));
}

async function repair(options: RepairOptions, io: Io): Promise<void> {
  await withCluster(options.kubeconfig, async ({ client }) => {
    const report = await look(client, options);
    printReport(report, io);
    const findings = mendable(report);
    if (findings.length === 0) return judge(report, io, 'the workflows can mend none of them.');
    const what = `${findings.length} of ${report.findings.length} findings`;
    if (options.yes !== true && !(await confirm(`Have ${what} mended?`))) throw new UserError('Nothing was done.', EXIT.findings);
    await withTemporal(options, (temporal) => askForRepair(temporal, findings, askedOf(options)));
    io.err(`${what} are being mended\n`);
    const after = await untilMended(client, findings, { ...options, until: Date.now() + options.wait * 1_000 });
    printReport(after, io);
    judge(after, io, 'what is left could not be mended yet: see the events of the ClusterBinding.');
  });
}
