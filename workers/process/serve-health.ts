import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Address to listen on. Absent or empty: loopback; `0.0.0.0` in a pod. */
export const HTTP_HOST_VARIABLE = 'KUBEOCEAN_HTTP_HOST';
/** Port to listen on; 0, absent or empty: a free one. */
export const HTTP_PORT_VARIABLE = 'KUBEOCEAN_HTTP_PORT';

/** What keeps the process from being well, a short phrase each; empty when all is well. Shown to whoever asks: no secrets. */
export type Check = () => readonly string[] | Promise<readonly string[]>;

/** Where to listen, and what to answer. */
export interface HealthOptions {
  /** 0: a free one. */
  readonly port: number;
  /** Default the value of `KUBEOCEAN_HTTP_HOST`, else 127.0.0.1. */
  readonly host?: string;
  /** By path, without its slash: 200, or 503 with a line for each phrase. `/healthz` is `/livez`. */
  readonly checks: Readonly<Record<'livez' | 'readyz', Check> & Record<string, Check>>;
  /** Body of `/metrics` in the text format of Prometheus. Default: 404. */
  readonly metrics?: () => Promise<string>;
  /** Answers every other path. Default: 404. */
  readonly fallback?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A listening server. */
export interface HealthServer {
  readonly port: number;
  /** Stops to listen and ends all connections. */
  close(): Promise<void>;
}

const CHECK_TIMEOUT_MS = 5_000;
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Serves health and metrics of a process over plain HTTP.
 *
 * @throws Error when the port is taken.
 */
export async function serveHealth(options: HealthOptions): Promise<HealthServer> {
  const server = createServer((request, response) => void answer(options, request, response));
  // Node would take an empty name for every address of the machine.
  const host = options.host || process.env[HTTP_HOST_VARIABLE] || '127.0.0.1';
  await listen(server, options.port, host);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function answer(options: HealthOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { checks, metrics, fallback } = options;
  const path = request.url?.split('?', 1)[0];
  const check = Object.entries(checks).find(([name]) => `/${name}` === (path === '/healthz' ? '/livez' : path));
  if (check !== undefined) return send(response, await verdict(check[1]));
  if (path === '/metrics' && metrics !== undefined) return send(response, await metricsText(metrics));
  if (fallback === undefined) send(response, { status: 404, body: 'not found\n' });
  else fallback(request, response);
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

async function verdict(check: Check): Promise<Answer> {
  const faults = await Promise.race([faultsOf(check), timeout()]);
  if (faults.length === 0) return { status: 200, body: 'ok\n' };
  return { status: 503, body: faults.map((fault) => `${fault}\n`).join('') };
}

/** An error's message may hold anything, so only its name is shown. */
async function faultsOf(check: Check): Promise<readonly string[]> {
  try {
    return await check();
  } catch (error) {
    return [`the check failed with ${error instanceof Error ? error.name : typeof error}`];
  }
}

async function timeout(): Promise<readonly string[]> {
  await sleep(CHECK_TIMEOUT_MS, undefined, { ref: false });
  return [`the check did not answer in ${CHECK_TIMEOUT_MS} ms`];
}

async function metricsText(metrics: () => Promise<string>): Promise<Answer> {
  try {
    return { status: 200, body: await metrics(), type: METRICS_TYPE };
  } catch {
    return { status: 500, body: 'the metrics could not be collected\n' };
  }
}

function send(response: ServerResponse, { status, body, type = 'text/plain; charset=utf-8' }: Answer): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}
