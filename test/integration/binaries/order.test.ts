import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BinaryError, ensureBinaries } from '../../../local/binaries';
import { BinaryCache } from '../../../local/binaries/cache';
import { currentPlatform } from '../../../local/binaries/platform';
import { freshEnvironment, programText, recordedProgress, temporaryFolder, writeProgram } from './support';

const base = temporaryFolder();
let env: NodeJS.ProcessEnv = {};
let folder = '';
let count = 0;
beforeEach(() => {
  folder = join(base, `machine-${count++}`);
  env = freshEnvironment(folder);
});

const fitting = programText('kwok version v0.7.3 go1.26.8 (linux/amd64)');
const tooOld = programText('kwok version v0.6.1 go1.23.4 (linux/amd64)');

const putOnPath = (text: string) => writeProgram(join(folder, 'path', 'kwok'), text);
const nameByVariable = () => (env.KUBEOCEAN_KWOK = writeProgram(join(folder, 'own', 'kwok'), tooOld));

async function putInCache(): Promise<string> {
  const { os, arch } = currentPlatform();
  const cache = BinaryCache.at(join(folder, 'cache'));
  const entry = `kwok-0.7.0-${os}-${arch}`;
  const fill = async (staged: string) => {
    writeProgram(join(staged, 'kwok'), fitting);
    return 'the test';
  };
  await cache.ensure(entry, fill, () => undefined);
  return join(cache.pathOf(entry), 'kwok');
}

async function find() {
  const report = recordedProgress();
  const { kwok } = await ensureBinaries(['kwok'], { report, env });
  return { kwok, lines: report.lines };
}

it('takes what the variable names before all else, whatever its version', async () => {
  const named = nameByVariable();
  putOnPath(fitting);
  await putInCache();
  expect(await find()).toEqual({ kwok: named, lines: [`kwok 0.7.0: ${named}, named by KUBEOCEAN_KWOK`] });
});

it('takes what PATH has before the cache, if the minor fits', async () => {
  const onPath = putOnPath(fitting);
  await putInCache();
  expect(await find()).toEqual({ kwok: onPath, lines: [`kwok 0.7.0: ${onPath}, from PATH`] });
});

it.each<[reason: string, text: string]>([
  ['is 0.6.1, not 0.7', tooOld],
  ['does not say its version', '#!/bin/sh\necho 0.7.0; exit 1\n'],
])('passes over what PATH has when it %s', async (reason, text) => {
  const onPath = putOnPath(text);
  const cached = await putInCache();
  expect(await find()).toEqual({ kwok: cached, lines: [`kwok 0.7.0: from the cache (${onPath} ${reason})`] });
});

it('refuses a variable that names no executable', async () => {
  env.KUBEOCEAN_KWOK = join(folder, 'note.txt');
  writeFileSync(env.KUBEOCEAN_KWOK, 'no program');
  await expect(find()).rejects.toThrow(new BinaryError(`KUBEOCEAN_KWOK names ${env.KUBEOCEAN_KWOK}, which is not an executable file.`));
});

it('says in one sentence what is missing and what to do', async () => {
  await expect(ensureBinaries(['kwok', 'etcd'], { env })).rejects.toThrow(
    'kwok 0.7.0 and etcd 3.6.6 cannot be found, downloaded (downloads from https://api.github.com are off and ' +
      'downloads from https://github.com are off) or built (no Go in PATH): either put them into PATH or name them in ' +
      'KUBEOCEAN_KWOK and KUBEOCEAN_ETCD, or install Go 1.25.0 or newer (https://go.dev/dl/) to have them built here.',
  );
});
