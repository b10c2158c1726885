import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { REGISTER_AND_EXEC, Reaper } from '../processes/reaper';

/** A program that runs to its end. */
export interface Command {
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** The whole environment. Default our own. */
  readonly env?: NodeJS.ProcessEnv;
  /** Called with each line of both outputs. */
  readonly onLine?: (line: string) => void;
  /** Ends the program, first by SIGTERM, two seconds later by SIGKILL. */
  readonly signal?: AbortSignal;
  /** Milliseconds after which it is ended likewise. Default none. */
  readonly within?: number;
}

/** How it went; a program that could not be started at all has code 127. */
export interface CommandResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  /** Both outputs, the last 200 lines. */
  readonly output: string;
}

const KEPT_LINES = 200;
const KILL_AFTER_MS = 2_000;

/**
 * Runs a program in a process group of its own that ends with it and does not outlive us, SIGKILL included.
 * Never rejects.
 */
export async function runCommand(command: Command): Promise<CommandResult> {
  const reaper = new Reaper();
  const [, ...register] = REGISTER_AND_EXEC;
  // By its path: the environment given need not have a PATH.
  const child = spawn('/bin/sh', [...register, command.command, ...(command.args ?? [])], {
    cwd: command.cwd,
    env: command.env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', reaper.registry],
  });
  const lines: string[] = [];
  const keep = (line: string) => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    command.onLine?.(line);
  };
  forEachLine(child.stdout as Readable, keep);
  forEachLine(child.stderr as Readable, keep);
  const stopEnding = endWhenAsked(child, command);
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      keep(error.message);
      resolve(127);
    });
    // What the leader left behind holds its outputs open: the group ends first, then the outputs.
    child.once('exit', () => void reaper.close());
    child.once('close', resolve);
  });
  stopEnding();
  await reaper.close();
  return { code, output: lines.join('\n') };
}

function forEachLine(stream: Readable, onLine: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
}

function endWhenAsked(child: ChildProcess, { signal, within }: Command): () => void {
  const timers: NodeJS.Timeout[] = [];
  const end = () => {
    killGroup(child, 'SIGTERM');
    timers.push(setTimeout(() => killGroup(child, 'SIGKILL'), KILL_AFTER_MS));
  };
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end, { once: true });
  if (within !== undefined) timers.push(setTimeout(end, within));
  return () => {
    signal?.removeEventListener('abort', end);
    timers.forEach((timer) => clearTimeout(timer));
  };
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    return;
  }
}
