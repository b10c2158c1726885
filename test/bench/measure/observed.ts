import { setTimeout as delay } from 'node:timers/promises';
import type { Rig } from '../rig/rig';
import { AuditCursor, ownRequests, type TimedAuditEvent } from './audit';
import { cpuOf, machineCpuSeconds, usedBetween, type Uses } from './processes';
import { eventsBetween, historyTotals } from './temporal-events';

/** What a piece of work cost. */
export interface Cost {
  readonly uses: Uses;
  /** CPU seconds of everything on this machine meanwhile. */
  readonly machineCpuSeconds: number;
  /** Of the workers, to both clusters. */
  readonly requests: readonly TimedAuditEvent[];
  /** New history events by workflow type. */
  readonly events: ReadonlyMap<string, number>;
}

/** Work that goes on after what is waited for, such as workflow tasks, is charged as well. */
const SETTLE_MS = 2_000;
const SETTLE_AT_MOST_MS = 60_000;
/** Of one core: what workers and Temporal take when nothing happens. */
const IDLE_SHARE = 0.1;
const OF_WORKFLOWS = /^(worker-\d+|temporal)$/;
const OURS = '"userAgent":"kubeocean/';

/**
 * Does the work and reads CPU, audit logs and histories before it and after it has settled. Begins when what came before has settled,
 * too: its bookkeeping is neither charged to this work nor in its way.
 */
export async function observed<T>(rig: Rig, work: () => Promise<T>): Promise<{ result: T; cost: Cost }> {
  await settled(rig);
  const histories = await historyTotals(rig.temporal);
  const cursors = [rig.virtual, rig.physical].map((cluster) => new AuditCursor(cluster));
  const before = rig.uses();
  const machineBefore = machineCpuSeconds();
  const result = await work();
  await settled(rig);
  const uses = usedBetween(before, rig.uses());
  const machine = machineCpuSeconds() - machineBefore;
  const requests = (await Promise.all(cursors.map((cursor) => cursor.read(OURS)))).flat();
  const events = eventsBetween(histories, await historyTotals(rig.temporal));
  return { result, cost: { uses, machineCpuSeconds: machine, requests: ownRequests(requests), events } };
}

/** Waits until the workers and Temporal have next to nothing left to do. */
async function settled(rig: Rig): Promise<void> {
  const latest = Date.now() + SETTLE_AT_MOST_MS;
  for (;;) {
    const before = rig.uses();
    await delay(SETTLE_MS);
    const busy = cpuOf(usedBetween(before, rig.uses()), OF_WORKFLOWS);
    if (busy < (IDLE_SHARE * SETTLE_MS) / 1_000 || Date.now() > latest) return;
  }
}
