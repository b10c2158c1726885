import type { ClusterBinding } from '../../api/names/types';
import { Reason } from '../../domain/conditions';
import { debtKey, newDebt } from '../../domain/debts';
import { Secrets } from '../../kube';
import { reportOnBinding } from '../binding/report';
import { CredentialsFault } from '../fleet/credentials';
import type { Fleet } from '../fleet/fleet';
import { readDebts, writeDebt } from './ledger';

/** Notes that an abandoned physical cluster is still to be cleaned. Once: a repetition keeps what the ledger says. @throws KubeError */
export async function recordDebt(fleet: Fleet, binding: ClusterBinding): Promise<void> {
  const { virtual } = fleet;
  const { client } = virtual;
  const { namespace, name = '' } = binding.spec.secretRef;
  const secret = await client.get(Secrets, { namespace, name });
  const known = { secretUid: secret?.metadata?.uid ?? null, policies: await policiesOf(fleet, binding) };
  const debt = newDebt(binding, known, Date.now());
  const { debts } = await readDebts(client);
  if (debts.some((earlier) => debtKey(earlier) === debtKey(debt))) return;
  await writeDebt(client, debt);
  const message =
    'The physical cluster was abandoned. What is left of us there is removed when it answers again: see "kubeocean debts", and keep the kubeconfig Secret until then.';
  await reportOnBinding(virtual, binding, { type: 'Warning', reason: Reason.DebtRecorded, message });
}

/** As last listed by this process: the cluster itself may be silent. null: it was never listed. */
async function policiesOf(fleet: Fleet, binding: ClusterBinding): Promise<readonly string[] | null> {
  try {
    const { policies } = await fleet.physical(binding);
    if (!policies.hasSynced()) return null;
    const ours = policies.store.list().filter(({ spec }) => spec.cluster === binding.metadata.name);
    return ours.map(({ metadata }) => metadata.name).sort();
  } catch (error) {
    if (error instanceof CredentialsFault) return null;
    throw error;
  }
}
