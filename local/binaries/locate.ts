import { join, resolve } from 'node:path';
import type { Progress } from '../progress';
import { BinaryError } from './binary-error';
import type { BinaryCache } from './cache';
import type { Catalog, Tool } from './catalog';
import { findOnPath, isExecutable } from './on-path';
import type { Platform } from './platform';

/** One look for tools: where, and whom to tell. */
export interface Search {
  readonly report: Progress;
  readonly env: NodeJS.ProcessEnv;
  readonly catalog: Catalog;
  readonly modules: string;
  readonly platform: Platform;
  readonly cache: BinaryCache;
}

/** "etcd 3.6.6" */
export function titleOf(search: Search, tool: Tool): string {
  return `${tool} ${search.catalog[tool].version}`;
}

/** Name of a tool's entry in the cache. */
export function entryOf({ catalog, platform }: Search, tool: Tool): string {
  return `${tool}-${catalog[tool].version}-${platform.os}-${platform.arch}`;
}

/** Where a tool stands once the cache has it. */
export function cachedPath(search: Search, tool: Tool): string {
  return join(search.cache.pathOf(entryOf(search, tool)), tool);
}

/**
 * Finds a tool that is on this machine already: by its environment variable, in `PATH`, in the cache.
 * @returns its absolute path; null when it has to be got, which the report says with every reason.
 * @throws BinaryError when its variable names something that cannot be executed.
 */
export async function locate(search: Search, tool: Tool): Promise<string | null> {
  const spec = search.catalog[tool];
  const title = titleOf(search, tool);
  const named = fromVariable(spec.variable, search.env);
  if (named !== null) {
    search.report.say(`${title}: ${named}, named by ${spec.variable}`);
    return named;
  }
  const onPath = await findOnPath(tool, spec, search.env);
  if ('path' in onPath) {
    search.report.say(`${title}: ${onPath.path}, from PATH`);
    return onPath.path;
  }
  const state = await search.cache.stateOf(entryOf(search, tool));
  if (state === 'valid') {
    search.report.say(`${title}: from the cache (${onPath.reason})`);
    return cachedPath(search, tool);
  }
  const inCache = state === 'absent' ? 'not in the cache' : `corrupted in the cache, ${state.fault}`;
  search.report.say(`${title}: ${spec.variable} is not set, ${onPath.reason}, ${inCache}`);
  return null;
}

/** The executable that an environment variable names; null when it is not set. @throws BinaryError when it is none. */
export function fromVariable(variable: string, env: NodeJS.ProcessEnv): string | null {
  const value = env[variable];
  if (!value) return null;
  const path = resolve(value);
  if (!isExecutable(path)) throw new BinaryError(`${variable} names ${value}, which is not an executable file.`);
  return path;
}
