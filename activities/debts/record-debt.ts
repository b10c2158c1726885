import type { ClusterBinding } from '../../api/names/types';
import { Reason } from '../../domain/conditions';
import { debtKey, newDebt } from '../../domain/debts';
import { Secrets } from '../../kube';
import { reportOnBinding } from '../binding/report';
import type { Fleet } from '../fleet/fleet';
import { readDebts, writeDebt } from './ledger';

/** Notes that an abandoned physical cluster is still to be cleaned. Once: a repetition keeps what the ledger says. @throws KubeError */
export async function recordDebt({ virtual }: Fleet, binding: ClusterBinding): Promise<void> {
  const { client } = virtual;
  const { namespace, name = '' } = binding.spec.secretRef;
  const secret = await client.get(Secrets, { namespace, name });
  const debt = newDebt(binding, secret?.metadata?.uid ?? null, Date.now());
  const { debts } = await readDebts(client);
  if (debts.some((known) => debtKey(known) === debtKey(debt))) return;
  await writeDebt(client, debt);
  const message =
    'The physical cluster was abandoned. What is left of us there is removed when it answers again: see "kubeocean debts", and keep the kubeconfig Secret until then.';
  await reportOnBinding(virtual, binding, { type: 'Warning', reason: Reason.DebtRecorded, message });
}
