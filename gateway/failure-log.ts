import { errorFacts, type Logger } from '../workers/observability/logger';

/** Milliseconds in which one line is written at most. */
const QUIET_MS = 10_000;

/**
 * Logs failures that come in floods, one for each of a thousand nodes: the first at once, then one line in ten seconds at most,
 * which says how many others it stands for.
 */
export function floodLog(logger: Logger, message: string): (fields: Readonly<Record<string, unknown>>, error: unknown) => void {
  let last = Number.NEGATIVE_INFINITY;
  let withheld = 0;
  return (fields, error) => {
    const now = Date.now();
    if (now - last < QUIET_MS) {
      withheld += 1;
      return;
    }
    logger.warn({ ...fields, error: errorFacts(error), withheld }, message);
    last = now;
    withheld = 0;
  };
}
