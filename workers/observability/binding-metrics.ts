import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { ClusterBinding } from '../../api/names/types';

/**
 * When the credentials of each binding expire, as its status says: every worker tells the same, and a binding that is gone, or whose
 * credentials do not expire, has no line.
 */
export function registerBindingMetrics(registry: Registry, bindings: () => readonly ClusterBinding[]): void {
  new Gauge({
    name: 'kubeocean_binding_credentials_expiry_timestamp_seconds',
    help: 'When the credentials in the kubeconfig of a ClusterBinding expire; no line: never, or not known.',
    labelNames: ['binding'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { metadata, status } of bindings()) {
        const expiresAt = Date.parse(status?.credentialsExpireAt ?? '');
        if (!Number.isNaN(expiresAt)) this.set({ binding: metadata.name }, expiresAt / 1_000);
      }
    },
  });
}
