import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureBinaries } from '../../../local/binaries';
import { findGo } from '../../../local/binaries/go-toolchain';
import { which } from '../../../local/binaries/on-path';
import { runCommand } from '../../../local/binaries/run-command';
import { catalogWith, freshEnvironment, programText, recordedProgress, temporaryFolder, writeProgram } from './support';

const base = temporaryFolder();
const go = which('go', process.env);
const withGo = go === null ? it.skip : it;

/** A module of the standard library alone, so that building it needs no network. */
function writeModule(source: string, goVersion = '1.21') {
  const folder = join(base, 'modules');
  writeProgram(join(folder, 'tiny', 'go.mod'), `module example.test/tiny\n\ngo ${goVersion}\n`);
  writeFileSync(join(folder, 'tiny', 'main.go'), source);
  return folder;
}

const source = `package main

import "os"

var version = "unset"

func main() { os.Stdout.WriteString("kwok version v" + version + "\\n") }
`;

const catalog = catalogWith('kwok', { build: { module: 'tiny', package: '.', set: '-X main.version=0.7.0' } });

function machine(name: string) {
  const env = freshEnvironment(join(base, name));
  return go === null ? env : { ...env, PATH: dirname(go) };
}

withGo('builds a program that knows its version, with nothing outside our cache (skipped without Go in PATH)', async () => {
  const env = machine('builds');
  const report = recordedProgress();
  const { kwok } = await ensureBinaries(['kwok'], { env, catalog, report, modules: writeModule(source) });
  expect((await runCommand({ command: kwok })).output).toBe('kwok version v0.7.0');
  expect(report.lines.at(-1)).toBe('getting kwok 0.7.0: built with Go');
  expect(existsSync(env.HOME ?? '')).toBe(false);
  expect(readdirSync(join(base, 'modules', 'tiny')).sort()).toEqual(['go.mod', 'main.go']);
  expect(readdirSync(env.KUBEOCEAN_CACHE ?? '').sort()).toEqual(['bin', 'go', 'locks', 'staging']);
});

withGo('quotes the compiler when a build fails, and leaves no entry (skipped without Go in PATH)', async () => {
  const env = machine('fails');
  const modules = writeModule(source.replace('"unset"', 'nonsense'));
  await expect(ensureBinaries(['kwok'], { env, catalog, modules })).rejects.toThrow(/building \. with Go failed: [^]*undefined: nonsense/);
  expect(existsSync(join(env.KUBEOCEAN_CACHE ?? '', 'bin'))).toBe(false);
});

it('treats a Go that is too old as absent', async () => {
  const folder = join(base, 'old');
  const path = writeProgram(join(folder, 'go'), programText('go version go1.24.9 linux/amd64'));
  expect(await findGo([1, 25, 0], { PATH: folder })).toEqual({ reason: `${path} is 1.24.9` });
  expect(await findGo([1, 24, 0], { PATH: folder })).toEqual({ path });
});
