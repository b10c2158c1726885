import type { Command } from 'commander';

/** `kubeocean lease`, to which several files add their commands. */
export function leaseGroup(program: Command): Command {
  const known = program.commands.find((command) => command.name() === 'lease');
  return known ?? program.command('lease').description('Look ahead at the leases of nodes, and steer a live one.');
}
