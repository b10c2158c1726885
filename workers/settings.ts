import { isIP } from 'node:net';
import { localZone } from '../activities/settings';
import type { ActivitySettings } from '../activities/settings';
import { AUDIT_INTERVAL_MILLIS } from '../workflows/contracts/audit';
import { DEFAULT_SETTINGS } from '../workflows/contracts/settings';
import type { Settings } from '../workflows/contracts/settings';
import { numberFrom, portFrom, SettingError, type Environment } from './process';

export { SettingError } from './process';

/** Reads what activities need from the environment. @throws SettingError */
export function activitySettings(env: Environment): ActivitySettings {
  const address = env.KUBEOCEAN_GATEWAY_ADDRESS || null;
  if (address !== null && isIP(address) === 0) {
    throw new SettingError('KUBEOCEAN_GATEWAY_ADDRESS must be an IP address: the one under which the virtual cluster reaches the gateway');
  }
  return {
    zone: knownZone(),
    gatewayAddress: address,
    kubeletPort: portFrom(env, 'KUBEOCEAN_KUBELET_PORT') || null,
    prometheusPort: portFrom(env, 'KUBEOCEAN_PROMETHEUS_PORT', 9_006),
    maxReclaimPercent: percentFrom(env, 'KUBEOCEAN_MAX_RECLAIM_PERCENT'),
    unreachableAfterMillis: numberFrom(env, 'KUBEOCEAN_UNREACHABLE_AFTER_MS', { fallback: 30_000 }),
    reclaimStuckAfterMillis: numberFrom(env, 'KUBEOCEAN_RECLAIM_STUCK_AFTER_MS', { fallback: 300_000 }),
    copyRetentionMillis: numberFrom(env, 'KUBEOCEAN_COPY_RETENTION_MS', { fallback: 300_000 }),
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
    tickMillis: numberFrom(env, 'KUBEOCEAN_TICK_MS', { fallback: DEFAULT_SETTINGS.tickMillis, least: 1_000 }),
    continueAfterEvents: numberFrom(env, 'KUBEOCEAN_CONTINUE_AFTER_EVENTS', { fallback: DEFAULT_SETTINGS.continueAfterEvents }),
    quietMillis: numberFrom(env, 'KUBEOCEAN_QUIET_MS', { fallback: DEFAULT_SETTINGS.quietMillis }),
    childBatch: numberFrom(env, 'KUBEOCEAN_CHILD_BATCH', { fallback: DEFAULT_SETTINGS.childBatch, least: 1 }),
  };
}

/** How often the standing audit runs, milliseconds; 0: never. @throws SettingError */
export function auditIntervalMillis(env: Environment): number {
  const interval = numberFrom(env, 'KUBEOCEAN_AUDIT_INTERVAL_MS', { fallback: AUDIT_INTERVAL_MILLIS });
  if (interval !== 0 && interval < 1_000) throw new SettingError('KUBEOCEAN_AUDIT_INTERVAL_MS must be 0 (no standing audit) or at least 1000');
  return interval;
}

/** Port of the Temporal SDK's own Prometheus endpoint on loopback; null: none. @throws SettingError */
export function sdkMetricsPort(env: Environment): number | null {
  return portFrom(env, 'KUBEOCEAN_SDK_METRICS_PORT') || null;
}

/** Absent or empty: null, which is not the same as 0. */
function percentFrom(env: Environment, name: string): number | null {
  return env[name] === undefined || env[name] === '' ? null : numberFrom(env, name, { fallback: 0, most: 100 });
}
