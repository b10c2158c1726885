import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Asked } from '../../workflows/contracts/steering';

/** Who and why, as typed. */
export interface AskedOptions {
  readonly by?: string;
  readonly reason?: string;
}

/** Adds the options that say who asks and why; both end up in an event and in the history. */
export function withAskedOptions(command: Command): Command {
  return command
    .option('--reason <text>', 'why, for the event and the history')
    .option('--by <name>', 'who asks (default: the user who runs this)');
}

/** What the options say, with the user of this process where they do not say who. */
export function askedOf({ by = userName(), reason }: AskedOptions): Asked {
  return { ...(by === undefined ? {} : { by }), ...(reason === undefined ? {} : { reason }) };
}

/** A container's user may have no name. */
function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
