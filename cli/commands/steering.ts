import type { Command } from 'commander';
import { forceReclaimSignal, pauseSignal, resumeSignal, resyncSignal } from '../../workflows/contracts/common';
import { bindingId } from '../../workflows/contracts/ids';
import { confirmReclaimUpdate } from '../../workflows/contracts/steering';
import type { Io } from '../io';
import { askedOf, withAskedOptions } from '../steering/asked';
import type { AskedOptions } from '../steering/asked';
import { workflowIdOf } from '../steering/target';
import { withTemporal, withTemporalOptions } from '../steering/temporal';
import type { TemporalOptions } from '../steering/temporal';
import { UserError } from '../user-error';

const SIGNALS = [
  { name: 'pause', signal: pauseSignal, about: 'No creates and no new drains on a binding or a node; window edges go on.' },
  { name: 'resume', signal: resumeSignal, about: 'End a pause.' },
  { name: 'resync', signal: resyncSignal, about: 'Compare everything now; lends again what was returned without an end.' },
  { name: 'force-reclaim', signal: forceReclaimSignal, about: 'Skip what is left of the grace period where a node is being reclaimed.' },
] as const;

interface ConfirmOptions extends TemporalOptions, AskedOptions {
  readonly hash?: string;
}

/** `kubeocean confirm-reclaim`: lets an edit take effect that the condition `Blocked` tells about. */
export function registerConfirmReclaim(program: Command, io: Io): void {
  const command = program
    .command('confirm-reclaim')
    .description('Let an edit take effect that is held because it would reclaim too many nodes at once (condition Blocked).');
  withTemporalOptions(withAskedOptions(command))
    .argument('<binding>', 'the ClusterBinding')
    .option('--hash <hash>', 'the one that the condition names, so that nothing else is confirmed (default: whatever is held)')
    .action((binding: string, options: ConfirmOptions) =>
      withTemporal(options, async (client) => {
        const { hash } = options;
        const request = { ...askedOf(options), ...(hash === undefined ? {} : { hash }) };
        const answer = await client.workflow.getHandle(bindingId(binding)).executeUpdate(confirmReclaimUpdate, { args: [request] });
        if (!answer.granted) throw new UserError(`Refused: ${answer.why}`);
        io.out(`Confirmed: the edit ${answer.hash}, which reclaims ${answer.nodes} nodes of ${binding}.\n`);
      }),
    );
}

/** `kubeocean pause|resume|resync|force-reclaim`: the signals of a binding or a node. */
export function registerSteering(program: Command, io: Io): void {
  for (const { name, signal, about } of SIGNALS) {
    withTemporalOptions(withAskedOptions(program.command(name).description(about)))
      .argument('<target>', 'BINDING, or BINDING/NODE')
      .action((target: string, options: TemporalOptions & AskedOptions) =>
        withTemporal(options, async (client) => {
          await client.workflow.getHandle(workflowIdOf(target)).signal(signal, askedOf(options));
          io.out(`${name} sent to ${workflowIdOf(target)}.\n`);
        }),
      );
  }
}
