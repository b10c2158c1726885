import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { DestinationStream } from 'pino';
import { REGISTER_AND_EXEC, type Reaper } from '../../local/processes/reaper';
import type { ExitStatus } from '../../local/processes/managed-process';
import { HTTP_PORT_VARIABLE, PARENT_PIPE_VARIABLE, REPORT_FD_VARIABLE, type ReadyFacts } from '../../workers/process';
import { LogStream } from './log-stream';

/** What to run. */
export interface ChildSpec {
  /** In logs. */
  readonly name: string;
  /** Path of a JavaScript file. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds between SIGTERM and SIGKILL. */
  readonly stopWithin: number;
}

/** What a process is started among. */
export interface ChildSurroundings {
  readonly reaper: Reaper;
  /** Where its logs go. */
  readonly logs: DestinationStream;
}

/** After the reaper's 3, which its shell has closed by then. */
const REPORT_FD = 4;

/**
 * One life of a Node process of ours. It ends when we do: we hold its standard input, and the reaper has its process group.
 * It reports its port on a descriptor of its own.
 */
export class Child {
  /** Settles when the process has ended; never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** Port of its health server; null until it listens and after it has ended. */
  httpPort: number | null = null;
  private readonly process: ChildProcess;
  private readonly output: LogStream;

  constructor(
    private readonly spec: ChildSpec,
    { reaper, logs }: ChildSurroundings,
  ) {
    const [shell, ...rest] = REGISTER_AND_EXEC;
    this.process = spawn(shell, [...rest, process.execPath, spec.entry], {
      env: { ...spec.env, [HTTP_PORT_VARIABLE]: '0', [PARENT_PIPE_VARIABLE]: '1', [REPORT_FD_VARIABLE]: `${REPORT_FD}` },
      // Ctrl-C in the terminal is for us alone: we end the children in order.
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe', reaper.registry, 'pipe'],
    });
    this.output = new LogStream(spec.name, logs);
    const [stdin, stdout, stderr, , report] = this.process.stdio;
    stdin?.on('error', () => undefined);
    for (const stream of [stdout, stderr]) this.output.read(stream as Readable);
    this.listen(report as Readable);
    this.exited = new Promise((resolve) => {
      const end = (status: ExitStatus) => {
        this.httpPort = null;
        if (this.process.pid !== undefined) reaper.forget(this.process.pid);
        resolve(status);
      };
      // `close`, not `exit`: its last words are worth waiting for.
      this.process.once('close', (code, signal) => end({ code, signal }));
      this.process.once('error', () => end({ code: 127, signal: null }));
    });
  }

  /** Process id; 0 when it could not be started at all. */
  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** The last lines that it wrote, oldest first. */
  tail(): readonly string[] {
    return this.output.tail();
  }

  /** SIGTERM, and SIGKILL if it has not ended in time. */
  async stop(): Promise<ExitStatus> {
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), this.spec.stopWithin);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  private listen(report: Readable): void {
    report.on('error', () => undefined);
    createInterface({ input: report }).on('line', (line) => {
      this.httpPort = (JSON.parse(line) as ReadyFacts).httpPort;
    });
  }
}
