import { isIP } from 'node:net';
import { localZone } from '../activities/settings';
import type { ActivitySettings } from '../activities/settings';
import { AUDIT_INTERVAL_MILLIS } from '../workflows/contracts/audit';
import { DEFAULT_SETTINGS } from '../workflows/contracts/settings';
import type { Settings } from '../workflows/contracts/settings';

/** A setting of the process cannot be used; the message names the variable. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads what activities need from the environment. @throws SettingError */
export function activitySettings(env: Environment): ActivitySettings {
  const address = env.KUBEOCEAN_GATEWAY_ADDRESS || null;
  if (address !== null && isIP(address) === 0) {
    throw new SettingError('KUBEOCEAN_GATEWAY_ADDRESS must be an IP address: the one under which the virtual cluster reaches the gateway');
  }
  return {
    zone: knownZone(),
    gatewayAddress: address,
    kubeletPort: numberFrom(env, 'KUBEOCEAN_KUBELET_PORT', 0) || null,
    prometheusPort: numberFrom(env, 'KUBEOCEAN_PROMETHEUS_PORT', 9_006),
    maxReclaimPercent: percentFrom(env, 'KUBEOCEAN_MAX_RECLAIM_PERCENT'),
    unreachableAfterMillis: numberFrom(env, 'KUBEOCEAN_UNREACHABLE_AFTER_MS', 30_000),
    reclaimStuckAfterMillis: numberFrom(env, 'KUBEOCEAN_RECLAIM_STUCK_AFTER_MS', 300_000),
    copyRetentionMillis: numberFrom(env, 'KUBEOCEAN_COPY_RETENTION_MS', 300_000),
  };
}

/** The zone of policies that name none of their own. */
function knownZone(): string {
  const zone = localZone();
  if (zone === null) throw new SettingError('TZ must be an IANA time zone such as Europe/Berlin: in it the windows of policies are read that name none');
  return zone;
}

/** Reads the workflows' times and thresholds; they reach a `manager` when it is started first. @throws SettingError */
export function workflowSettings(env: Environment): Settings {
  return {
    tickMillis: numberFrom(env, 'KUBEOCEAN_TICK_MS', DEFAULT_SETTINGS.tickMillis),
    continueAfterEvents: numberFrom(env, 'KUBEOCEAN_CONTINUE_AFTER_EVENTS', DEFAULT_SETTINGS.continueAfterEvents),
    quietMillis: numberFrom(env, 'KUBEOCEAN_QUIET_MS', DEFAULT_SETTINGS.quietMillis),
    childBatch: numberFrom(env, 'KUBEOCEAN_CHILD_BATCH', DEFAULT_SETTINGS.childBatch),
  };
}

/** How often the standing audit runs, milliseconds; 0: never. @throws SettingError */
export function auditIntervalMillis(env: Environment): number {
  const interval = numberFrom(env, 'KUBEOCEAN_AUDIT_INTERVAL_MS', AUDIT_INTERVAL_MILLIS);
  if (interval !== 0 && interval < 1_000) throw new SettingError('KUBEOCEAN_AUDIT_INTERVAL_MS must be 0 (no standing audit) or at least 1000');
  return interval;
}

/** Port of the Temporal SDK's own Prometheus endpoint on loopback; null: none. @throws SettingError */
export function sdkMetricsPort(env: Environment): number | null {
  return numberFrom(env, 'KUBEOCEAN_SDK_METRICS_PORT', 0) || null;
}

function percentFrom(env: Environment, name: string): number | null {
  if (env[name] === undefined || env[name] === '') return null;
  const percent = numberFrom(env, name, 0);
  if (percent > 100) throw new SettingError(`${name} must be a whole number from 0 to 100`);
  return percent;
}

function numberFrom(env: Environment, name: string, fallback: number): number {
  const text = env[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new SettingError(`${name} must be a whole number of at least 0`);
  return value;
}
