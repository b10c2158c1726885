import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { eventually } from './eventually';

/** A line of the log of `kubeocean up`. */
export interface UpLine {
  readonly msg: string;
  /** Which of its processes said it; absent: itself. */
  readonly process?: string;
  readonly [field: string]: unknown;
}

const READY_WITHIN_MS = 60_000;

/** `kubeocean up` as a process, through `bin/kubeocean`. */
export class UpProcess {
  readonly lines: UpLine[] = [];
  /** All of standard output and standard error. */
  text = '';
  /** Exit code; settles with the signal's name when it was killed. */
  readonly exited: Promise<number | NodeJS.Signals | null>;
  readonly child: ChildProcess;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const program = join(__dirname, '../../bin/kubeocean');
    this.child = spawn(process.execPath, [program, 'up', ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stderr?.on('data', (text) => (this.text += String(text)));
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.text += `${line}\n`;
      this.lines.push(JSON.parse(line) as UpLine);
    });
    this.exited = new Promise((resolve) => this.child.once('close', (code, signal) => resolve(code ?? signal)));
  }

  /** The last line of its own with that message. */
  said(msg: string, process?: string): UpLine | undefined {
    return this.lines.filter((line) => line.msg === msg && (process === undefined || line.process === process)).at(-1);
  }

  /** What a child itself has said. */
  heard(process: string): UpLine[] {
    return this.lines.filter((line) => line.process === process && line.component !== 'up');
  }

  /** Process ids of a child, in the order of its starts. */
  pids(name: string): number[] {
    return this.lines.filter(({ msg, process }) => msg === 'process started' && process === name).map(({ pid }) => Number(pid));
  }

  /** URL of its own HTTP server. */
  get http(): string {
    return String(this.said('listening')?.http);
  }

  /** What `/readyz` says; status 0 while nobody answers. */
  async readyz(): Promise<{ status: number; text: string }> {
    try {
      const answer = await fetch(`${this.http}/readyz`);
      return { status: answer.status, text: await answer.text() };
    } catch {
      return { status: 0, text: '' };
    }
  }

  /** @throws Error with everything that it wrote, when it ends before. */
  async ready(): Promise<this> {
    await eventually(
      async () => {
        if (this.child.exitCode !== null) return;
        expect(await this.readyz()).toEqual({ status: 200, text: 'ok\n' });
      },
      { within: READY_WITHIN_MS, every: 100 },
    );
    if (this.child.exitCode !== null) throw new Error(`kubeocean up ended with ${this.child.exitCode}:\n${this.text}`);
    return this;
  }

  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return await this.exited;
  }
}
