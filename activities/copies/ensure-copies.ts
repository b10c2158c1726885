import { PULL_SECRETS, pullSecretReport, waitingReport } from '../../domain/pods';
import type { CopyNeed, MissingNeed, PodReport } from '../../domain/pods';
import type { Copier } from './copier';

/** What became of a pod's needs. */
export interface Provision {
  /** Why the pod has to wait; null: everything that it requires is there. */
  readonly waiting: PodReport | null;
  /** Whether an event in the virtual cluster will tell when to try again. */
  readonly signalled: boolean;
  /** What to tell about a pod that starts all the same; null: nothing. */
  readonly warning: PodReport | null;
}

/** Makes sure of the copies of everything that a pod names. @throws KubeError: try again */
export async function ensureCopies(copier: Copier, needs: readonly CopyNeed[]): Promise<Provision> {
  const faults = await Promise.all(needs.map((need) => copier.ensure(need)));
  const missing = needs.flatMap((need, i): (MissingNeed & CopyNeed & { readonly ours: boolean })[] => {
    const fault = faults[i] ?? null;
    return fault === null ? [] : [{ ...need, ...fault }];
  });
  const required = missing.filter(({ optional }) => !optional);
  const pulls = missing.filter(({ field }) => field.startsWith(PULL_SECRETS)).map(({ name }) => name);
  return {
    waiting: required.length === 0 ? null : waitingReport(required),
    signalled: required.every(({ ours }) => ours),
    warning: pulls.length === 0 ? null : pullSecretReport(pulls),
  };
}
