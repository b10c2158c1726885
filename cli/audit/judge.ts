import { auditOutcome, type AuditReport } from '../../domain/audit';
import type { Io } from '../io';
import { UserError } from '../user-error';
import { EXIT } from './look';

/** @throws UserError unless everything was looked at and nothing found; `then` ends the sentence about findings */
export function judge(report: AuditReport, io: Io, then: string): void {
  const { bindings, findings } = report;
  const unread = bindings.filter((one) => one.unread !== null).length;
  switch (auditOutcome(report)) {
    case 'Clean':
      return io.err(`clean: ${bindings.length} ClusterBindings compared\n`);
    case 'Findings':
      throw new UserError(`${findings.length} finding${findings.length === 1 ? '' : 's'}; ${then}`, EXIT.findings);
    case 'Unknown':
      throw new UserError(`${unread} of ${bindings.length} ClusterBindings could not be looked at; nothing was found at the others.`, EXIT.couldNotLook);
  }
}
