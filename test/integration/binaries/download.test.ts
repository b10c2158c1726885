import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { create } from 'tar';
import { ensureBinaries, tools } from '../../../local/binaries';
import { SMALL_FILE_WITHIN_MS } from '../../../local/binaries/http';
import { freshEnvironment, programText, recordedProgress, temporaryFolder, writeProgram } from './support';

const base = temporaryFolder();
const kwokText = programText('kwok version v0.7.0');
const etcdText = programText('etcd Version: 3.6.6');
const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

/** What the mirror serves by the end of its path; a function answers for itself. */
type Answer = string | Buffer | ((response: ServerResponse) => void);
let answers: Record<string, Answer> = {};
let requests: string[] = [];
let env: NodeJS.ProcessEnv = {};
let count = 0;
let mirror: Server;

beforeAll(async () => {
  mirror = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const answer = Object.entries(answers).find(([end]) => path.endsWith(end))?.[1];
    if (typeof answer === 'function') answer(response);
    else response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
});

afterAll(() => {
  mirror.closeAllConnections();
  mirror.close();
});

beforeEach(() => {
  const url = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
  requests = [];
  answers = {};
  env = {
    ...freshEnvironment(join(base, `machine-${count++}`)),
    PATH: '',
    KUBEOCEAN_KUBERNETES_DOWNLOADS: url,
    KUBEOCEAN_GITHUB_DOWNLOADS: url,
    KUBEOCEAN_GITHUB_API: url,
  };
});

const kwokFile = `kwok-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`;
const describedAs = (digest: string) => JSON.stringify({ assets: [{ name: kwokFile, digest: `sha256:${digest}` }] });
const kwokAnswers = (): Record<string, Answer> => ({ 'tags/v0.7.0': describedAs(sha256(kwokText)), [kwokFile]: kwokText });

async function find() {
  const report = recordedProgress();
  const { kwok } = await ensureBinaries(['kwok'], { report, env });
  return { kwok, lines: report.lines };
}

it('gets a program, checks it and keeps it', async () => {
  answers = kwokAnswers();
  const { kwok, lines } = await find();
  expect(readFileSync(kwok, 'utf8')).toBe(kwokText);
  expect(lines).toContain('asking for official releases: 1 of 1 can be downloaded');
  expect(lines.at(-1)).toBe('getting kwok 0.7.0: downloaded');
  requests = [];
  expect((await find()).kwok).toBe(kwok);
  expect(requests).toEqual([]);
});

const onLinux = process.platform === 'linux' ? it : it.skip;

onLinux('unpacks a program from an archive (etcd is released as one for Linux only)', async () => {
  const name = `etcd-v3.6.6-linux-${process.arch === 'x64' ? 'amd64' : 'arm64'}`;
  const folder = join(base, 'archive');
  writeProgram(join(folder, name, 'etcd'), etcdText);
  writeProgram(join(folder, name, 'etcdctl'), 'not wanted');
  const archive = join(folder, 'archive.tar.gz');
  await create({ cwd: folder, file: archive, gzip: true }, [name]);
  const content = readFileSync(archive);
  answers = { SHA256SUMS: `${sha256('x')}  etcd-v3.6.6-darwin-amd64.zip\n${sha256(content)}  ${name}.tar.gz\n`, [`${name}.tar.gz`]: content };
  const { etcd } = await ensureBinaries(['etcd'], { env });
  expect(readFileSync(etcd, 'utf8')).toBe(etcdText);
});

const breakOff = (response: ServerResponse) => {
  response.writeHead(200, { 'content-length': 1_000_000 });
  response.write(kwokText, () => response.destroy());
};

it.each<[what: string, answer: Record<string, Answer>, reason: RegExp]>([
  ['another content', { [kwokFile]: `${kwokText} ` }, /the checksum of .*\/kwok-\S+ is not the published one/],
  ['a body that breaks off', { [kwokFile]: breakOff }, /cannot be found, downloaded \(.*(aborted|closed|terminated)/],
  ['an error', { [kwokFile]: (response) => response.writeHead(503).end() }, /HTTP 503/],
  ['no checksum', { 'tags/v0.7.0': '{"assets": []}' }, /no SHA-256 of kwok-\S+ is published/],
  ['a program of another version', { 'tags/v0.7.0': describedAs(sha256('#!/bin/sh\necho 0.6.0\n')), [kwokFile]: '#!/bin/sh\necho 0.6.0\n' }, /is 0.6.0, not 0.7/],
])('does not use %s, and gets it right the next time', async (_what, answer, reason) => {
  answers = { ...kwokAnswers(), ...answer };
  await expect(find()).rejects.toThrow(reason);
  answers = kwokAnswers();
  expect(readFileSync((await find()).kwok, 'utf8')).toBe(kwokText);
});

it('spends the patience for one site on sites that do not answer, for all tools together', async () => {
  const silent: Answer = () => undefined;
  answers = { '': silent };
  const started = Date.now();
  await expect(ensureBinaries(tools, { env })).rejects.toThrow(/127\.0\.0\.1:\d+ does not answer/);
  expect(Date.now() - started).toBeLessThan(2 * SMALL_FILE_WITHIN_MS);
});

it('says of a site that cannot be reached just that', async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(closed.address() as AddressInfo).port}`;
  await new Promise((resolve) => closed.close(resolve));
  env.KUBEOCEAN_GITHUB_API = `http://${host}`;
  await expect(find()).rejects.toThrow(`downloaded (${host} cannot be reached (ECONNREFUSED))`);
});
