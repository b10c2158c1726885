/** What can wait for its turn. */
export interface Weighed {
  /** About how long it takes. */
  readonly seconds: number;
}

/**
 * Does everything in three lanes. Two begin with what takes longest, the third with what takes least: what takes long mostly waits for
 * time to pass, what takes little keeps the cores busy starting servers, and so they fit beside each other on two cores.
 * @param work must not reject. @param signal when it is aborted nothing more is begun
 */
export async function inLanes<T extends Weighed>(all: readonly T[], work: (one: T) => Promise<void>, signal: AbortSignal): Promise<void> {
  const waiting = [...all].sort((a, b) => b.seconds - a.seconds);
  const lane = async (next: () => T | undefined) => {
    for (let one = next(); one !== undefined && !signal.aborted; one = next()) await work(one);
  };
  await Promise.all([lane(() => waiting.shift()), lane(() => waiting.shift()), lane(() => waiting.pop())]);
}
