import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines } from './log-tail';
import { REGISTER_AND_EXEC, type Reaper } from './reaper';

/** What to run and how to know that it works. */
export interface ProcessSpec {
  /** Unique in its supervisor; names the log file and appears in errors. */
  readonly name: string;
  /** Path of the executable. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Environment on top of a minimal one (PATH, HOME = the supervisor's folder). */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Working directory. Default the supervisor's folder. */
  readonly cwd?: string;
  /** Answers true as soon as the process does its work. Without it a started process counts as ready. */
  readonly ready?: () => Promise<boolean>;
  /** Deadline of `ready` in milliseconds. Default 120,000. */
  readonly readyWithin?: number;
  /** Processes of a higher tier are stopped before those of a lower one. Default 0. */
  readonly stopTier?: number;
  /** Milliseconds between SIGTERM and SIGKILL. Default 5,000. */
  readonly stopWithin?: number;
}

/** How a process ended. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child in its own process group with its output in a log file, registered with the reaper. */
export class ManagedProcess {
  readonly logFile: string;
  /** Settles when the process has ended; never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** How it ended; null while it runs. */
  exit: ExitStatus | null = null;
  /** True once somebody asked it to end: what follows is no crash. */
  stopping = false;
  private readonly child: ChildProcess;

  constructor(
    readonly spec: ProcessSpec,
    folder: string,
    reaper: Reaper,
  ) {
    this.logFile = join(folder, `${spec.name}.log`);
    this.child = spawnLogged(spec, this.logFile, reaper);
    this.exited = new Promise((resolve) => {
      const end = (status: ExitStatus) => {
        this.exit = status;
        if (this.child.pid !== undefined) {
          killGroup(this.child.pid);
          reaper.forget(this.child.pid);
        }
        resolve(status);
      };
      this.child.once('exit', (code, signal) => end({ code, signal }));
      this.child.once('error', () => end({ code: 127, signal: null }));
    });
  }

  get name(): string {
    return this.spec.name;
  }

  /** Process id; 0 when it could not be started at all. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.exit === null;
  }

  /** The last lines that the process wrote, oldest first. */
  tail(lines = 15): string[] {
    return lastLines(this.logFile, lines);
  }

  /** Sends a signal to the process alone, without meaning to end it. */
  signal(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal);
  }

  /** SIGTERM to the process, and SIGKILL to its group if it has not ended in time. Resolves when it has ended. */
  async stop(): Promise<ExitStatus> {
    this.stopping = true;
    this.signal('SIGTERM');
    const timer = setTimeout(() => killGroup(this.pid), this.spec.stopWithin ?? 5_000);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  /** SIGKILL to the whole group, as a test of failure or the last resort. Resolves when it has ended. */
  async kill(): Promise<ExitStatus> {
    this.stopping = true;
    if (this.running) killGroup(this.pid);
    return await this.exited;
  }
}

function spawnLogged(spec: ProcessSpec, logFile: string, reaper: Reaper): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  const [shell, ...rest] = REGISTER_AND_EXEC;
  try {
    return spawn(shell, [...rest, spec.command, ...(spec.args ?? [])], {
      cwd: spec.cwd,
      env: spec.env,
      detached: true,
      stdio: ['ignore', log, log, reaper.registry],
    });
  } finally {
    closeSync(log);
  }
}

/** Whatever a leader left behind goes with it. A group that is gone is no error. */
function killGroup(pid: number): void {
  if (pid <= 1) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    return;
  }
}
