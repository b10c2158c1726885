import { closeSync, writeSync } from 'node:fs';

/** Number of the descriptor that the supervisor reads; 3 is the only one in use. */
export const REPORT_FD_VARIABLE = 'KUBEOCEAN_REPORT_FD';

/** What a supervisor must know of a child that listens. */
export interface ReadyFacts {
  /** Port of `/readyz`, `/healthz` and `/metrics`. */
  readonly httpPort: number;
}

/** Tells the supervisor, once and as one line of JSON, that this process listens. Without a supervisor nothing happens. */
export function reportReady(facts: ReadyFacts): void {
  const descriptor = Number(process.env[REPORT_FD_VARIABLE]);
  if (!Number.isInteger(descriptor) || descriptor < 3) return;
  try {
    writeSync(descriptor, `${JSON.stringify(facts)}\n`);
    closeSync(descriptor);
  } catch {
    // The reader has gone; what happens then is the business of exitWithParent.
  }
}
