import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { AuditStatus, ClusterBinding } from '../../api/names/types';

/** In this order, each always told. */
const STATUSES = ['Deleting', 'Pending', 'Ready', 'Failed'] as const;

/**
 * How bindings stand, what the standing audit found, and when the credentials of each binding expire, as its status says: every worker tells the same, and a binding that is gone, or whose
 * credentials do not expire, has no line.
 */
export function registerBindingMetrics(registry: Registry, bindings: () => readonly ClusterBinding[]): void {
  registerAuditMetrics(registry, bindings);
  new Gauge({
    name: 'kubeocean_clusterbindings_total',
    help: 'ClusterBindings by status; every worker tells of all of them.',
    labelNames: ['status'],
    registers: [registry],
    collect() {
      const present = bindings().map(statusOf);
      for (const status of STATUSES) this.set({ status }, present.filter((one) => one === status).length);
    },
  });
  new Gauge({
    name: 'kubeocean_binding_credentials_expiry_timestamp_seconds',
    help: 'When the credentials in the kubeconfig of a ClusterBinding expire; no line: never, or not known.',
    labelNames: ['clusterbinding'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { metadata, status } of bindings()) {
        const expiresAt = Date.parse(status?.credentialsExpireAt ?? '');
        if (!Number.isNaN(expiresAt)) this.set({ clusterbinding: metadata.name }, expiresAt / 1_000);
      }
    },
  });
}

function statusOf({ metadata, status }: ClusterBinding): (typeof STATUSES)[number] {
  if (metadata.deletionTimestamp !== undefined) return 'Deleting';
  return STATUSES.find((known) => known === status?.phase) ?? 'Pending';
}

/** Everything that was looked at and found, and what could not be looked at; unknown is not clean, and so has a line of its own. */
function registerAuditMetrics(registry: Registry, bindings: () => readonly ClusterBinding[]): void {
  const gauge = (name: string, help: string, value: (audit: AuditStatus) => number) =>
    new Gauge({
      ...{ name, help, labelNames: ['clusterbinding'], registers: [registry] },
      collect() {
        this.reset();
        for (const { metadata, status } of bindings()) {
          if (status?.audit !== undefined) this.set({ clusterbinding: metadata.name }, value(status.audit));
        }
      },
    });
  gauge('kubeocean_audit_findings', 'What the standing audit found at a ClusterBinding last; kubeocean audit lists it.', ({ findings }) => findings);
  gauge('kubeocean_audit_incomplete', '1: the standing audit could not look at everything of a ClusterBinding last.', ({ outcome }) => (outcome === 'Unknown' ? 1 : 0));
}
