/** Minutes from the first (inclusive) to the last (exclusive). */
export type Span = readonly [from: number, to: number];

/** The same minutes as sorted spans that neither overlap nor touch. */
export function joined(spans: readonly Span[]): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted(([a], [b]) => a - b)) {
    const previous = result.at(-1);
    if (previous !== undefined && span[0] <= previous[1]) {
      result[result.length - 1] = [previous[0], Math.max(previous[1], span[1])];
    } else {
      result.push(span);
    }
  }
  return result;
}

/** The minutes of `spans` that are in none of `taken`; both as {@link joined} returns them. */
export function without(spans: readonly Span[], taken: readonly Span[]): Span[] {
  return spans.flatMap(([from, to]) => {
    const inTheWay = taken.filter((span) => span[0] < to && from < span[1]);
    const starts = [from, ...inTheWay.map((span) => span[1])];
    const ends = [...inTheWay.map((span) => span[0]), to];
    return starts.map((start, i): Span => [start, ends[i] ?? to]).filter(([start, end]) => start < end);
  });
}
