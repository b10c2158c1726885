import { parseArgs } from 'node:util';

/** What a run measures. */
export interface BenchOptions {
  /** Physical nodes that are lent. Default 10. */
  readonly nodes: number;
  /** Pods of the burst that is compared. Default 200; 0: nothing with pods. */
  readonly pods: number;
  /** Pods of a second, larger burst; 0: none. Default 500, and 0 where `--pods` is given. */
  readonly burst: number;
  /** Pods that are started one after the other. Default 50. */
  readonly idle: number;
  /** Worker processes. Default 1. */
  readonly workers: number;
  /** Names of the scenarios to run; null: all. */
  readonly only: readonly string[] | null;
  /** File for the result as JSON. */
  readonly json: string | null;
  /** Folder for CPU profiles of the workers. */
  readonly cpuProf: string | null;
}

/** A fault in the arguments; the message says which. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const STRING = { type: 'string' } as const;

/**
 * Reads the command line.
 * @param scenarios the names that `--only` may hold
 * @throws UsageError
 */
export function parseOptions(args: readonly string[], scenarios: readonly string[]): BenchOptions {
  const values = read(args);
  const pods = count('pods', values.pods, 200);
  const only = values.only?.split(',') ?? null;
  const unknown = only?.find((name) => !scenarios.includes(name));
  if (unknown !== undefined) throw new UsageError(`--only ${unknown}: there are ${scenarios.join(', ')}`);
  return {
    nodes: atLeastOne('nodes', count('nodes', values.nodes, 10)),
    pods,
    burst: count('burst', values.burst, values.pods === undefined ? 500 : 0),
    idle: count('idle', values.idle, 50),
    workers: atLeastOne('workers', count('workers', values.workers, 1)),
    only,
    json: values.json ?? null,
    cpuProf: values['cpu-prof'] ?? null,
  };
}

function read(args: readonly string[]) {
  const numbers = { nodes: STRING, pods: STRING, burst: STRING, idle: STRING, workers: STRING };
  try {
    const options = { ...numbers, only: STRING, json: STRING, 'cpu-prof': STRING };
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function count(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^\d+$/.test(text)) throw new UsageError(`--${name} must be a whole number, not ${JSON.stringify(text)}`);
  return Number(text);
}

function atLeastOne(name: string, value: number): number {
  if (value < 1) throw new UsageError(`--${name} must be at least 1`);
  return value;
}
