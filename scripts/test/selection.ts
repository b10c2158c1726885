/**
 * What `npm test` does, in this order; what stands together runs side by side. Tests of workflows count attempts that a busy machine
 * lets time out: they have it to themselves.
 */
export const groups: readonly (readonly Stage[])[] = [['lint', 'types'], ['unit'], ['workflow'], ['integration', 'e2e']];
/** A part of `npm test` that can be asked for by name. */
export type Stage = 'lint' | 'types' | 'unit' | 'workflow' | 'integration' | 'e2e';
/** All of them, in order. */
export const stages: readonly Stage[] = groups.flat();
/** The stages that run Jest. */
export type JestStage = Exclude<Stage, 'lint' | 'types'>;

/** What one run is about. */
export interface Selection {
  readonly stages: readonly Stage[];
  /** Paths that test files must contain one of; empty means all. */
  readonly paths: readonly string[];
}

/** True for the stages that run Jest. */
export const isJestStage = (stage: Stage): stage is JestStage => stage !== 'lint' && stage !== 'types';

/** True for the stages whose tests start servers. */
export const needsServers = (stage: Stage): boolean => isJestStage(stage) && stage !== 'unit';

/**
 * Reads arguments such as `unit lint` or `integration test/integration/kube`. No stage means all of them,
 * or with a path those that run Jest.
 * @throws Error, a usage line, for a word that is neither a stage nor a path.
 */
export function select(args: readonly string[]): Selection {
  const paths = args.filter((arg) => arg.includes('/'));
  const words = args.filter((arg) => !arg.includes('/'));
  const unknown = words.find((word) => !stages.some((stage) => stage === word));
  if (unknown !== undefined) throw new Error(`${unknown} is no stage. Usage: npm test -- [${stages.join('|')}]... [path]...`);
  const byDefault = paths.length > 0 ? stages.filter(isJestStage) : stages;
  return { stages: words.length > 0 ? stages.filter((stage) => words.includes(stage)) : byDefault, paths };
}
