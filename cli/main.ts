import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { commands } from './commands';
import { explainError } from './explain-error';
import { processIo, type Io } from './io';
import { packageRoot } from './package-root';
import { UserError } from './user-error';

/**
 * Runs `kubeocean` with the arguments of a process (`process.argv`) and returns its exit code.
 * Never rejects: failures become one sentence on `io.err` and a code other than 0.
 */
export async function main(argv: readonly string[], io: Io = processIo): Promise<number> {
  try {
    await createProgram(io).parseAsync([...argv]);
    return 0;
  } catch (error) {
    // commander has already written the help or the fault in the arguments.
    if (error instanceof CommanderError) return error.exitCode;
    io.err(`kubeocean: ${explainError(error)}\n`);
    return error instanceof UserError ? error.exitCode : 1;
  }
}

function createProgram(io: Io): Command {
  const program = new Command('kubeocean')
    .description('Borrow nodes from other Kubernetes clusters, by the hour and up to a cap.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err });
  for (const register of commands) register(program, io);
  return program;
}

function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string };
  return version;
}
