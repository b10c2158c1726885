import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { ToolSpec } from './catalog';
import { runCommand } from './run-command';
import { findVersion, formatVersion, isSameMinor } from './version';

/** A tool that was found, or why it was not. */
export type Found = { readonly path: string } | { readonly reason: string };

const VERSION_WITHIN_MS = 10_000;

/** True for a file that may be executed. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first executable of that name in `PATH`; null when there is none. */
export function which(name: string, env: NodeJS.ProcessEnv): string | null {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

/** Finds a tool in `PATH` if its version has the minor of the pinned one; fails closed on an unreadable version. */
export async function findOnPath(name: string, spec: ToolSpec, env: NodeJS.ProcessEnv): Promise<Found> {
  const path = which(name, env);
  if (path === null) return { reason: 'not in PATH' };
  const reason = await versionMismatch(path, spec, env);
  return reason === null ? { path } : { reason: `${path} ${reason}` };
}

/** Null when the program at `path` says a version with the pinned minor, else what is wrong with it. */
export async function versionMismatch(path: string, spec: ToolSpec, env: NodeJS.ProcessEnv): Promise<string | null> {
  const { code, output } = await runCommand({ command: path, args: spec.versionArgs, env, within: VERSION_WITHIN_MS });
  const version = findVersion(output);
  const wanted = findVersion(spec.version);
  if (code !== 0 || version === null || wanted === null) return 'does not say its version';
  if (isSameMinor(version, wanted)) return null;
  return `is ${formatVersion(version)}, not ${wanted[0]}.${wanted[1]}`;
}
