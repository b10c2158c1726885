import { createInterface } from 'node:readline/promises';
import { UserError } from './user-error';

/**
 * Asks the person at the terminal.
 * @returns true only where the answer is yes
 * @throws UserError where there is no terminal
 */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UserError('There is no terminal to ask at: say --yes.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
