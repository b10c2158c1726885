import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { dirname, join } from 'node:path';
import { binaries } from './binaries';

/** How a kubectl ended. */
export interface Ended {
  /** Null: by a signal. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A kubectl that runs: what it wrote so far, and its standard input. */
export class KubectlSession {
  readonly ended: Promise<Ended>;
  private output = '';
  private errors = '';

  private constructor(private readonly process: ChildProcessWithoutNullStreams) {
    process.stdout.setEncoding('utf8').on('data', (text: string) => void (this.output += text));
    process.stderr.setEncoding('utf8').on('data', (text: string) => void (this.errors += text));
    process.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      process.once('close', (code) => resolve({ code, out: this.output, err: this.errors }));
    });
  }

  /** @param env on top of nothing but the path: for example which of its two protocols it speaks */
  static async start(kubeconfig: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<KubectlSession> {
    const { kubectl } = await binaries();
    const home = dirname(kubeconfig);
    const cache = `--cache-dir=${join(home, 'kubectl-cache')}`;
    return new KubectlSession(
      spawn(kubectl, [`--kubeconfig=${kubeconfig}`, cache, ...args], { env: { PATH: process.env.PATH, HOME: home, ...env } }),
    );
  }

  get out(): string {
    return this.output;
  }

  get err(): string {
    return this.errors;
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  write(text: string): void {
    this.process.stdin.write(text);
  }

  /** End of its standard input. */
  close(): void {
    this.process.stdin.end();
  }

  async kill(): Promise<Ended> {
    this.process.kill('SIGKILL');
    return await this.ended;
  }
}
