import type { PreflightCheck } from '../../domain/binding';
import { Label } from '../../api/names/keys';
import { API_GROUP, API_VERSION } from '../../api/names/group';
import type { ClusterBinding } from '../../api/names/types';
import { isKubeError, Namespaces } from '../../kube';
import type { KubeClient } from '../../kube';
import { CredentialsFault } from '../fleet/credentials';
import type { Fleet } from '../fleet/fleet';
import { REQUIRED_PERMISSIONS } from './permissions';
import type { Permission } from './permissions';

/** Result of a preflight: the checks in order, and the version of the Secret they were made with. */
export interface Preflight {
  readonly checks: readonly PreflightCheck[];
  /** Absent when the kubeconfig could not be read. */
  readonly credentials?: string;
}

/**
 * Checks a physical cluster before it is used, with credentials read this very moment. A failed check says what to do; checks
 * that depend on a failed one are left out.
 * @throws KubeError when the *virtual* cluster cannot be read: that says nothing about the physical one
 */
export async function preflight(fleet: Fleet, binding: ClusterBinding): Promise<Preflight> {
  let opened: Awaited<ReturnType<Fleet['freshClient']>>;
  try {
    opened = await fleet.freshClient(binding);
  } catch (error) {
    if (!(error instanceof CredentialsFault)) throw error;
    return { checks: [failed('Kubeconfig', `${error.message}.`, true)] };
  }
  const { client, version } = opened;
  try {
    const kubeconfig = passed('Kubeconfig', 'The kubeconfig is complete.', true);
    const reachable = await checkReachable(client);
    const rest = reachable.passed ? await checkContents(fleet, client, binding) : [];
    return { checks: [kubeconfig, reachable, ...rest], credentials: version };
  } finally {
    await client.close();
  }
}

async function checkReachable(client: KubeClient): Promise<PreflightCheck> {
  try {
    const { gitVersion } = await client.raw<{ gitVersion: string }>('GET', '/version', { timeoutMs: 10_000 });
    return passed('Reachable', `Kubernetes ${gitVersion} answers.`, true);
  } catch (error) {
    if (!isKubeError(error)) throw error;
    const advice =
      error.code === 'Unauthorized'
        ? 'refuses these credentials: make a new kubeconfig with "kubeocean kubeconfig" and put it into the Secret.'
        : `does not answer (${error.message}): check the server address and the network.`;
    return failed('Reachable', `The API server ${advice}`, true);
  }
}

async function checkContents(fleet: Fleet, client: KubeClient, binding: ClusterBinding): Promise<PreflightCheck[]> {
  return Promise.all([
    checkPolicyKind(client),
    checkPermissions(client, binding.spec.mountNamespace ?? ''),
    checkMountNamespace(client, binding.spec.mountNamespace ?? '', fleet.virtual.uid),
  ]);
}

async function checkPolicyKind(client: KubeClient): Promise<PreflightCheck> {
  const name = 'PolicyCRD';
  try {
    await client.raw('GET', `/apis/${API_GROUP}/${API_VERSION}/resourceleasingpolicies?limit=1`);
    return passed(name, 'ResourceLeasingPolicies are served.');
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return failed(name, 'The cluster does not serve ResourceLeasingPolicies: run "kubeocean install --role physical" there.');
  }
}

async function checkPermissions(client: KubeClient, mountNamespace: string): Promise<PreflightCheck> {
  const name = 'Permissions';
  const answers = await Promise.all(REQUIRED_PERMISSIONS.map((wanted) => isAllowed(client, wanted, mountNamespace)));
  const missing = REQUIRED_PERMISSIONS.filter((_, index) => answers[index] === false);
  if (missing.length === 0) return passed(name, 'Every right that is needed is granted.');
  const list = missing.map(({ verb, resource, scope }) => `${verb} ${resource}${scope === 'mount' ? ` in ${mountNamespace}` : ''}`);
  return failed(name, `Missing rights: ${list.join(', ')}. Run "kubeocean install --role physical" there.`);
}

async function isAllowed(client: KubeClient, permission: Permission, mountNamespace: string): Promise<boolean> {
  const { verb, group = '', resource, scope } = permission;
  const [plural, subresource] = resource.split('/');
  const review = await client.raw<{ status?: { allowed?: boolean } }>(
    'POST',
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: {
          resourceAttributes: {
            verb,
            group,
            resource: plural,
            subresource,
            ...(scope === 'cluster' ? {} : { namespace: mountNamespace }),
            ...(scope === 'mountName' ? { name: mountNamespace } : {}),
          },
        },
      },
    },
  );
  return review.status?.allowed === true;
}

async function checkMountNamespace(client: KubeClient, namespace: string, virtualCluster: string): Promise<PreflightCheck> {
  const name = 'MountNamespace';
  try {
    const found = await client.get(Namespaces, { name: namespace });
    if (found === null) return failed(name, `Namespace ${namespace} does not exist: run "kubeocean install --role physical" there.`);
    const holder = found.metadata?.labels?.[Label.VirtualCluster];
    if (holder === undefined || holder === virtualCluster) return passed(name, `Namespace ${namespace} is free for this virtual cluster.`);
    return failed(name, `Namespace ${namespace} belongs to another virtual cluster (${holder}): name another in spec.mountNamespace.`);
  } catch (error) {
    if (!isKubeError(error)) throw error;
    return failed(name, `Namespace ${namespace} cannot be read: run "kubeocean install --role physical" there.`);
  }
}

function passed(name: string, message: string, connectivity = false): PreflightCheck {
  return { name, passed: true, connectivity, message };
}

function failed(name: string, message: string, connectivity = false): PreflightCheck {
  return { name, passed: false, connectivity, message };
}
