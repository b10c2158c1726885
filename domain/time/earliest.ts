/** The earliest of several instants, in epoch milliseconds; null stands for never. */
export function earliest(...instants: readonly (number | null)[]): number | null {
  const known = instants.filter((instant) => instant !== null);
  return known.length === 0 ? null : Math.min(...known);
}
