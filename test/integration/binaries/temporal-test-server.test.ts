import { join } from 'node:path';
import { ensureTemporalTestServer } from '../../../local/binaries';
import { freshEnvironment, programText, temporaryFolder, writeProgram } from './support';

const base = temporaryFolder();
const fresh = (name: string) => freshEnvironment(join(base, name));
const onPath = (name: string, program: string, text: string) => writeProgram(join(base, name, 'path', program), text);

it('is named by its variable', async () => {
  const path = writeProgram(join(base, 'own', 'server'), programText('here'));
  expect(await ensureTemporalTestServer({ env: { ...fresh('named'), KUBEOCEAN_TEMPORAL_TEST_SERVER: path } })).toEqual({ path });
});

it('is missing for the reason that another process has found', async () => {
  const env = { ...fresh('known'), KUBEOCEAN_NO_TEMPORAL_TEST_SERVER: 'no Java in PATH or JAVA_HOME' };
  expect(await ensureTemporalTestServer({ env })).toEqual({ reason: 'no Java in PATH or JAVA_HOME' });
});

it('is missing without Java', async () => {
  expect(await ensureTemporalTestServer({ env: fresh('no-java') })).toEqual({ reason: 'no Java in PATH or JAVA_HOME' });
});

it('is missing without Maven', async () => {
  const env = fresh('no-maven');
  onPath('no-maven', 'java', programText('17'));
  expect(await ensureTemporalTestServer({ env })).toEqual({ reason: 'no Maven in PATH to get it with' });
});

it('is missing when Maven fails, in Maven\'s words', async () => {
  const env = fresh('failing-maven');
  onPath('failing-maven', 'java', programText('17'));
  onPath('failing-maven', 'mvn', '#!/bin/sh\necho "[ERROR] no route to host"\nexit 1\n');
  expect(await ensureTemporalTestServer({ env })).toEqual({ reason: 'Maven could not get it: [ERROR] no route to host' });
});
