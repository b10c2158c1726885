/**
 * The nearest-rank percentile: the smallest value that at least `percent` per cent of the values do not exceed.
 * @param percent above 0, at most 100
 * @throws RangeError when there are no values
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('no values to take a percentile of');
  return value;
}

/** The percentiles that the bench reports. */
export function spread(values: readonly number[]): { readonly p50: number; readonly p90: number; readonly p99: number } {
  return { p50: percentile(values, 50), p90: percentile(values, 90), p99: percentile(values, 99) };
}
