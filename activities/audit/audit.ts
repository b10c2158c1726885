import { setTimeout as sleep } from 'node:timers/promises';
import { confirmed } from '../../domain/audit';
import type { AuditReport } from '../../domain/audit';
import { createKubeClient } from '../../kube';
import type { KubeClient } from '../../kube';
import { readCredentials } from '../fleet/credentials';
import { lookOnce } from './look';
import type { AuditPorts } from './look';

/** What to look at, and how often before something counts. */
export interface AuditOptions {
  /** Only these ClusterBindings; null: all, and what belongs to none. */
  readonly bindings: readonly string[] | null;
  /** How often to look before something counts as found; a look that finds nothing is the last. Default 2. */
  readonly looks?: number;
  /** Milliseconds between two looks. Default 5 s. */
  readonly pauseMillis?: number;
}

/**
 * Compares both sides fully, from lists read anew. What it reports was there at every look, so that what is merely in flight is no finding.
 * @throws KubeError when the virtual cluster cannot be read
 */
export async function audit(ports: AuditPorts, { bindings, looks = 2, pauseMillis = 5_000 }: AuditOptions): Promise<AuditReport> {
  let report = await lookOnce(ports, bindings);
  for (let look = 1; look < looks && report.findings.length > 0; look += 1) {
    await sleep(pauseMillis);
    const again = await lookOnce(ports, bindings);
    report = { ...again, findings: confirmed(report.findings, again.findings) };
  }
  return report;
}

/** Opens physical clusters with the kubeconfigs in the bindings' Secrets, as a process does that has no lists. */
export function portsOver(virtual: KubeClient, component: string): AuditPorts {
  return {
    virtual,
    openPhysical: async (binding) => {
      const { access } = await readCredentials(virtual, binding);
      const client = createKubeClient(access, { component });
      return { client, close: () => client.close() };
    },
  };
}
