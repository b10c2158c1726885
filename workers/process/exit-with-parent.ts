/** Set to `1` by a supervisor that holds the other end of our standard input. */
export const PARENT_PIPE_VARIABLE = 'KUBEOCEAN_PARENT_PIPE';

/** The part of standard input that is needed here. */
interface Input {
  resume(): unknown;
  on(event: 'end' | 'close' | 'error', listener: () => void): unknown;
  unref?: () => unknown;
}

/**
 * Ends this process at once when standard input closes, which the kernel sees to even after SIGKILL of the parent.
 * Does nothing unless `KUBEOCEAN_PARENT_PIPE` is `1`. Does not keep the process alive.
 */
export function exitWithParent(input: Input = process.stdin, exit: (code: number) => void = process.exit): void {
  if (process.env[PARENT_PIPE_VARIABLE] !== '1') return;
  for (const event of ['end', 'close', 'error'] as const) input.on(event, () => exit(1));
  input.resume();
  input.unref?.();
}
