import type { Node } from 'kubernetes-types/core/v1';
import { Gauge, type Registry } from 'prom-client';
import { Label, RECLAIM_STUCK } from '../../api/names/keys';

/** The vnodes as this process sees them. */
export interface VnodeList {
  list(): readonly Node[];
}

/**
 * Registers `kubeocean_reclaim_stuck_nodes`: nodes that ought to be empty for a while and are not, by binding. Read from the
 * store when it is asked for, so every worker tells the same and a restart changes nothing: alert on the maximum.
 */
export function registerReclaimMetrics(registry: Registry, vnodes: VnodeList): void {
  new Gauge({
    name: 'kubeocean_reclaim_stuck_nodes',
    help: 'Nodes that should have been empty five minutes after the deadline of their reclaim and are not.',
    labelNames: ['clusterbinding'],
    registers: [registry],
    collect() {
      this.reset();
      for (const node of vnodes.list()) {
        const binding = node.metadata?.labels?.[Label.ClusterBinding] ?? '';
        this.inc({ clusterbinding: binding }, isStuck(node) ? 1 : 0);
      }
    },
  });
}

function isStuck({ status }: Node): boolean {
  return status?.conditions?.some((condition) => condition.type === RECLAIM_STUCK && condition.status === 'True') === true;
}
