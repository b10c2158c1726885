import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { AuditActivities } from './contracts/activities';
import type { AuditSummary } from './contracts/audit';

const { auditBindings } = proxyActivities<AuditActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '10 seconds', maximumAttempts: 3 },
});

/**
 * One run of the standing audit, started by a schedule: compares both sides of every binding, and says in status, events and metrics what
 * is not as it should be. It changes nothing. A dozen events, and no loop: what a schedule keeps of it stays small.
 */
export async function audit(): Promise<AuditSummary> {
  const summary = await auditBindings();
  const counts = Object.entries(summary.findings).map(([name, count]) => `${name || 'of no binding'}: ${count}`);
  setCurrentDetails(`Findings: ${counts.join(', ') || 'none'}`);
  return summary;
}
