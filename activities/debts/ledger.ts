import { DEBTS } from '../../api/names/keys';
import { debtKey, readLedger } from '../../domain/debts';
import type { Debt, Ledger } from '../../domain/debts';
import { ConfigMaps, isKubeError } from '../../kube';
import type { KubeClient, KubeObject } from '../../kube';

/** Reads all debts of a virtual cluster; none where there is no ConfigMap. @throws KubeError */
export async function readDebts(client: KubeClient): Promise<Ledger> {
  return readLedger((await client.get(ConfigMaps, DEBTS))?.data);
}

/** Writes one debt over what the ledger says of it. @throws KubeError */
export async function writeDebt(client: KubeClient, debt: Debt): Promise<void> {
  const data = { [debtKey(debt)]: JSON.stringify(debt) };
  try {
    await client.patch(ConfigMaps, DEBTS, { kind: 'merge', body: { data } });
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
    await createLedger(client, debt);
  }
}

async function createLedger(client: KubeClient, debt: Debt): Promise<void> {
  try {
    await client.create(ConfigMaps, { metadata: DEBTS, data: { [debtKey(debt)]: JSON.stringify(debt) } });
  } catch (error) {
    if (!isKubeError(error, 'AlreadyExists')) throw error;
    await writeDebt(client, debt);
  }
}

/** Strikes a debt off. @throws KubeError */
export async function strikeDebt(client: KubeClient, debt: Debt): Promise<void> {
  await client.patch(ConfigMaps, DEBTS, { kind: 'merge', body: { data: { [debtKey(debt)]: null } } });
}

/** The ledger as the subject of an event. */
export async function ledgerObject(client: KubeClient): Promise<KubeObject> {
  const found = await client.get(ConfigMaps, DEBTS);
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: found?.metadata ?? DEBTS };
}
