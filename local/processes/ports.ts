import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/**
 * Below the ephemeral range of Linux and macOS, so that an outgoing connection never takes a port
 * while its server is down for a moment; above the usual well-known services.
 */
const FIRST = 11_000;
const LAST = 31_999;

/** Handed out by this process; two callers at once must not get the same one. */
const handedOut = new Set<number>();

/** `count` different ports that are free on loopback now and that this process has not handed out before. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(FIRST, LAST + 1);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** True when loopback lets us listen on `port`. */
export async function isFree(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

const ATTEMPTS = 5;

/**
 * Runs `start` with `count` free ports, and again with others when it fails because somebody else
 * was faster to bind one of them.
 */
export async function onFreePorts<T>(count: number, start: (ports: number[]) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(await freePorts(count));
    } catch (error) {
      if (attempt === ATTEMPTS || !isBindFailure(error)) throw error;
    }
  }
}

/** True for an error whose text (or a child's last log lines in it) says that an address was taken. */
export function isBindFailure(error: unknown): boolean {
  return error instanceof Error && /address already in use|EADDRINUSE/i.test(error.message);
}
