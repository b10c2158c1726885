import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { COLLECT_LESS } from '../processes/go-garbage';
import type { ManagedProcess } from '../processes/managed-process';
import { onFreePorts } from '../processes/ports';
import { answersOk } from '../processes/probes';
import { StopTier } from '../processes/stop-tier';
import type { Supervisor } from '../processes/supervisor';

/** The search attributes that the product registers, with their types. */
export const SEARCH_ATTRIBUTES: Readonly<Record<string, string>> = {
  KoBinding: 'Keyword',
  KoCluster: 'Keyword',
  KoNode: 'Keyword',
  KoPhase: 'Keyword',
  KoWindowEnd: 'Datetime',
};

/** What a Temporal dev server keeps and serves. */
export interface TemporalOptions {
  /** Folder of the database; null: in memory. Default null. */
  readonly dataDir?: string | null;
  /** Serve the UI. Default false. */
  readonly ui?: boolean;
  /** Default `default`. */
  readonly namespace?: string;
  /** Applied when the namespace is created, that is with a new database only. Default {@link SEARCH_ATTRIBUTES}. */
  readonly searchAttributes?: Readonly<Record<string, string>>;
  /** True: the database does not wait for the disk, which costs data only when the machine dies. Default false. */
  readonly unsafeNoSync?: boolean;
  /** Fixed port of the service; free ones are chosen by default. */
  readonly port?: number;
  /** Added to {@link DYNAMIC_CONFIG}. */
  readonly dynamicConfig?: Readonly<Record<string, unknown>>;
}

/** The same, with what runs it. */
export interface TemporalInput extends TemporalOptions {
  readonly supervisor: Supervisor;
  /** Path of the `temporal` CLI. */
  readonly binary: string;
}

/** One partition, because one machine polls it; rates that a burst of a thousand pods does not reach. */
export const DYNAMIC_CONFIG: Readonly<Record<string, unknown>> = {
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  'frontend.rps': 20_000,
  'frontend.namespaceRPS': 20_000,
  'history.rps': 20_000,
  'matching.rps': 20_000,
};

interface Ports {
  readonly service: number;
  readonly http: number;
  readonly metrics: number;
  readonly ui: number;
}

/** A Temporal dev server on loopback that can be stopped and started again at the same address with the same data. */
export class TemporalDevServer {
  private constructor(
    private readonly input: TemporalInput,
    private readonly ports: Ports,
    private process: ManagedProcess,
  ) {}

  /** Starts one and waits until its namespace is served. */
  static async start(input: TemporalInput): Promise<TemporalDevServer> {
    return await onFreePorts(4, async ([service = 0, http = 0, metrics = 0, ui = 0]) => {
      const ports = { service: input.port ?? service, http, metrics, ui };
      return new TemporalDevServer(input, ports, await launch(input, ports));
    });
  }

  /** host:port of the gRPC service. */
  get address(): string {
    return `127.0.0.1:${this.ports.service}`;
  }

  get namespace(): string {
    return this.input.namespace ?? 'default';
  }

  /** URL of the UI; null when it is not served. */
  get uiUrl(): string | null {
    return this.input.ui ? `http://127.0.0.1:${this.ports.ui}` : null;
  }

  /** URL of the server's Prometheus metrics. */
  get metricsUrl(): string {
    return `http://127.0.0.1:${this.ports.metrics}/metrics`;
  }

  /** URL of the HTTP API, `/api/v1/...`. */
  get httpUrl(): string {
    return `http://127.0.0.1:${this.ports.http}`;
  }

  get pid(): number {
    return this.process.pid;
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.process.kill();
  }

  /** Starts it again after {@link stop} or {@link kill}; without a data folder it has forgotten everything. */
  async start(): Promise<void> {
    if (!this.process.running) this.process = await launch(this.input, this.ports);
  }
}

async function launch(input: TemporalInput, ports: Ports): Promise<ManagedProcess> {
  const namespace = input.namespace ?? 'default';
  if (input.dataDir) await mkdir(input.dataDir, { recursive: true, mode: 0o700 });
  return await input.supervisor.start({
    name: 'temporal',
    command: input.binary,
    args: [...addressArgs(input, ports), ...storageArgs(input), ...namespaceArgs(input, namespace), ...dynamicArgs(input)],
    env: COLLECT_LESS,
    ready: () => answersOk(`http://127.0.0.1:${ports.http}/api/v1/namespaces/${namespace}`),
    stopTier: StopTier.ApiServer,
    stopWithin: 10_000,
  });
}

function addressArgs(input: TemporalInput, ports: Ports): string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--log-level', 'error'],
    ...['--port', `${ports.service}`, '--http-port', `${ports.http}`, '--metrics-port', `${ports.metrics}`],
    ...(input.ui ? ['--ui-port', `${ports.ui}`] : ['--headless']),
  ];
}

function storageArgs(input: TemporalInput): string[] {
  if (!input.dataDir) return [];
  const sync = input.unsafeNoSync ? ['--sqlite-pragma', 'synchronous=off'] : [];
  return ['--db-filename', join(input.dataDir, 'temporal.db'), '--sqlite-pragma', 'journal_mode=wal', ...sync];
}

function namespaceArgs(input: TemporalInput, namespace: string): string[] {
  const attributes = Object.entries(input.searchAttributes ?? SEARCH_ATTRIBUTES);
  return ['--namespace', namespace, ...attributes.flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`])];
}

function dynamicArgs(input: TemporalInput): string[] {
  const values = Object.entries({ ...DYNAMIC_CONFIG, ...input.dynamicConfig });
  return values.flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]);
}
