import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { which, type Found } from './on-path';
import { projectRoot } from './project-root';
import { runCommand } from './run-command';
import { findVersion, formatVersion, isAtLeast, type Version } from './version';

/** Folder of the committed Go modules, one per project that we build. */
export function toolModules(): string {
  return join(projectRoot(), 'local', 'tools');
}

/** The Go that a module asks for. @throws Error when its go.mod does not say. */
export function goVersionWanted(moduleFolder: string): Version {
  const line = /^go (.*)$/m.exec(readFileSync(join(moduleFolder, 'go.mod'), 'utf8'))?.[1];
  const version = line === undefined ? null : findVersion(line);
  if (version === null) throw new Error(`${moduleFolder}/go.mod names no version of Go`);
  return version;
}

/** The Go toolchain in `PATH`, if it is new enough. It is never asked to download another one. */
export async function findGo(least: Version, env: NodeJS.ProcessEnv): Promise<Found> {
  const path = which('go', env);
  if (path === null) return { reason: 'no Go in PATH' };
  const { output } = await runCommand({
    command: path,
    args: ['version'],
    // Telemetry of Go counts into the user's configuration folder; asking for a version shall leave no file there.
    env: { ...env, GOTOOLCHAIN: 'local', XDG_CONFIG_HOME: '/dev/null' },
    within: 10_000,
  });
  const version = findVersion(output);
  if (version === null) return { reason: `${path} does not say its version` };
  return isAtLeast(version, least) ? { path } : { reason: `${path} is ${formatVersion(version)}` };
}
