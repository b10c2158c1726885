import { componentOf, kindOf, type TimedAuditEvent } from './audit';

/** A step of a pod's way to Running, in milliseconds. */
export type Step = readonly [title: string, milliseconds: number];

/** What the audit logs of both clusters say about one pod. */
export interface PodTrail {
  readonly name: string;
  readonly physicalName: string;
  readonly virtual: readonly TimedAuditEvent[];
  readonly physical: readonly TimedAuditEvent[];
}

type Side = 'virtual' | 'physical';
type End = 'asked' | 'answered';

interface Milestone {
  readonly side: Side;
  readonly kind: string;
  /** True: a request of the product; false: of somebody else. */
  readonly ours: boolean;
  readonly end: End;
  /** Ends with this milestone, and begins with the one before. */
  readonly step: string;
}

/** In the order in which they happen to a pod that nothing holds up. */
const MILESTONES: readonly Milestone[] = [
  { side: 'virtual', kind: 'create pods', ours: false, end: 'asked', step: 'start' },
  { side: 'virtual', kind: 'create pods', ours: false, end: 'answered', step: 'V: POST vPod' },
  { side: 'virtual', kind: 'create pods/binding', ours: false, end: 'asked', step: 'V: scheduler decides' },
  { side: 'virtual', kind: 'create pods/binding', ours: false, end: 'answered', step: 'V: bind' },
  { side: 'physical', kind: 'create pods', ours: true, end: 'asked', step: 'worker: bound vPod → POST pPod' },
  { side: 'physical', kind: 'create pods', ours: true, end: 'answered', step: 'P: POST pPod' },
  { side: 'physical', kind: 'create pods/binding', ours: false, end: 'answered', step: 'P: schedule and bind' },
  { side: 'physical', kind: 'patch pods/status', ours: false, end: 'answered', step: 'P: kwok runs it' },
  { side: 'virtual', kind: 'patch pods/status', ours: true, end: 'asked', step: 'worker: running pPod → PATCH vPod' },
  { side: 'virtual', kind: 'patch pods/status', ours: true, end: 'answered', step: 'V: PATCH vPod status' },
];

/** The steps of one pod; null when a milestone is missing from the logs. */
export function stepsOf(trail: PodTrail): Step[] | null {
  const instants: number[] = [];
  for (const milestone of MILESTONES) {
    const at = instantOf(trail, milestone);
    if (at === null) return null;
    instants.push(at);
  }
  return MILESTONES.slice(1).map(({ step }, index) => [step, (instants[index + 1] ?? 0) - (instants[index] ?? 0)]);
}

/** The last such request: a status is patched once per change, and the last one says Running. */
function instantOf(trail: PodTrail, { side, kind, ours, end }: Milestone): number | null {
  const name = side === 'virtual' ? trail.name : trail.physicalName;
  const event = trail[side].findLast(
    (candidate) =>
      candidate.objectRef?.name === name && kindOf(candidate) === kind && (componentOf(candidate) !== null) === ours,
  );
  if (event === undefined) return null;
  return epochMillis(end === 'asked' ? event.requestReceivedTimestamp : event.stageTimestamp);
}

/** Of an RFC 3339 instant with microseconds, which `Date` cuts off. */
export function epochMillis(instant: string): number {
  const micros = /\.(\d{6})Z$/.exec(instant)?.[1] ?? '0';
  return Date.parse(instant.replace(/\.\d+Z$/, 'Z')) + Number(micros) / 1000;
}
