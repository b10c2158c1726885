import type { Secret } from 'kubernetes-types/core/v1';
import { KUBECONFIG_KEY } from '../../api/names/group';
import type { ClusterBinding } from '../../api/names/types';
import { KubeconfigError, parseKubeconfig, Secrets } from '../../kube';
import type { ClusterAccess, KubeClient } from '../../kube';

/** Why a binding's credentials cannot be used. The message names the object and the field, never a value. */
export class CredentialsFault extends Error {
  override readonly name = 'CredentialsFault';
}

/** Credentials of a physical cluster with the version of the Secret that held them. */
export interface Credentials {
  readonly access: ClusterAccess;
  /** ResourceVersion of the Secret. */
  readonly version: string;
  /** UID of the Secret. */
  readonly uid: string;
}

/**
 * Reads the kubeconfig that `spec.secretRef` names.
 * @throws CredentialsFault when the Secret, its key or the kubeconfig is not usable
 * @throws KubeError when the virtual cluster cannot be read
 */
export async function readCredentials(client: KubeClient, binding: ClusterBinding): Promise<Credentials> {
  const { name, namespace } = binding.spec.secretRef;
  if (!name || !namespace) throw new CredentialsFault('spec.secretRef needs both name and namespace');
  return readSecret(client, { name, namespace });
}

/**
 * Reads the kubeconfig in a Secret.
 * @throws CredentialsFault, KubeError as {@link readCredentials}
 */
export async function readSecret(client: KubeClient, key: { readonly namespace: string; readonly name: string }): Promise<Credentials> {
  const { namespace, name } = key;
  const secret = await client.get<Secret>(Secrets, { namespace, name });
  if (secret === null) throw new CredentialsFault(`Secret ${namespace}/${name} does not exist`);
  const encoded = secret.data?.[KUBECONFIG_KEY];
  if (!encoded) throw new CredentialsFault(`Secret ${namespace}/${name} has no key "${KUBECONFIG_KEY}"`);
  try {
    const access = parseKubeconfig(Buffer.from(encoded, 'base64').toString('utf8'));
    const { resourceVersion = '', uid = '' } = secret.metadata ?? {};
    return { access, version: resourceVersion, uid };
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new CredentialsFault(`kubeconfig in Secret ${namespace}/${name}: ${error.message}`);
  }
}
