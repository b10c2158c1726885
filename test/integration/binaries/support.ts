import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { officialCatalog } from '../../../local/binaries';
import type { Catalog, Tool, ToolSpec } from '../../../local/binaries/catalog';
import type { Progress } from '../../../local/progress';

/** A folder for one test file, gone after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kubeocean-binaries-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A program that says a version. */
export const programText = (says: string) => `#!/bin/sh\necho '${says}'\n`;

export function writeProgram(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** The environment of a fresh machine: no tool, no Go, no network, an empty cache. */
export function freshEnvironment(folder: string): NodeJS.ProcessEnv {
  mkdirSync(join(folder, 'path'), { recursive: true });
  return {
    HOME: join(folder, 'home'),
    PATH: [join(folder, 'path')].join(delimiter),
    KUBEOCEAN_CACHE: join(folder, 'cache'),
    KUBEOCEAN_KUBERNETES_DOWNLOADS: 'off',
    KUBEOCEAN_GITHUB_DOWNLOADS: 'off',
    KUBEOCEAN_GITHUB_API: 'off',
  };
}

/** The official catalog with a difference in one tool. */
export function catalogWith(tool: Tool, difference: Partial<ToolSpec>): Catalog {
  return { ...officialCatalog, [tool]: { ...officialCatalog[tool], ...difference } };
}

/** A reporter that keeps what is said. */
export function recordedProgress(): Progress & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    lines,
    say: (line) => lines.push(line),
    step: (title) => ({
      update: (detail) => lines.push(`${title}, ${detail}`),
      done: (outcome = 'done') => lines.push(`${title}: ${outcome}`),
      fail: (reason) => lines.push(`${title}: failed: ${reason}`),
    }),
  };
}

const running = new Set<ChildProcess>();
afterEach(() => {
  running.forEach((child) => child.kill('SIGKILL'));
  running.clear();
});

/** Runs a TypeScript file of this folder in a process of its own; what it prints comes through `output`. */
export function runScript(file: string, args: readonly string[]) {
  const hook = join(__dirname, 'typescript-hook.cjs');
  const child = spawn(process.execPath, ['--require', hook, join(__dirname, file), ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, ended, output: () => output };
}

/** Waits for a condition, and says the value that it last had when it does not come true. */
export async function until<T>(read: () => T, isIt: (value: T) => boolean, within = 60_000): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    const value = read();
    if (isIt(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)} after ${within} ms`);
    await delay(25);
  }
}

export function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** True for a process that exists and is not a zombie. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return !/\) Z /.test(readOrEmpty(`/proc/${pid}/stat`));
}
