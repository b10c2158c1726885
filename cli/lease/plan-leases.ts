import { Annotation } from '../../api/names/keys';
import { leasePlan, type LeasePlan } from '../../domain/lease-plan';
import type { IanaZone } from '../../domain/windows';
import { type Lease, type Leases, reclaimPodsOf } from './read-leases';

/** The edges ahead of one node. */
export interface PlannedNode extends LeasePlan {
  /** ClusterBinding. */
  readonly binding: string;
  /** In the physical cluster. */
  readonly node: string;
  readonly virtualNode: string;
}

/** What `kubeocean lease plan -o json` prints. Instants are RFC 3339, UTC. */
export interface LeaseReport {
  readonly from: string;
  readonly until: string;
  readonly nodes: readonly PlannedNode[];
  readonly unread: Leases['unread'];
}

/** Which part of the future is asked for. */
export interface PlanRequest {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly until: number;
  /** Only nodes that this policy lends. Default: all. */
  readonly policy?: string;
  /** Counts for policies of which no worker has said yet in which zone it reads them. */
  readonly zone: IanaZone;
}

/** Plans the nodes that were read. */
export function planLeases({ leases, unread }: Leases, request: PlanRequest): LeaseReport {
  const { now, until, policy } = request;
  const wanted = leases.filter((lease) => policy === undefined || lease.policy.metadata.name === policy);
  return {
    from: new Date(now).toISOString(),
    until: new Date(until).toISOString(),
    nodes: wanted.map((lease) => planned(lease, request)),
    unread,
  };
}

function planned(lease: Lease, { now, until, zone }: PlanRequest): PlannedNode {
  const { binding, node, virtualNode, vnode, policy } = lease;
  // What the workers say, not where this command happens to run.
  const inEffect = policy.status?.timeZone || zone;
  const asked = { kept: null, annotation: vnode?.metadata.annotations?.[Annotation.LeaseOverride] };
  const plan = leasePlan({ policy, zone: inEffect, asked, pods: reclaimPodsOf(lease), now, until });
  return { binding: binding.metadata.name, node, virtualNode, ...plan };
}
