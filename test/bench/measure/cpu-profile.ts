/** The part of a `.cpuprofile` that is needed here. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Id of the node on top of the stack, per sample. */
  readonly samples: readonly number[];
  /** Microseconds since the sample before. */
  readonly timeDeltas: readonly number[];
}

export interface HotSpot {
  /** `function file:line`, the file from its package on. */
  readonly where: string;
  readonly milliseconds: number;
}

/** The functions with most time of their own, largest first; time without work is left out. */
export function hotSpots({ nodes, samples, timeDeltas }: CpuProfile, most = 15): HotSpot[] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const where = places.get(id) ?? '(unknown)';
    times.set(where, (times.get(where) ?? 0) + (timeDeltas[index] ?? 0));
  });
  return [...times]
    .filter(([where]) => !['(idle)', '(program)', '(root)'].includes(where))
    .map(([where, micros]) => ({ where, milliseconds: micros / 1000 }))
    .sort((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, most);
}

function placeOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' ? name : `${name} ${shortened(url)}:${lineNumber + 1}`;
}

function shortened(url: string): string {
  return url.replace(/^.*\/(node_modules|dist)\//, '');
}
