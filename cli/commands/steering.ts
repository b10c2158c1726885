import type { Command } from 'commander';
import { forceReclaimSignal, pauseSignal, resumeSignal, resyncSignal } from '../../workflows/contracts/common';
import type { Io } from '../io';
import { askedOf, withAskedOptions } from '../steering/asked';
import type { AskedOptions } from '../steering/asked';
import { workflowIdOf } from '../steering/target';
import { withTemporal, withTemporalOptions } from '../steering/temporal';
import type { TemporalOptions } from '../steering/temporal';

const SIGNALS = [
  { name: 'pause', signal: pauseSignal, about: 'No creates and no new drains on a binding or a node; window edges go on.' },
  { name: 'resume', signal: resumeSignal, about: 'End a pause.' },
  { name: 'resync', signal: resyncSignal, about: 'Compare everything now; lends again what was returned without an end.' },
  { name: 'force-reclaim', signal: forceReclaimSignal, about: 'Skip what is left of the grace period where a node is being reclaimed.' },
] as const;

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
