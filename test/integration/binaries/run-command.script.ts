import { runCommand } from '../../../local/binaries/run-command';

/** Runs the command given until it ends or somebody kills us. */
const [command = '', ...args] = process.argv.slice(2);
void runCommand({ command, args });
