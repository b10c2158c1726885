import { join } from 'node:path';
import type { ManagedProcess } from '../processes/managed-process';
import { onFreePorts } from '../processes/ports';
import { answersOk } from '../processes/probes';
import { StopTier } from '../processes/stop-tier';
import type { Supervisor } from '../processes/supervisor';
import { inProject } from './commands';

/** For whom the product runs, and with what. */
export interface ProductInput {
  readonly supervisor: Supervisor;
  /** Name of the process and of its log. Default `kubeocean`. */
  readonly name?: string;
  /** Folder for its state. */
  readonly dir: string;
  /** Kubeconfig of the virtual cluster. */
  readonly kubeconfig: string;
  /** host:port of an existing Temporal. */
  readonly temporalAddress: string;
  /** Default `default`. */
  readonly temporalNamespace?: string;
  /** Worker processes. Default 2. */
  readonly workers?: number;
  /** Settings of the workers, and `TZ`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** `bin/kubeocean up`: gateway and workers, the product's own door. */
export interface Product {
  readonly process: ManagedProcess;
  /** URL of `/readyz`, `/healthz`. */
  readonly url: string;
  /** File with the logs of gateway and workers. */
  readonly logFile: string;
}

const READY_WITHIN_MS = 180_000;
const DRAINED_WITHIN_MS = 30_000;

/** Starts it and waits until it is ready: Temporal answers, `manager` runs, the lists of the virtual cluster are synced. */
export async function startProduct(input: ProductInput): Promise<Product> {
  const { supervisor, name = 'kubeocean', dir, kubeconfig } = input;
  return await onFreePorts(1, async ([port = 0]) => {
    const url = `http://127.0.0.1:${port}`;
    const process_ = await supervisor.start({
      name,
      command: process.execPath,
      args: [
        ...[inProject('bin/kubeocean'), 'up', '--kubeconfig', kubeconfig, '--http-port', `${port}`],
        ...['--temporal-address', input.temporalAddress, '--temporal-namespace', input.temporalNamespace ?? 'default'],
        ...['--workers', `${input.workers ?? 2}`, '--data-dir', join(dir, name)],
      ],
      env: { ...input.env },
      ready: () => answersOk(`${url}/readyz`),
      readyWithin: READY_WITHIN_MS,
      stopTier: StopTier.Product,
      stopWithin: DRAINED_WITHIN_MS,
    });
    return { process: process_, url, logFile: process_.logFile };
  });
}
