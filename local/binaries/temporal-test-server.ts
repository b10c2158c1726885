import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentProgress } from '../progress';
import { BinaryError, messageOf } from './binary-error';
import { BinaryCache } from './cache';
import { cacheFolder } from './cache-folder';
import { toolModules } from './go-toolchain';
import { fromVariable } from './locate';
import { isExecutable, which, type Found } from './on-path';
import type { FindOptions } from './options';
import { runCommand } from './run-command';

/** Names an executable to use instead of all else. */
export const TEST_SERVER_VARIABLE = 'KUBEOCEAN_TEMPORAL_TEST_SERVER';
/** Holds the reason why there is none, for processes that shall not look again. */
export const NO_TEST_SERVER_VARIABLE = 'KUBEOCEAN_NO_TEMPORAL_TEST_SERVER';

const TITLE = 'temporal-test-server 1.38.0';
const ENTRY = 'temporal-test-server-1.38.0';
const MAVEN_WITHIN_MS = 300_000;

const WRAPPER = `#!/bin/sh
folder=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
exec "\${JAVA_HOME:+$JAVA_HOME/bin/}java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData \\
  -cp "$folder/jars/*" io.temporal.testserver.TestServer "$@"
`;

/**
 * Finds Temporal's test server, the one that skips time: by its environment variable, in the cache, or with Maven.
 * It is optional; without Java or Maven there is a reason for skipping what needs it.
 * @throws BinaryError when the variable names something that cannot be executed.
 */
export async function ensureTemporalTestServer(options: FindOptions = {}): Promise<Found> {
  const { report = silentProgress, env = process.env } = options;
  const known = env[NO_TEST_SERVER_VARIABLE];
  if (known) return { reason: known };
  const named = fromVariable(TEST_SERVER_VARIABLE, env);
  if (named !== null) {
    report.say(`${TITLE}: ${named}, named by ${TEST_SERVER_VARIABLE}`);
    return { path: named };
  }
  if (javaOf(env) === null) return { reason: 'no Java in PATH or JAVA_HOME' };
  const cache = BinaryCache.at(cacheFolder(env));
  const path = join(cache.pathOf(ENTRY), 'temporal-test-server');
  if ((await cache.stateOf(ENTRY)) === 'valid') {
    report.say(`${TITLE}: from the cache`);
    return { path };
  }
  const mvn = which('mvn', env);
  if (mvn === null) return { reason: 'no Maven in PATH to get it with' };
  const reason = await fetchJars({ report, env }, cache, mvn);
  return reason === null ? { path } : { reason };
}

function javaOf(env: NodeJS.ProcessEnv): string | null {
  if (!env.JAVA_HOME) return which('java', env);
  const java = join(env.JAVA_HOME, 'bin', 'java');
  return isExecutable(java) ? java : null;
}

async function fetchJars(options: Required<FindOptions>, cache: BinaryCache, mvn: string): Promise<string | null> {
  const step = options.report.step(`getting ${TITLE} with Maven`);
  const fill = async (folder: string) => {
    await copyJars(options.env, { cache: cache.folder, folder, mvn }, (line) => step.update(line));
    const wrapper = join(folder, 'temporal-test-server');
    await writeFile(wrapper, WRAPPER);
    await chmod(wrapper, 0o755);
    return 'Maven';
  };
  try {
    await cache.ensure(ENTRY, fill, () => step.update('another process is at it'));
    step.done();
    return null;
  } catch (error) {
    step.fail(messageOf(error));
    return messageOf(error);
  }
}

interface MavenFolders {
  readonly cache: string;
  readonly folder: string;
  readonly mvn: string;
}

async function copyJars(env: NodeJS.ProcessEnv, { cache, folder, mvn }: MavenFolders, onLine: (line: string) => void): Promise<void> {
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const { code, output } = await runCommand({
    command: mvn,
    args: [
      ...['--batch-mode', '--no-transfer-progress', '--strict-checksums'],
      ...['--file', join(toolModules(), 'temporal-test-server', 'pom.xml')],
      `-Dmaven.repo.local=${join(cache, 'm2')}`,
      '-Daether.connector.connectTimeout=4000',
      'dependency:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${join(folder, 'jars')}`,
    ],
    // No file outside our cache: neither of Maven's native helpers nor of the JVM's counters.
    env: { ...env, MAVEN_OPTS: `${env.MAVEN_OPTS ?? ''} -XX:-UsePerfData -Djava.io.tmpdir=${temporary}` },
    onLine,
    within: MAVEN_WITHIN_MS,
  });
  await rm(temporary, { recursive: true, force: true });
  const jars = await readdir(join(folder, 'jars')).catch(() => []);
  if (code !== 0 || jars.length === 0) throw new BinaryError(`Maven could not get it: ${firstError(output)}`);
}

const firstError = (output: string) => output.split('\n').find((line) => line.includes('ERROR'))?.slice(0, 300) ?? 'no jars';
