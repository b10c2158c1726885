import type { Socket } from 'node:net';
import { STREAM_BUFFER } from './physical/ready-agent';

/** Who ended a stream first; `error`: its connection broke. */
export type StreamEnd = 'caller' | 'remote' | 'error';

/** A kubelet ends a stream on which nothing has happened for so long. */
const IDLE_MS = 4 * 3_600_000;
/** How soon a peer that has vanished is noticed. */
const PROBE_MS = 30_000;
/** How long one side may go on after the other has said all. */
const LINGER_MS = 30_000;

/**
 * Passes bytes both ways until both sides have ended, no faster than the slower one takes them. The end of one side is passed on
 * to the other; the loss of one ends the other.
 */
export function join(caller: Socket, remote: Socket): Promise<StreamEnd> {
  let first: StreamEnd | undefined;
  for (const [socket, side] of [[caller, 'caller'], [remote, 'remote']] as const) {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, PROBE_MS);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', () => (first ??= 'error'));
    socket.once('end', () => (first ??= side));
  }
  passOn(caller, remote);
  passOn(remote, caller);
  return new Promise((resolve) => {
    const ended = new Set<Socket>();
    const end = (socket: Socket, other: Socket) => () => {
      ended.add(socket);
      // What was passed on before an orderly end is still on its way.
      if (!other.writableEnded) other.destroy();
      else setTimeout(() => other.destroy(), LINGER_MS).unref();
      if (ended.size === 2) resolve(first ?? 'error');
    };
    caller.once('end', () => setTimeout(() => remote.destroy(), LINGER_MS).unref());
    caller.once('close', end(caller, remote));
    remote.once('close', end(remote, caller));
  });
}

/**
 * Whoever frames a stream sends crumbs: a number, a length, some bytes, each in a record of its own. What has arrived by the time we
 * look is passed on at once, which saves every hop behind us as many records and wake-ups.
 */
function passOn(from: Socket, to: Socket): void {
  let arrived: Buffer[] = [];
  let bytes = 0;
  let looking: NodeJS.Immediate | undefined;
  const look = (): void => {
    clearImmediate(looking);
    looking = undefined;
    to.cork();
    for (const chunk of arrived) to.write(chunk);
    to.uncork();
    [arrived, bytes] = [[], 0];
    if (to.writableNeedDrain) from.pause();
  };
  from.on('data', (chunk: Buffer) => {
    arrived.push(chunk);
    bytes += chunk.length;
    if (bytes >= STREAM_BUFFER) look();
    else looking ??= setImmediate(look);
  });
  to.on('drain', () => from.resume());
  from.once('end', () => {
    look();
    to.end();
  });
}
