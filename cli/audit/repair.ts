import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { AuditReport, Finding } from '../../domain/audit';
import type { KubeClient } from '../../kube';
import { bindingId } from '../../workflows/contracts/ids';
import { repairUpdate, type Asked } from '../../workflows/contracts/steering';
import { look, type LookOptions } from './look';

/** As many as the update takes. */
const BATCH = 1_000;
const POLL_MS = 1_000;

/** A finding that the workflows of its binding can mend. */
export type Mendable = Finding & { readonly binding: string };

/** Those of a report that workflows can mend. */
export function mendable({ findings }: AuditReport): Mendable[] {
  return findings.filter((one): one is Mendable => one.repair !== null && one.binding !== null);
}

/** Asks the workflow of each binding to mend what was found there. */
export async function askForRepair(client: Client, findings: readonly Mendable[], asked: Asked): Promise<void> {
  for (const binding of [...new Set(findings.map((one) => one.binding))].sort()) {
    const ids = findings.filter((one) => one.binding === binding).map(({ id }) => id);
    for (let start = 0; start < ids.length; start += BATCH) {
      const request = { ...asked, findings: ids.slice(start, start + BATCH) };
      await client.workflow.getHandle(bindingId(binding)).executeUpdate(repairUpdate, { args: [request] });
    }
  }
}

/**
 * Looks again until nothing is found any more at the objects that were to be mended, or `until` has passed.
 * @returns the last report
 * @throws UserError when the virtual cluster cannot be read
 */
export async function untilMended(client: KubeClient, findings: readonly Finding[], options: LookOptions & { readonly until: number }): Promise<AuditReport> {
  const wanted = new Set(findings.map(placeOf));
  for (;;) {
    const report = await look(client, { ...options, settle: 0 });
    const left = report.findings.some((one) => wanted.has(placeOf(one)));
    if (!left || Date.now() >= options.until) return report;
    await sleep(POLL_MS);
  }
}

function placeOf({ object: { cluster, kind, namespace = '', name } }: Finding): string {
  return [cluster, kind, namespace, name].join('\n');
}
