import { createReadStream, statSync } from 'node:fs';
import type { Cluster } from '../../../local/clusters/cluster';
import type { AuditEvent } from '../../support/audit';
import { linesOf } from './lines';

/** An audit event with the instant of its answer. */
export interface TimedAuditEvent extends AuditEvent {
  readonly stageTimestamp: string;
}

/** Remembers where a cluster's audit log ends now, and reads what came after. */
export class AuditCursor {
  private readonly start: number;

  constructor(private readonly cluster: Cluster) {
    this.start = statSync(fileOf(cluster)).size;
  }

  /**
   * Finished requests since then, oldest first.
   * @param mention a line without this text is not even parsed: the log of a burst has tens of thousands
   */
  async read(mention: string): Promise<TimedAuditEvent[]> {
    const events: TimedAuditEvent[] = [];
    const input = createReadStream(fileOf(this.cluster), { start: this.start });
    for await (const line of linesOf(input)) {
      if (line.includes(mention)) events.push(JSON.parse(line) as TimedAuditEvent);
    }
    return events.filter((event) => event.stage === 'ResponseComplete');
  }
}

/** Who in our product sent a request: `worker`, `gateway`, ...; null for everybody else. */
export function componentOf({ userAgent }: Pick<AuditEvent, 'userAgent'>): string | null {
  return /^kubeocean\/(\S+)/.exec(userAgent ?? '')?.[1] ?? null;
}

/** `post pods`, `patch pods/status`: what a request was, for counting. */
export function kindOf({ verb, objectRef }: Pick<AuditEvent, 'verb' | 'objectRef'>): string {
  const { resource = 'other', subresource } = objectRef ?? {};
  return `${verb} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;
}

/** Counts of requests by kind, largest first. */
export function countByKind(events: readonly AuditEvent[]): [kind: string, count: number][] {
  const counts = new Map<string, number>();
  for (const event of events) counts.set(kindOf(event), (counts.get(kindOf(event)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Requests of workers, without watches: they last longer than the work that is measured. */
export function ownRequests(events: readonly TimedAuditEvent[]): TimedAuditEvent[] {
  const strangers = new Set([null, 'gateway', 'cli']);
  return events.filter((event) => !strangers.has(componentOf(event)) && event.verb !== 'watch');
}

function fileOf({ auditLog, name }: Cluster): string {
  if (auditLog === null) throw new Error(`cluster ${name} writes no audit log`);
  return auditLog;
}
