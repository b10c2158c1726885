import { Reason } from '../../domain/conditions';
import { afterFailure, afterProgress, dueAt } from '../../domain/debts';
import type { Debt } from '../../domain/debts';
import { ClusterBindings, createKubeClient, isKubeError, Namespaces, recordEvent, Secrets } from '../../kube';
import type { KubeClient } from '../../kube';
import { cleanPhysical } from '../binding/clean-physical';
import { CredentialsFault, readSecret } from '../fleet/credentials';
import type { Credentials } from '../fleet/credentials';
import type { Fleet } from '../fleet/fleet';
import { isAliveIn } from '../fleet/vpods';
import { COMPONENT } from '../pod/report';
import { ledgerObject, readDebts, strikeDebt, writeDebt } from './ledger';

/** A request to a cluster that may well be away, milliseconds. */
const TIMEOUT_MS = 10_000;

/** What became of one attempt. `waiting`: the cluster answers, and pods are stopping there. */
type Payment = { readonly result: 'paid' } | { readonly result: 'waiting' | 'failed'; readonly reason: string };

/** When the next debt is due, epoch milliseconds; null: there is none. @throws KubeError */
export async function nextDebtAt({ virtual }: Fleet): Promise<number | null> {
  const { debts } = await readDebts(virtual.client);
  return debts.length === 0 ? null : Math.min(...debts.map(dueAt));
}

/**
 * Tries every debt that is due, strikes off what is paid, and notes for the rest why not and when again.
 * @param all true: also those that are not due yet
 * @returns when the next one is due, epoch milliseconds; null: none is left
 * @throws KubeError when the *virtual* cluster cannot be read or written
 */
export async function payDebts(fleet: Fleet, all: boolean): Promise<number | null> {
  const { debts } = await readDebts(fleet.virtual.client);
  await Promise.all(debts.filter((debt) => all || dueAt(debt) <= Date.now()).map((debt) => payOne(fleet, debt)));
  return nextDebtAt(fleet);
}

async function payOne(fleet: Fleet, debt: Debt): Promise<void> {
  const { client } = fleet.virtual;
  const payment = await pay(fleet, debt);
  if (payment.result === 'waiting') return writeDebt(client, afterProgress(debt, payment.reason, Date.now()));
  if (payment.result === 'failed') return writeDebt(client, afterFailure(debt, payment.reason, Date.now()));
  await strikeDebt(client, debt);
  const message = `Nothing of us is left in the physical cluster of ClusterBinding ${debt.binding} (clusterID ${debt.clusterID}), abandoned at ${debt.since}.`;
  const regarding = await ledgerObject(client);
  await recordEvent(client, { regarding, type: 'Normal', reason: Reason.DebtPaid, message, reportingComponent: COMPONENT });
}

async function pay(fleet: Fleet, debt: Debt): Promise<Payment> {
  const credentials = await openSecret(fleet.virtual.client, debt);
  if (typeof credentials === 'string') return { result: 'failed', reason: credentials };
  const client = createKubeClient(credentials.access, { component: 'debts', timeoutMs: TIMEOUT_MS });
  try {
    return await payWith(fleet, debt, { client, secretUid: credentials.uid });
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return { result: 'failed', reason: `The physical cluster cannot be cleaned yet (${error.message}).` };
  } finally {
    await client.close();
  }
}

/** @returns why it cannot be used, as a sentence */
async function openSecret(client: KubeClient, { secret }: Debt): Promise<Credentials | string> {
  const name = `Secret ${secret.namespace}/${secret.name}`;
  if ((await client.get(Secrets, secret)) === null) {
    return `${name} (UID ${secret.uid ?? 'unknown'}) is gone, and with it the way to the physical cluster: put a kubeconfig of it there.`;
  }
  try {
    return await readSecret(client, secret);
  } catch (error) {
    if (!(error instanceof CredentialsFault)) throw error;
    return `${error.message}: put a kubeconfig of the physical cluster there.`;
  }
}

async function payWith(
  fleet: Fleet,
  debt: Debt,
  { client, secretUid }: { readonly client: KubeClient; readonly secretUid: string },
): Promise<Payment> {
  const wrong = await leadsElsewhere(client, debt, secretUid);
  if (wrong !== null) return { result: 'failed', reason: wrong };
  const { client: virtual, uid: virtualCluster } = fleet.virtual;
  const { items: bindings } = await virtual.list(ClusterBindings);
  const left = await cleanPhysical({
    client,
    mountNamespace: debt.mountNamespace,
    virtualCluster,
    binding: debt.binding,
    formerPolicies: debt.policies ?? [],
    // A binding of that name may have been made since, and lend the same cluster: what is not provably dead is its own.
    hasNamesake: bindings.some(({ metadata }) => metadata.name === debt.binding),
    namespaceInUse: bindings.some(({ status }) => status?.mountNamespaceUID === debt.mountNamespaceUID),
    bindingExists: (name) => bindings.some(({ metadata }) => metadata.name === name),
    isAlive: isAliveIn(fleet),
  });
  return left === 0 ? { result: 'paid' } : { result: 'waiting', reason: `${left} pods are still stopping in the physical cluster.` };
}

/** The Secret may hold another cluster's kubeconfig by now: nothing is removed there, and nothing counts as paid. */
async function leadsElsewhere(client: KubeClient, debt: Debt, secretUid: string): Promise<string | null> {
  const { secret, mountNamespace, mountNamespaceUID } = debt;
  const name = `Secret ${secret.namespace}/${secret.name}`;
  if (mountNamespaceUID === null) {
    return secretUid === secret.uid ? null : `${name} is another than the one of the binding (UID ${secret.uid ?? 'unknown'}): put that one back.`;
  }
  const namespace = await client.get(Namespaces, { name: mountNamespace });
  if (namespace?.metadata?.uid === mountNamespaceUID) return null;
  return namespace === null
    ? `Namespace ${mountNamespace} does not exist in the cluster that ${name} leads to: if it was deleted, strike the debt off by hand.`
    : `${name} leads to another cluster than the abandoned one: put a kubeconfig of that one there.`;
}
