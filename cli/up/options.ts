import { isIP } from 'node:net';
import { UserError } from '../user-error';

/** `kubeocean up` as it was typed. */
export interface UpFlags {
  readonly kubeconfig: string;
  readonly temporalAddress?: string;
  readonly temporalNamespace: string;
  readonly httpPort?: number;
  readonly dataDir?: string;
  readonly workers: number;
  readonly gatewayAddress?: string;
  readonly temporalUi: boolean;
}

/** The same, checked. */
export interface UpOptions {
  readonly kubeconfig: string;
  /** host:port; null: a server of our own. */
  readonly temporalAddress: string | null;
  readonly temporalNamespace: string;
  /** null: the one of last time if it is free, else any. */
  readonly httpPort: number | null;
  /** null: by the cluster. */
  readonly dataDir: string | null;
  readonly workers: number;
  /** null: found out. */
  readonly gatewayAddress: string | null;
  readonly temporalUi: boolean;
}

/** @throws UserError naming the flag. */
export function checkedOptions(flags: UpFlags): UpOptions {
  const { kubeconfig, temporalAddress = null, temporalNamespace, gatewayAddress = null, httpPort = null, dataDir = null, workers, temporalUi } = flags;
  if (temporalAddress !== null && !isAddress(temporalAddress)) {
    throw new UserError('--temporal-address must be HOST:PORT, such as temporal.example.com:7233.');
  }
  if (gatewayAddress !== null && isIP(gatewayAddress) === 0) {
    throw new UserError('--gateway-address must be the IP address under which the virtual cluster reaches this machine.');
  }
  if (temporalNamespace === '') throw new UserError('--temporal-namespace must not be empty.');
  return { kubeconfig, temporalAddress, temporalNamespace, httpPort, dataDir, workers, gatewayAddress, temporalUi };
}

function isAddress(text: string): boolean {
  const port = /^(?:[\w.-]+|\[[\da-f:]+\]):(\d{1,5})$/i.exec(text)?.[1];
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535;
}
