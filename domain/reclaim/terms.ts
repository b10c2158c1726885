import type { DrainMode, ResourceLeasingPolicySpec } from '../../api/names/types';

/** How a policy wants its nodes back. Durations are seconds. */
export interface ReclaimTerms {
  /** False: pods are never evicted because a window closed. */
  readonly force: boolean;
  /** From the beginning of the reclaim to force. */
  readonly graceSeconds: number;
  /** From the notice to the beginning of the reclaim. 0: no notice. */
  readonly noticeSeconds: number;
  /** What happens to pods during the grace. */
  readonly drain: DrainMode;
  /** True: the reclaim begins a grace before the edge, so that the node is empty at it. */
  readonly before: boolean;
  /** True: a toleration of the taint protects until the deadline only. */
  readonly evictTolerating: boolean;
}

/** The terms of a policy that says nothing about reclaim. */
export const NO_TERMS: ReclaimTerms = {
  force: false,
  graceSeconds: 0,
  noticeSeconds: 0,
  drain: 'Wait',
  before: false,
  evictTolerating: false,
};

/** The terms of a policy; what it leaves out has the default of its schema. */
export function termsOf(spec: ResourceLeasingPolicySpec): ReclaimTerms {
  return {
    force: spec.forceReclaim === true,
    graceSeconds: Math.max(0, spec.gracefulReclaimPeriodSeconds ?? 0),
    noticeSeconds: Math.max(0, spec.noticePeriodSeconds ?? 0),
    drain: spec.drain === 'Evict' ? 'Evict' : 'Wait',
    before: spec.reclaimBefore === true,
    evictTolerating: spec.evictTolerating === true,
  };
}

/** Value of annotation `kubeocean.io/reclaim-terms`: JSON of what is not the default. Equal terms give equal text. */
export function encodeTerms(terms: ReclaimTerms): string {
  const keys = Object.keys(NO_TERMS) as (keyof ReclaimTerms)[];
  return JSON.stringify(Object.fromEntries(keys.filter((key) => terms[key] !== NO_TERMS[key]).map((key) => [key, terms[key]])));
}

/** Reads that annotation; `null` where there is none, or somebody broke it. */
export function decodeTerms(annotation: string | undefined): ReclaimTerms | null {
  const said = annotation === undefined ? null : parseObject(annotation);
  if (said === null) {
    return null;
  }
  const seconds = (value: unknown) => (typeof value === 'number' && value > 0 ? value : 0);
  return {
    force: said.force === true,
    graceSeconds: seconds(said.graceSeconds),
    noticeSeconds: seconds(said.noticeSeconds),
    drain: said.drain === 'Evict' ? 'Evict' : 'Wait',
    before: said.before === true,
    evictTolerating: said.evictTolerating === true,
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
