import type { ClientRequest, IncomingMessage } from 'node:http';

/** The way to a physical API server, as far as figures need it. */
export interface FiguresTransport {
  open(request: {
    readonly method: 'GET';
    readonly path: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
  }): Promise<ClientRequest>;
}

/** An answer whose body has not been read yet. */
export interface OpenFigures {
  readonly status: number;
  readonly body: AsyncIterable<Buffer>;
  /** Lets go of a body that nobody reads. */
  discard(): void;
}

/** In which form figures are asked for, and for how long. */
export interface OpenOptions {
  readonly accept: string;
  /** The client went away. */
  readonly signal: AbortSignal;
  /** Silence after which the answer is given up, milliseconds. */
  readonly silenceMillis: number;
}

/** Asks a physical API server; resolves when its answer begins. @throws the network's error; the signal's reason */
export async function openFigures(transport: FiguresTransport, path: string, { accept, signal, silenceMillis }: OpenOptions): Promise<OpenFigures> {
  signal.throwIfAborted();
  const request = await transport.open({ method: 'GET', path, headers: [['accept', accept]] });
  const give = () => request.destroy(signal.reason as Error);
  signal.addEventListener('abort', give, { once: true });
  request.once('close', () => signal.removeEventListener('abort', give));
  // Whoever waits, or reads the body, hears of it; without a listener it would end the process.
  request.on('error', () => undefined);
  request.setTimeout(silenceMillis, () => request.destroy(new Error('the physical cluster is silent')));
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    request.once('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error('the physical cluster wants another protocol'));
    });
    request.end();
  });
  return { status: response.statusCode ?? 0, body: response, discard: () => void response.destroy() };
}
