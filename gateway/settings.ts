import { isIP } from 'node:net';
import { SettingError } from '../workers/settings';
import { HTTP_HOST_VARIABLE } from '../workers/process';
import type { KubeletApiOptions } from './kubelet/kubelet-api';

type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULT_DRAIN_SECONDS = 20;
const DEFAULT_PROMETHEUS_PORT = 9_006;

/**
 * Reads how the kubelet API is served; undefined: it is not, because nobody knows under which address.
 * @throws SettingError
 */
export function kubeletSettings(env: Environment): KubeletApiOptions | undefined {
  const { KUBEOCEAN_GATEWAY_ADDRESS: address } = env;
  if (!address) return undefined;
  if (isIP(address) === 0) {
    throw new SettingError('KUBEOCEAN_GATEWAY_ADDRESS must be an IP address: the one under which the virtual cluster reaches the gateway');
  }
  return {
    host: env.KUBEOCEAN_KUBELET_HOST || env[HTTP_HOST_VARIABLE] || address,
    port: portFrom(env, 'KUBEOCEAN_KUBELET_PORT'),
    prometheusPort: portFrom(env, 'KUBEOCEAN_PROMETHEUS_PORT', DEFAULT_PROMETHEUS_PORT),
    names: [address, ...(env.KUBEOCEAN_GATEWAY_NAMES ?? '').split(',').filter((name) => name !== '')],
    servingSecret: secretFrom(env.KUBEOCEAN_SERVING_SECRET),
    drainMs: 1_000 * numberFrom(env, 'KUBEOCEAN_DRAIN_SECONDS', DEFAULT_DRAIN_SECONDS),
  };
}

function secretFrom(text: string | undefined): KubeletApiOptions['servingSecret'] {
  if (!text) return null;
  const [namespace, name, ...rest] = text.split('/');
  if (!namespace || !name || rest.length > 0) throw new SettingError('KUBEOCEAN_SERVING_SECRET must be NAMESPACE/NAME of a Secret of type kubernetes.io/tls');
  return { namespace, name };
}

/** 0 means none. */
function portFrom(env: Environment, name: string, fallback = 0): number | null {
  const port = numberFrom(env, name, fallback);
  if (port > 65_535) throw new SettingError(`${name} must be a port`);
  return port || null;
}

function numberFrom(env: Environment, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  if (!/^\d{1,6}$/.test(text)) throw new SettingError(`${name} must be a whole number of at least 0`);
  return Number(text);
}
