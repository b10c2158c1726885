import { audit, portsOver } from '../../activities/audit/audit';
import type { AuditReport } from '../../domain/audit';
import { ClusterBindings, isKubeError, type KubeClient } from '../../kube';
import { explainError } from '../explain-error';
import { UserError } from '../user-error';

/** Exit codes of `kubeocean audit` and `kubeocean repair` beside 0 (clean) and 1 (the command itself is at fault). */
export const EXIT = { findings: 2, couldNotLook: 3 } as const;

/** What to look at, and how long what is in flight may take. */
export interface LookOptions {
  /** Only this ClusterBinding. */
  readonly binding?: string;
  /** Seconds between two looks. */
  readonly settle: number;
}

/** @throws UserError with code {@link EXIT}.couldNotLook when the virtual cluster cannot be read */
export async function look(client: KubeClient, { binding, settle }: LookOptions): Promise<AuditReport> {
  try {
    if (binding !== undefined && (await client.get(ClusterBindings, { name: binding })) === null) {
      throw new UserError(`ClusterBinding ${binding} does not exist in the cluster of --kubeconfig.`);
    }
    return await audit(portsOver(client, 'cli'), { bindings: binding === undefined ? null : [binding], pauseMillis: settle * 1_000 });
  } catch (error) {
    if (!isKubeError(error)) throw error;
    throw new UserError(`Could not look: ${explainError(error)}`, EXIT.couldNotLook);
  }
}
