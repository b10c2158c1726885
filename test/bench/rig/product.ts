import { join } from 'node:path';
import { projectRoot } from '../../../local/binaries/project-root';
import type { ManagedProcess } from '../../../local/processes/managed-process';
import { freePorts } from '../../../local/processes/ports';
import { answersOk } from '../../../local/processes/probes';
import { StopTier } from '../../../local/processes/stop-tier';
import type { Supervisor } from '../../../local/processes/supervisor';
import { LEAN_GATEWAY, LEAN_WORKER } from '../../../workers/process';

export interface ProductInput {
  readonly supervisor: Supervisor;
  /** Of the virtual cluster, with the product's own rights. */
  readonly kubeconfig: string;
  readonly temporalAddress: string;
  /** Folder for CPU profiles of the workers; null: none. */
  readonly cpuProf: string | null;
  /** Further environment variables of all processes. Default none. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts and kills the processes of the product. */
export class Product {
  private readonly workers: ManagedProcess[] = [];
  private started = 0;
  private gateways = 0;

  constructor(private readonly input: ProductInput) {}

  /** Workers that run now, oldest first. */
  get running(): readonly ManagedProcess[] {
    return this.workers.filter((worker) => worker.running);
  }

  /** Starts one more worker, and resolves when its `/readyz` is fine. */
  async startWorker(): Promise<ManagedProcess> {
    const { cpuProf } = this.input;
    const profile = cpuProf === null ? [] : ['--cpu-prof', '--cpu-prof-dir', cpuProf];
    const worker = await this.start(`worker-${++this.started}`, [...profile, entry('workers', 'worker.js')], LEAN_WORKER);
    this.workers.push(worker);
    return worker;
  }

  /** Starts a gateway, without which the vnodes lose their heartbeat after 40 seconds. @param settings beside those of all processes */
  async startGateway(settings: Readonly<Record<string, string>> = {}): Promise<ManagedProcess> {
    this.gateways += 1;
    const name = this.gateways === 1 ? 'gateway' : `gateway-${this.gateways}`;
    return await this.start(name, [entry('gateway', 'main.js')], { ...LEAN_GATEWAY, ...settings });
  }

  private async start(name: string, args: readonly string[], settings: Readonly<Record<string, string>>): Promise<ManagedProcess> {
    const { supervisor, kubeconfig, temporalAddress } = this.input;
    const [port] = await freePorts(1);
    return await supervisor.start({
      name,
      command: process.execPath,
      args,
      env: {
        KUBEOCEAN_KUBECONFIG: kubeconfig,
        KUBEOCEAN_HTTP_PORT: String(port),
        TEMPORAL_ADDRESS: temporalAddress,
        TZ: 'UTC',
        ...this.input.settings,
        ...settings,
      },
      ready: () => answersOk(`http://127.0.0.1:${port}/readyz`),
      stopTier: StopTier.Product,
      stopWithin: 10_000,
    });
  }
}

function entry(...path: readonly string[]): string {
  return join(projectRoot(), 'dist', ...path);
}
