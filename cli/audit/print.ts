import { pathOf } from '../../domain/audit';
import type { AuditReport, Finding } from '../../domain/audit';
import type { Io } from '../io';
import { table } from '../table';

const COLUMNS = ['FINDING', 'BINDING', 'CLUSTER', 'OBJECT', 'CAUSE'];

/** Findings as a table on `out`; all that is said beside it on `err`. */
export function printReport({ findings, waiting, bindings }: AuditReport, io: Io): void {
  if (findings.length > 0) io.out(table([COLUMNS, ...findings.map(toRow)]));
  for (const advice of new Set(findings.flatMap((one) => adviceOf(one)))) io.err(`${advice}\n`);
  for (const { binding, namespace, name, why } of waiting) io.err(`${binding}: pod ${namespace}/${name} waits: ${why}\n`);
  for (const { name, unread } of bindings) if (unread !== null) io.err(`ClusterBinding ${name} could not be looked at: ${unread}\n`);
}

function toRow({ kind, binding, object, cause }: Finding): string[] {
  return [kind, binding ?? '<none>', object.cluster, `${object.kind} ${pathOf(object)}`, cause];
}

function adviceOf({ object, advice }: Finding): string[] {
  return advice === null ? [] : [`${object.kind} ${pathOf(object)}: ${advice}`];
}
