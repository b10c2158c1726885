import { spawn } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex, Readable } from 'node:stream';
import { piecesOf, SpdyServer, type SpdyStream } from './spdy';

/** What a pod runs where a test wants a real process of it. */
export interface PodProcessesOptions {
  /** Folder in which commands run. */
  readonly folder: string;
}

/**
 * Answers exec and port-forward of a pod as a kubelet does, by SPDY, with processes and ports of this machine: for what kwok keeps to
 * itself, the end of what is sent and the exit code of a command.
 */
export class PodProcesses {
  /** Process ids of commands, oldest first. */
  readonly pids: number[] = [];

  constructor(private readonly options: PodProcessesOptions) {}

  /** Takes over a connection on which a subresource of a pod was asked for. */
  serve({ url = '' }: IncomingMessage, { socket, head }: { readonly socket: Duplex; readonly head: Buffer }): void {
    const isExec = /\/exec\?/.test(url);
    const protocol = isExec ? 'v4.channel.k8s.io' : 'portforward.k8s.io';
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`);
    const query = new URLSearchParams(url.split('?')[1]);
    const server = new SpdyServer(socket, isExec ? this.executing(query, socket) : forwarding());
    server.run(head).catch(() => socket.destroy());
  }

  /** Starts the command as soon as all streams are there. */
  private executing(query: URLSearchParams, socket: Duplex): (stream: SpdyStream) => void {
    const expected = ['error', ...['stdin', 'stdout', 'stderr'].filter((name) => query.get(name) === 'true')];
    const streams = new Map<string, SpdyStream>();
    return (stream) => {
      streams.set(stream.headers.streamtype ?? '', stream);
      if (expected.every((name) => streams.has(name))) void this.run(query.getAll('command'), streams, socket);
    };
  }

  private async run([program = '', ...args]: string[], streams: ReadonlyMap<string, SpdyStream>, socket: Duplex): Promise<void> {
    const child = spawn(program, args, { cwd: this.options.folder, detached: true });
    const { pid } = child;
    if (pid !== undefined) this.pids.push(pid);
    // A caller that goes away ends the command, and what it has started.
    socket.once('close', () => pid !== undefined && child.exitCode === null && process.kill(-pid, 'SIGKILL'));
    child.stdin.on('error', () => undefined);
    const stdin = streams.get('stdin');
    if (stdin === undefined) child.stdin.end();
    else stdin.input.pipe(child.stdin);
    const exited = new Promise<number | Error>((resolve) => {
      child.once('error', resolve);
      child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 137)));
    });
    const outputs = [passOn(child.stdout, streams.get('stdout')), passOn(child.stderr, streams.get('stderr'))];
    const end = await exited;
    await Promise.all(outputs);
    const error = streams.get('error');
    await error?.write(Buffer.from(JSON.stringify(statusOf(end))));
    for (const stream of streams.values()) stream.end();
    socket.end();
  }
}

async function passOn(output: Readable, stream: SpdyStream | undefined): Promise<void> {
  for await (const chunk of piecesOf(output)) await stream?.write(chunk);
}

/** As a kubelet says how a command ended. */
function statusOf(end: number | Error): object {
  if (end === 0) return { metadata: {}, status: 'Success' };
  if (end instanceof Error) return { metadata: {}, status: 'Failure', reason: 'InternalError', message: end.message, code: 500 };
  const causes = [{ reason: 'ExitCode', message: String(end) }];
  const message = `command terminated with non-zero exit code: exit status ${end}`;
  return { metadata: {}, status: 'Failure', reason: 'NonZeroExitCode', message, details: { causes } };
}

/** Joins each pair of streams with the port of this machine that it names. */
function forwarding(): (stream: SpdyStream) => void {
  return (stream) => {
    const { streamtype, port } = stream.headers;
    if (streamtype === 'error') return stream.end();
    const target = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    target.on('error', () => target.destroy());
    stream.input.pipe(target);
    void passOn(target, stream).then(() => stream.end(), () => stream.end());
  };
}
