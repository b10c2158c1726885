import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import type { DestinationStream } from 'pino';
import type { ClusterAccess } from '../../kube';
import { pause } from '../../kube/backoff';
import { isFree, onFreePorts } from '../../local/processes/ports';
import { Reaper } from '../../local/processes/reaper';
import type { Logger } from '../../workers/observability/logger';
import { HTTP_HOST_VARIABLE, KUBECONFIG_VARIABLE, LEAN_GATEWAY, LEAN_WORKER, serveHealth, type HealthServer } from '../../workers/process';
import { packageRoot } from '../package-root';
import type { DataDir } from './data-dir';
import { startEmbeddedTemporal, type EmbeddedTemporal } from './embedded-temporal';
import { KeptChild } from './kept-child';
import { listeningHost, localAddressTowards } from './local-address';
import type { UpOptions } from './options';
import { ensureNamespace, ensureSearchAttributes, reasonToWait } from './prepare-temporal';
import { notReady } from './readiness';
import { connectTo, temporalTarget, type TemporalTarget } from './temporal-target';

/** What `up` runs with. */
export interface UpInput {
  readonly options: UpOptions;
  readonly access: ClusterAccess;
  readonly dataDir: DataDir;
  readonly logger: Logger;
  /** Where the logs of the children go. */
  readonly logs: DestinationStream;
  /** Files to run. Default the compiled entry points. */
  readonly entries?: { readonly worker: string; readonly gateway: string };
}

const PREPARE_RETRY_MS = 2_000;
const PREPARE_PATIENCE_MS = 5_000;
const TEMPORAL_PATIENCE_MS = 2_000;
/** Below the half minute that Kubernetes and systemd-like supervisors give; a gateway lets streams go on for twenty seconds. */
const STOP_WORKER_MS = 20_000;
const STOP_GATEWAY_MS = 25_000;

/**
 * Temporal, workers and gateway for one virtual cluster on this machine. {@link Up.start} returns as soon as everything has been
 * set going; `/readyz` tells when it works.
 */
export class Up {
  private readonly reaper = new Reaper();
  private readonly stopping = new AbortController();
  private readonly children: KeptChild[] = [];
  private health: HealthServer | undefined;
  private embedded: EmbeddedTemporal | null = null;
  private connection: Connection | undefined;
  private target: TemporalTarget | undefined;
  /** What keeps the workers from being started. */
  private waitingFor: string | null = 'Temporal is starting';

  private constructor(private readonly input: UpInput) {}

  /** @throws UserError, BinaryError, ProcessError: what was started is stopped again. */
  static async start(input: UpInput): Promise<Up> {
    const up = new Up(input);
    try {
      await up.begin();
      return up;
    } catch (error) {
      await up.stop();
      throw error;
    }
  }

  /** Ends everything in order: workers drain while the heartbeats go on, Temporal goes last. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const workers = this.children.filter(({ name }) => name !== GATEWAY);
    await Promise.all(workers.map((child) => child.stop()));
    await Promise.all(this.children.map((child) => child.stop()));
    await this.connection?.close();
    await this.embedded?.stop();
    await this.health?.close();
    await this.reaper.close();
    this.input.dataDir.release();
  }

  private async begin(): Promise<void> {
    const { options, dataDir, logger } = this.input;
    const { temporalNamespace: namespace, temporalUi: ui } = options;
    this.health = await this.serve();
    dataDir.remember({ httpPort: this.health.port });
    const http = `http://${process.env[HTTP_HOST_VARIABLE] || '127.0.0.1'}:${this.health.port}`;
    logger.info({ http, dataDir: dataDir.path }, 'listening');
    const environment = await this.childEnvironment();
    this.keep(GATEWAY, environment);
    const given = options.temporalAddress;
    if (given === null) this.embedded = await startEmbeddedTemporal({ dataDir, namespace, ui, logger });
    const address = given ?? this.embedded?.address ?? '';
    this.target = temporalTarget({ address, namespace, embedded: given === null });
    this.connection = connectTo(this.target);
    logger.info({ http, temporal: address, namespace, temporalUi: this.embedded?.uiUrl ?? undefined }, 'addresses');
    void this.startWorkers({ ...this.target.env, ...environment }).then(() => this.announce());
  }

  /** Waits for a Temporal that is ready to be used for as long as it takes. */
  private async startWorkers(environment: Environment): Promise<void> {
    const { signal } = this.stopping;
    const { options } = this.input;
    while (!signal.aborted && !(await this.prepare())) await pause(PREPARE_RETRY_MS, signal);
    // From here on nothing is awaited, so that a stop finds all of them.
    if (signal.aborted) return;
    this.waitingFor = null;
    for (let number = 1; number <= options.workers; number += 1) this.keep(`worker-${number}`, environment);
  }

  private async prepare(): Promise<boolean> {
    const { connection, target } = this;
    if (connection === undefined || target === undefined) return false;
    const { namespace } = target;
    const { logger } = this.input;
    try {
      await connection.withDeadline(Date.now() + PREPARE_PATIENCE_MS, async () => {
        if (await ensureNamespace(connection, namespace)) logger.info({ namespace }, 'namespace made');
        const searchAttributes = await ensureSearchAttributes(connection, namespace);
        if (searchAttributes.length > 0) logger.info({ namespace, searchAttributes }, 'search attributes registered');
      });
      return true;
    } catch (error) {
      this.wait(reasonToWait(error, target), error);
      return false;
    }
  }

  /** Says once what is waited for. */
  private wait(reason: string, error: unknown): void {
    if (this.stopping.signal.aborted) return;
    if (this.waitingFor !== reason) this.input.logger.warn({ reason, error }, 'waiting for Temporal');
    this.waitingFor = reason;
  }

  private async announce(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      if ((await this.faults()).length === 0) return this.input.logger.info('ready');
      await pause(200, signal);
    }
  }

  private keep(name: string, env: Environment): void {
    const entries = this.input.entries ?? compiledEntries();
    const kind =
      name === GATEWAY
        ? { entry: entries.gateway, stopWithin: STOP_GATEWAY_MS, env: { ...LEAN_GATEWAY, ...env } }
        : { entry: entries.worker, stopWithin: STOP_WORKER_MS, env: { ...LEAN_WORKER, ...env } };
    const { logger, logs } = this.input;
    this.children.push(new KeptChild({ name, ...kind }, { reaper: this.reaper, logger, logs }));
  }

  private async childEnvironment(): Promise<Environment> {
    const { options, access } = this.input;
    const address = options.gatewayAddress ?? (await localAddressTowards(access.server));
    return {
      ...(address === null ? {} : { KUBEOCEAN_KUBELET_HOST: listeningHost(address) }),
      ...process.env,
      [KUBECONFIG_VARIABLE]: resolve(options.kubeconfig),
      ...(address === null ? {} : { KUBEOCEAN_GATEWAY_ADDRESS: address }),
      // The children's health is for us alone.
      [HTTP_HOST_VARIABLE]: '127.0.0.1',
    };
  }

  private async serve(): Promise<HealthServer> {
    const { options, dataDir } = this.input;
    const known = dataDir.recall().httpPort ?? 0;
    const checks = { livez: () => [], readyz: () => this.faults() };
    const fixed = options.httpPort ?? ((await isFree(known)) ? known : 0);
    if (fixed !== 0) return serveHealth({ port: fixed, checks });
    return onFreePorts(1, ([port = 0]) => serveHealth({ port, checks }));
  }

  private async faults(): Promise<readonly string[]> {
    if (this.stopping.signal.aborted) return ['stopping'];
    if (this.waitingFor !== null) return [this.waitingFor];
    const [temporal, processes] = await Promise.all([this.temporalFault(), notReady(this.children)]);
    return [...temporal, ...processes];
  }

  private async temporalFault(): Promise<string[]> {
    const { connection, target } = this;
    if (connection === undefined || target === undefined) return ['Temporal is starting'];
    const describe = () => connection.workflowService.describeNamespace({ namespace: target.namespace });
    const answered = connection.withDeadline(Date.now() + TEMPORAL_PATIENCE_MS, describe).then(
      () => true,
      () => false,
    );
    const late = sleep(TEMPORAL_PATIENCE_MS, false, { ref: false });
    return (await Promise.race([answered, late])) ? [] : [`Temporal does not answer at ${target.address}`];
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

const GATEWAY = 'gateway';

function compiledEntries() {
  const dist = join(packageRoot(), 'dist');
  return { worker: join(dist, 'workers', 'worker.js'), gateway: join(dist, 'gateway', 'main.js') };
}
