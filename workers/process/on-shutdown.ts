/** Exit code after a drain that did not end in time, or that failed. */
const FAILED = 1;
/** A terminal and a wrapper such as npm may both send the first signal. */
const SAME_SIGNAL_MS = 1_000;
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** How long a process may take to end, and who hears of it. */
export interface ShutdownOptions {
  /** Milliseconds that `handler` may take. Default 25,000: Kubernetes kills after 30 s. */
  readonly within?: number;
  /** Told about a handler that failed or took too long. Default: nobody. */
  readonly onError?: (error: unknown) => void;
  /** Default `process.exit`. */
  readonly exit?: (code: number) => void;
}

/**
 * Runs `handler` at the first SIGTERM or SIGINT and exits: 0 when it succeeded, 1 when it failed or took longer than `within`.
 * A further signal, a second or more after the first, exits with 1 at once.
 *
 * @returns the same as a function, for a process that wants to end by itself.
 */
export function onShutdown(handler: () => Promise<void>, options: ShutdownOptions = {}): () => void {
  const { within = 25_000, onError = () => undefined, exit = process.exit } = options;
  let since: number | null = null;
  const drain = async () => {
    const timer = setTimeout(() => {
      onError(new Error(`not drained within ${within} ms`));
      exit(FAILED);
    }, within);
    try {
      await handler();
      exit(0);
    } catch (error) {
      onError(error);
      exit(FAILED);
    } finally {
      clearTimeout(timer);
    }
  };
  const begin = () => {
    if (since === null) {
      since = Date.now();
      void drain();
    } else if (Date.now() - since >= SAME_SIGNAL_MS) exit(FAILED);
  };
  for (const signal of SIGNALS) process.on(signal, begin);
  return begin;
}
