import { mkdir, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { BinaryError } from './binary-error';
import type { GoBuild } from './catalog';
import { runCommand } from './run-command';

/** A program to build. */
export interface GoTarget {
  readonly build: GoBuild;
  /** Path of the Go toolchain. */
  readonly go: string;
  /** Folder with the tool modules. */
  readonly modules: string;
  /** Our cache; Go's own caches live in it. */
  readonly cache: string;
  /** Where the program shall stand. Its folder must exist. */
  readonly target: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (detail: string) => void;
}

const LAST_LINES = 8;

/** Builds a static program from a committed module. @throws BinaryError with the compiler's last lines. */
export async function goBuild(wanted: GoTarget): Promise<void> {
  const { build, go, target, modules } = wanted;
  const temporary = `${target}.tmp`;
  await mkdir(temporary, { recursive: true });
  let packages = 0;
  const onLine = (line: string) => {
    const isDownload = line.startsWith('go: ');
    if (!isDownload) packages++;
    wanted.onProgress(isDownload ? line.slice('go: '.length) : `${packages} packages, ${line}`);
  };
  try {
    const { code, output } = await runCommand({
      command: go,
      args: ['build', '-v', '-mod=readonly', '-buildvcs=false', '-trimpath', '-ldflags', flags(build), '-o', target, build.package],
      cwd: join(modules, build.module),
      env: buildEnvironment(wanted, temporary),
      onLine,
    });
    if (code !== 0) throw new BinaryError(`building ${build.package} with Go failed: ${lastLines(output)}`);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

const flags = ({ set }: GoBuild) => ['-s -w', set].filter((flag) => flag !== undefined).join(' ');

const lastLines = (output: string) => output.split('\n').slice(-LAST_LINES).join('\n');

/** The user's settings of proxies and checksums stay; what decides over the result, and where files go, is ours. */
function buildEnvironment({ env, cache }: GoTarget, temporary: string): NodeJS.ProcessEnv {
  return {
    ...env,
    CGO_ENABLED: '0',
    GOFLAGS: '-modcacherw',
    GOWORK: 'off',
    GOTOOLCHAIN: 'local',
    GOOS: '',
    GOARCH: '',
    GOMODCACHE: join(cache, 'go', 'mod'),
    GOCACHE: join(cache, 'go', 'build'),
    GOTMPDIR: temporary,
    TMPDIR: temporary,
    ...(process.platform === 'linux' && telemetryInside(env, cache)),
  };
}

/** Go's telemetry counts in the configuration folder, which therefore has to be ours, but not its settings. */
function telemetryInside(env: NodeJS.ProcessEnv, cache: string): NodeJS.ProcessEnv {
  const config = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return { GOENV: env.GOENV || join(config, 'go', 'env'), XDG_CONFIG_HOME: join(cache, 'go', 'config') };
}
