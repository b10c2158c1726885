/** Epoch milliseconds with fractions: comparable with instants of other processes on this machine, finer than `Date.now()`. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
