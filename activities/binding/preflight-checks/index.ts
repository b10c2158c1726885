import type { ClusterBinding } from '../../../api/names/types';
import { mirroredNamespaces } from '../../../domain/services';
import { Check, CONTENT_CHECKS, credentialsCheck, elderWithClusterId, failed, passed, skipped } from '../../../domain/binding';
import type { CredentialsLife, PreflightCheck } from '../../../domain/binding';
import { createKubeClient } from '../../../kube';
import type { KubeClient } from '../../../kube';
import { CredentialsFault, readCredentials } from '../../fleet/credentials';
import type { Credentials } from '../../fleet/credentials';
import { checkCluster } from './check-cluster';

export { checkCluster } from './check-cluster';
export type { ClusterFindings, Expectations } from './check-cluster';

/** The virtual cluster, as far as a preflight needs it. */
export interface PreflightSide {
  readonly client: KubeClient;
  /** UID of its kube-system namespace. */
  readonly uid: string;
}

/** Result of a preflight. */
export interface Preflight {
  /** In the order of the checks' names. */
  readonly checks: readonly PreflightCheck[];
  /** Version of the Secret that was checked; absent when the kubeconfig could not be read. */
  readonly credentials?: string;
  /** Null: they do not expire, or could not be read. */
  readonly life: CredentialsLife | null;
  readonly mountNamespaceUID: string | null;
  /** UID of the cluster that answered, unless another is bound; null: not known. */
  readonly clusterUID: string | null;
}

const UNKNOWN = { mountNamespaceUID: null, clusterUID: null } as const;
const CLUSTER_CHECKS = [Check.Reachable, Check.TLS, ...CONTENT_CHECKS];

/**
 * Checks the physical cluster of a binding, with credentials read this very moment. A failed check says what to do; checks that
 * depend on a failed one are `Skipped`. A binding whose clusterID belongs to another is not asked for anything else.
 * @param all every ClusterBinding, read from the API server
 * @throws KubeError when the *virtual* cluster cannot be read: that says nothing about the physical one
 */
export async function preflight(
  virtual: PreflightSide,
  binding: ClusterBinding,
  all: readonly ClusterBinding[],
): Promise<Preflight> {
  const unique = clusterIdCheck(binding, all);
  const later = [Check.Kubeconfig, Check.Credentials, ...CLUSTER_CHECKS];
  if (unique.status === 'Failed') return { checks: [unique, ...skipped(later, unique.name)], life: null, ...UNKNOWN };
  const { gitVersion } = await virtual.client.raw<{ gitVersion?: string }>('GET', '/version');
  try {
    const credentials = await readCredentials(virtual.client, binding);
    const rest = await checkWith(credentials, virtual, { binding, virtualVersion: gitVersion ?? null });
    return { ...rest, checks: [unique, ...rest.checks] };
  } catch (error) {
    if (!(error instanceof CredentialsFault)) throw error;
    const kubeconfig = failed(Check.Kubeconfig, `${error.message}: correct it there.`);
    const checks = [unique, kubeconfig, ...skipped([Check.Credentials, ...CLUSTER_CHECKS], kubeconfig.name)];
    return { checks, life: null, ...UNKNOWN };
  }
}

function clusterIdCheck(binding: ClusterBinding, all: readonly ClusterBinding[]): PreflightCheck {
  const { clusterID } = binding.spec;
  const elder = elderWithClusterId(binding, all);
  if (elder === null) return passed(Check.ClusterIDFree, `No other ClusterBinding has the clusterID ${clusterID}.`);
  const message = `The clusterID ${clusterID} is that of ClusterBinding ${elder.metadata.name}: delete this binding and choose another.`;
  return failed(Check.ClusterIDFree, message);
}

async function checkWith(
  { access, version }: Credentials,
  { uid }: PreflightSide,
  { binding, virtualVersion }: { readonly binding: ClusterBinding; readonly virtualVersion: string | null },
): Promise<Preflight> {
  const { secretRef, mountNamespace = '' } = binding.spec;
  const life = access.lifetime();
  const own = [
    passed(Check.Kubeconfig, 'The kubeconfig is complete.'),
    credentialsCheck(life, `Secret ${secretRef.namespace}/${secretRef.name}`, Date.now()),
  ];
  const client = createKubeClient(access, { component: 'preflight' });
  try {
    const { checks, mountNamespaceUID = null, clusterUID = null } = await checkCluster(client, {
      ...{ mountNamespace, virtualCluster: uid, virtualVersion },
      clusterUID: binding.status?.clusterUID,
      mirrorsServices: mirroredNamespaces(binding.spec).length > 0,
    });
    return { checks: [...own, ...checks], credentials: version, life, mountNamespaceUID, clusterUID };
  } finally {
    await client.close();
  }
}
