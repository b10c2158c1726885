import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What `previous` shows. */
export const PREVIOUS = ['the last life ended here'];
/** Port of every pod that sends back what it gets. */
export const ECHO = 80;
/** Port of every pod that sends as many bytes as it is told to: a number and a line feed. */
export const SOURCE = 81;

const CHUNK = Buffer.alloc(1_048_576, 'kubeocean ');

/**
 * Logs, a shell, a console to attach to and two ports, as far as kwok plays them, the same for every pod: commands run on this
 * machine.
 */
export class PodIo {
  private constructor(
    /** Where commands run. */
    readonly folder: string,
    private readonly servers: readonly Server[],
  ) {}

  static async open(): Promise<PodIo> {
    const folder = mkdtempSync(join(tmpdir(), 'kubeocean-pods-'));
    writeFileSync(join(folder, 'app.log'), '');
    writeFileSync(join(folder, 'previous.log'), PREVIOUS.map(criLine).join(''));
    return new PodIo(folder, [await listening((socket) => void socket.pipe(socket)), await listening(sendAsTold)]);
  }

  /** For `kwokConfig` of the physical cluster. */
  get config(): object[] {
    const logsFile = join(this.folder, 'app.log');
    const all = (kind: string, spec: object) => ({ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind, metadata: { name: 'all' }, spec });
    const [echo, source] = this.servers.map((server) => (server.address() as { port: number }).port);
    const forward = (port: number, target: number | undefined) => ({ ports: [port], target: { address: '127.0.0.1', port: target } });
    return [
      all('ClusterLogs', { logs: [{ logsFile, previousLogsFile: join(this.folder, 'previous.log'), follow: true }] }),
      all('ClusterExec', { execs: [{ local: { workDir: this.folder, envs: [{ name: 'WHERE', value: 'physical' }] } }] }),
      all('ClusterAttach', { attaches: [{ logsFile }] }),
      all('ClusterPortForward', { forwards: [forward(ECHO, echo), forward(SOURCE, source)] }),
    ];
  }

  /** Adds lines to the log of every pod. */
  log(...lines: readonly string[]): void {
    appendFileSync(join(this.folder, 'app.log'), lines.map(criLine).join(''));
  }

  close(): void {
    for (const server of this.servers) server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const criLine = (text: string): string => `${new Date().toISOString().replace('Z', '000000Z')} stdout F ${text}\n`;

async function listening(serve: (socket: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function sendAsTold(socket: Socket): void {
  socket.once('data', (told) => {
    let left = Number.parseInt(String(told), 10);
    const more = (): void => {
      while (left > 0) {
        const chunk = left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK;
        left -= chunk.length;
        if (!socket.write(chunk)) return void socket.once('drain', more);
      }
    };
    more();
  });
}
