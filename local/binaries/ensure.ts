import { silentProgress } from '../progress';
import { BinaryCache } from './cache';
import { cacheFolder } from './cache-folder';
import { officialCatalog, type Tool } from './catalog';
import { toolModules } from './go-toolchain';
import { cachedPath, locate, type Search } from './locate';
import { obtain } from './obtain';
import type { EnsureOptions } from './options';
import { currentPlatform } from './platform';

/**
 * Finds tools, and gets those that are missing. In this order: the tool's environment variable, `PATH` if the
 * version has the pinned minor, our cache, the official release checked against its published checksum, a build
 * with Go from the committed modules. Processes that get the same tool at once wait for each other.
 * @returns the absolute path of each.
 * @throws BinaryError, one sentence, when a tool can be had in no way.
 */
export async function ensureBinaries<Name extends Tool>(
  names: readonly Name[],
  options: EnsureOptions = {},
): Promise<Record<Name, string>> {
  const search = newSearch(options);
  const paths = new Map<Name, string>();
  const missing: Name[] = [];
  for (const name of new Set(names)) {
    const path = await locate(search, name);
    if (path === null) missing.push(name);
    paths.set(name, path ?? cachedPath(search, name));
  }
  if (missing.length > 0) await obtain(search, missing);
  return Object.fromEntries(paths) as Record<Name, string>;
}

function newSearch(options: EnsureOptions): Search {
  const env = options.env ?? process.env;
  return {
    report: options.report ?? silentProgress,
    env,
    catalog: options.catalog ?? officialCatalog,
    modules: options.modules ?? toolModules(),
    platform: currentPlatform(),
    cache: BinaryCache.at(cacheFolder(env)),
  };
}
