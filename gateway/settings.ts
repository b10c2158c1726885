import { isIP } from 'node:net';
import { HTTP_HOST_VARIABLE, numberFrom, portFrom, SettingError, type Environment } from '../workers/process';
import type { KubeletApiOptions } from './kubelet/kubelet-api';

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
    port: portFrom(env, 'KUBEOCEAN_KUBELET_PORT') || null,
    prometheusPort: portFrom(env, 'KUBEOCEAN_PROMETHEUS_PORT', DEFAULT_PROMETHEUS_PORT) || null,
    names: [address, ...(env.KUBEOCEAN_GATEWAY_NAMES ?? '').split(',').filter((name) => name !== '')],
    servingSecret: secretFrom(env.KUBEOCEAN_SERVING_SECRET),
    drainMs: 1_000 * numberFrom(env, 'KUBEOCEAN_DRAIN_SECONDS', { fallback: DEFAULT_DRAIN_SECONDS, most: 999_999 }),
  };
}

function secretFrom(text: string | undefined): KubeletApiOptions['servingSecret'] {
  if (!text) return null;
  const [namespace, name, ...rest] = text.split('/');
  if (!namespace || !name || rest.length > 0) throw new SettingError('KUBEOCEAN_SERVING_SECRET must be NAMESPACE/NAME of a Secret of type kubernetes.io/tls');
  return { namespace, name };
}
