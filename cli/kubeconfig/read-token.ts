import { setTimeout as sleep } from 'node:timers/promises';
import type { Secret } from 'kubernetes-types/core/v1';
import { Secrets, ServiceAccounts, type KubeClient } from '../../kube';
import { UserError } from '../user-error';

const TIMEOUT_MS = 30_000;
const POLL_MS = 200;
/** Annotation by which a token Secret names its ServiceAccount. */
const OWNER = 'kubernetes.io/service-account.name';

/** A long-lived token and the authority that the API server's certificate is checked against. */
export interface ServiceAccountToken {
  readonly token: string;
  /** PEM. */
  readonly ca: string;
}

/**
 * Reads the long-lived token of a ServiceAccount from the Secret of the same name (spec leasing.md 15.3), waiting up to
 * 30 s for the controller manager to fill it.
 *
 * @throws UserError naming what is missing.
 */
export async function readServiceAccountToken(
  client: KubeClient,
  key: { readonly namespace: string; readonly name: string },
): Promise<ServiceAccountToken> {
  if ((await client.get(ServiceAccounts, key)) === null) {
    throw new UserError(
      `ServiceAccount ${key.namespace}/${key.name} does not exist; run kubeocean install --role physical first, or correct --service-account and --namespace.`,
    );
  }
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const secret = checkedSecret(await client.get(Secrets, key), key);
    const { token, 'ca.crt': ca } = secret.data ?? {};
    if (token && ca) return { token: decode(token), ca: decode(ca) };
    if (Date.now() > deadline) {
      throw new UserError(`Secret ${key.namespace}/${key.name} has no token after 30 s; check that the cluster's controller manager runs.`);
    }
    await sleep(POLL_MS);
  }
}

function checkedSecret(secret: Secret | null, { namespace, name }: { namespace: string; name: string }): Secret {
  const belongs = secret?.type === 'kubernetes.io/service-account-token' && secret.metadata?.annotations?.[OWNER] === name;
  if (secret !== null && belongs) return secret;
  throw new UserError(
    `Secret ${namespace}/${name} ${secret === null ? 'does not exist' : 'is not a token of the ServiceAccount'}; ` +
      `create one of type kubernetes.io/service-account-token with the annotation ${OWNER}: ${name}.`,
  );
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
