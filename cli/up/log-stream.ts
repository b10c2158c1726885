import type { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { DestinationStream } from 'pino';

/** Lines that are told when a process has died. */
const TAIL_LINES = 15;
const LINE_LENGTH = 400;

/** The output of one process on its way to ours. */
export class LogStream {
  private readonly lines: string[] = [];

  constructor(
    private readonly process: string,
    private readonly destination: DestinationStream,
  ) {}

  /** Passes every line on with the field `process`; lines that are no JSON objects become messages. */
  read(stream: Readable): void {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => this.pass(line));
    // A process that dies may break its pipe.
    stream.on('error', () => undefined);
  }

  /** The last lines that came, oldest first. */
  tail(): readonly string[] {
    return [...this.lines];
  }

  private pass(line: string): void {
    if (line.trim() === '') return;
    this.lines.push(line.length > LINE_LENGTH ? `${line.slice(0, LINE_LENGTH)}…` : line);
    if (this.lines.length > TAIL_LINES) this.lines.shift();
    this.destination.write(`${named(this.process, line)}\n`);
  }
}

function named(process: string, line: string): string {
  const name = JSON.stringify(process);
  if (isJsonObject(line)) return line === '{}' ? `{"process":${name}}` : `{"process":${name},${line.slice(1)}`;
  return JSON.stringify({ process, level: 'info', time: new Date().toISOString(), msg: line });
}

function isJsonObject(line: string): boolean {
  if (!line.startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
