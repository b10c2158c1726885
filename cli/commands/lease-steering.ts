import type { Client } from '@temporalio/client';
import { Option, type Command } from 'commander';
import { nodeId } from '../../workflows/contracts/ids';
import {
  extendLeaseUpdate,
  reclaimUpdate,
  returnLeaseUpdate,
  shortenLeaseUpdate,
} from '../../workflows/contracts/steering';
import type { SteeringAnswer } from '../../workflows/contracts/steering';
import type { Io } from '../io';
import { askedOf, withAskedOptions } from '../steering/asked';
import type { AskedOptions } from '../steering/asked';
import { leaseGroup } from '../steering/lease-group';
import { findNode } from '../steering/target';
import { withTemporal, withTemporalOptions } from '../steering/temporal';
import type { TemporalOptions } from '../steering/temporal';
import { UserError } from '../user-error';
import { MOST_SECONDS, wholeNumber } from '../whole-number';

interface LeaseOptions extends TemporalOptions, AskedOptions {
  readonly binding?: string;
  readonly output?: 'json';
}

type Handle = ReturnType<Client['workflow']['getHandle']>;
type Ask<O> = (handle: Handle, options: O) => Promise<SteeringAnswer>;

/** `kubeocean lease extend|shorten|return|reclaim`: the updates of a lent node, answered at once. */
export function registerLeaseSteering(program: Command, io: Io): void {
  const lease = leaseGroup(program);
  const add = <O extends LeaseOptions>(command: Command, ask: Ask<O>) =>
    withTemporalOptions(withAskedOptions(command))
      .argument('<node>', 'BINDING/NODE, or the name alone of a physical or virtual node where only one has it')
      .option('--binding <name>', 'the ClusterBinding, where several have a node of that name')
      .addOption(new Option('-o, --output <format>', 'machine-readable: the answer as Temporal gives it').choices(['json']))
      .action((node: string, options: O) => steer(node, options, { io, ask }));
  const until = (command: Command, what: string) => command.requiredOption('--until <instant>', what);

  add<LeaseOptions & { readonly until: string }>(
    until(lease.command('extend'), 'new end of the lease, RFC 3339, such as 2026-11-21T09:30:00+01:00').description(
      "End a lease later: up to the window's edge, or past it as far as the policy's spec.maxExtensionSeconds allows.",
    ),
    (handle, options) => handle.executeUpdate(extendLeaseUpdate, { args: [{ until: options.until, ...askedOf(options) }] }),
  );
  add<LeaseOptions & { readonly until: string }>(
    until(lease.command('shorten'), 'new end of the lease, RFC 3339').description(
      'End a lease earlier; the node is lent again when its window opens next.',
    ),
    (handle, options) => handle.executeUpdate(shortenLeaseUpdate, { args: [{ until: options.until, ...askedOf(options) }] }),
  );
  add<LeaseOptions>(
    lease.command('return').description("Give a node back now, with the policy's grace, for the rest of its window."),
    (handle, options) => handle.executeUpdate(returnLeaseUpdate, { args: [askedOf(options)] }),
  );
  add<LeaseOptions & { readonly grace: number }>(
    lease
      .command('reclaim')
      .description('Take a node back for its lender now, for the rest of its window.')
      .requiredOption('--grace <seconds>', 'seconds until its pods are evicted; 0: at once', wholeNumber(0, MOST_SECONDS, 'seconds')),
    (handle, options) =>
      handle.executeUpdate(reclaimUpdate, { args: [{ graceSeconds: options.grace, ...askedOf(options) }] }),
  );
}

/** @throws UserError with the reason of a refusal, so that scripts notice it */
async function steer<O extends LeaseOptions>(text: string, options: O, { io, ask }: { io: Io; ask: Ask<O> }): Promise<void> {
  await withTemporal(options, async (client) => {
    const { binding, node } = await findNode(client, text, options.binding);
    const answer = await ask(client.workflow.getHandle(nodeId(binding, node)), options);
    if (options.output === 'json') io.out(`${JSON.stringify(answer)}\n`);
    if (!answer.granted) throw new UserError(`Refused: ${answer.why}`);
    if (options.output === 'json') return;
    const evicted = answer.evictedFrom === undefined ? 'pods may finish' : `pods are evicted from ${answer.evictedFrom} on`;
    io.out(`Granted: the lease of ${binding}/${node} ends at ${answer.until}; ${evicted}.\n`);
  });
}
