import type { ManagedProcess } from './managed-process';

/** A child ended that should run, or did not get ready. The message names it and ends with its last log lines. */
export class ProcessError extends Error {
  constructor(
    readonly process: ManagedProcess,
    what: string,
  ) {
    super([`${process.name} ${what} (log: ${process.logFile})`, ...process.tail().map((line) => `  ${line}`)].join('\n'));
    this.name = 'ProcessError';
  }
}

/** "ended with exit code 3" or "was ended by SIGKILL". */
export function howItEnded(process: ManagedProcess): string {
  const { code, signal } = process.exit ?? { code: null, signal: null };
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}
