import { Context } from '@temporalio/activity';
import type { ClusterBinding } from '../../api/names/types';
import { auditOutcome, auditStatus, reportOf, summaryOf } from '../../domain/audit';
import type { AuditOutcome, AuditReport } from '../../domain/audit';
import { Reason } from '../../domain/conditions';
import { ClusterBindings, isKubeError, Namespaces, recordEvent } from '../../kube';
import type { AuditSummary } from '../../workflows/contracts/audit';
import { SYSTEM_NAMESPACE } from '../../api/names/keys';
import { reportOnBinding } from '../binding/report';
import type { Fleet } from '../fleet/fleet';
import type { ActivityObserver } from '../observer';
import { COMPONENT } from '../pod/report';
import { audit } from './audit';
import type { AuditPorts } from './look';

/** Looks of a standing audit: a burst takes longer than a person would wait. */
const LOOKS = 3;
const PAUSE_MILLIS = 10_000;
const HEARTBEAT_MILLIS = 5_000;

/** The connections that this process has anyway; lists are read anew all the same. */
export function portsOf(fleet: Fleet): AuditPorts {
  return {
    virtual: fleet.virtual.client,
    openPhysical: async (binding) => ({ client: (await fleet.physical(binding)).client, close: () => Promise.resolve() }),
  };
}

/** One run of the standing audit. @throws KubeError when the virtual cluster cannot be read */
export async function auditBindings(fleet: Fleet, observer: ActivityObserver): Promise<AuditSummary> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), HEARTBEAT_MILLIS);
  try {
    const report = await audit(portsOf(fleet), { bindings: null, looks: LOOKS, pauseMillis: PAUSE_MILLIS });
    observer.audited(auditOutcome(report));
    await tell(fleet, report);
    return summaryFor(report);
  } finally {
    clearInterval(beat);
  }
}

async function tell(fleet: Fleet, report: AuditReport): Promise<void> {
  for (const { name } of report.bindings) {
    const binding = fleet.virtual.bindings.store.get(name);
    if (binding !== undefined) await tellBinding(fleet, binding, reportOf(report, name));
  }
  const strays = report.findings.filter(({ binding }) => binding === null);
  if (strays.length === 0) return;
  // There is no binding to say it on.
  const namespace = await fleet.virtual.client.get(Namespaces, { name: SYSTEM_NAMESPACE });
  const regarding = { apiVersion: 'v1', kind: 'Namespace', metadata: namespace?.metadata ?? { name: SYSTEM_NAMESPACE } };
  await recordEvent(fleet.virtual.client, { regarding, type: 'Warning', reason: Reason.AuditFindings, message: summaryOf(strays), reportingComponent: COMPONENT });
}

const REASONS: Readonly<Record<AuditOutcome, Reason>> = {
  Clean: Reason.AuditClean,
  Findings: Reason.AuditFindings,
  Unknown: Reason.AuditIncomplete,
};

/** Once for each new answer; that all was well from the start is not worth an event. */
async function tellBinding({ virtual }: Fleet, binding: ClusterBinding, found: ReturnType<typeof reportOf>): Promise<void> {
  const status = auditStatus(binding.status?.audit, found, Date.now());
  if (status === null) return;
  const { name, uid } = binding.metadata;
  try {
    await virtual.client.patch(ClusterBindings, { name }, { kind: 'merge', body: { status: { audit: status } } }, { subresource: 'status', uid });
  } catch (error) {
    if (isKubeError(error, 'NotFound') || isKubeError(error, 'Conflict')) return;
    throw error;
  }
  if (status.outcome === 'Clean' && binding.status?.audit === undefined) return;
  const type = status.outcome === 'Clean' ? 'Normal' : 'Warning';
  await reportOnBinding(virtual, binding, { type, reason: REASONS[status.outcome], message: status.message });
}

function summaryFor({ bindings, findings }: AuditReport): AuditSummary {
  const counts: Record<string, number> = {};
  for (const { binding } of findings) counts[binding ?? ''] = (counts[binding ?? ''] ?? 0) + 1;
  const unread = bindings.filter((one) => one.unread !== null).map(({ name }) => name);
  const clean = bindings.filter((one) => one.unread === null && counts[one.name] === undefined).length;
  return { clean, findings: counts, unread };
}
