import { API_GROUP, API_VERSION } from '../../../api/names/group';
import { Label } from '../../../api/names/keys';
import { Check, clockSkewCheck, CONTENT_CHECKS, failed, passed, sameClusterCheck, skipped, versionSkewCheck, warned } from '../../../domain/binding';
import type { PreflightCheck } from '../../../domain/binding';
import { isKubeError, isTlsFault, Namespaces } from '../../../kube';
import type { KubeClient, KubeError } from '../../../kube';
import { clusterUidOf } from '../../fleet/cluster-uid';
import { checkPermissions } from './check-permissions';

/** What a physical cluster is checked for. */
export interface Expectations {
  readonly mountNamespace: string;
  /** UID of the virtual cluster's kube-system; null: not known, as before there is a binding. */
  readonly virtualCluster: string | null;
  /** `gitVersion` of the virtual cluster; null: not known. */
  readonly virtualVersion: string | null;
  /** UID of the physical cluster that is bound. Default none yet: any will do. */
  readonly clusterUID?: string;
  /** Whether the binding names `serviceNamespaces`, which takes more rights. Default false. */
  readonly mirrorsServices?: boolean;
}

/** What checking a cluster found. */
export interface ClusterFindings {
  readonly checks: readonly PreflightCheck[];
  /** Absent where the mount namespace could not be read. */
  readonly mountNamespaceUID?: string;
  /** UID of the cluster; absent where it may not be read, or is another than the one that is bound. */
  readonly clusterUID?: string;
}

const TIMEOUT_MS = 10_000;
const INSTALL = 'run "kubeocean install --role physical" in the physical cluster';
const NEW_KUBECONFIG = 'make a new kubeconfig with "kubeocean kubeconfig" and put it into the Secret';

/**
 * The checks that ask the physical cluster itself; each says what to do where it does not pass. Checks behind a failed one that
 * they depend on are `Skipped`. Never throws for what the cluster answers, or does not.
 */
export async function checkCluster(client: KubeClient, expected: Expectations): Promise<ClusterFindings> {
  const { contact, version, ...clock } = await readVersion(client);
  const broken = contact.find(({ status }) => status === 'Failed');
  if (broken !== undefined) return { checks: [...contact, ...skipped(CONTENT_CHECKS, broken.name)] };
  const whoAmI = await guarded(Check.WhoAmI, () => checkWhoAmI(client));
  if (whoAmI.status === 'Failed') return { checks: [...contact, whoAmI, ...skipped(CONTENT_CHECKS.slice(1), whoAmI.name)] };
  const { check: same, clusterUID } = await checkIdentity(client, expected.clusterUID);
  if (same.status === 'Failed') return { checks: [...contact, whoAmI, same, ...skipped(CONTENT_CHECKS.slice(2), same.name)] };
  const skew = [versionSkewCheck(version, expected.virtualVersion), clockSkewCheck(clock)];
  const [crd, mount, permissions] = await Promise.all([
    guarded(Check.CRDPresent, () => checkPolicyKind(client)),
    checkMountNamespace(client, expected),
    checkPermissions(client, expected).catch((error: unknown) => [unanswered(Check.Permissions, error)]),
  ]);
  return { ...mount, clusterUID, checks: [...contact, whoAmI, same, ...skew, crd, ...mount.checks, ...permissions] };
}

interface Contact {
  readonly contact: readonly PreflightCheck[];
  /** Empty where the credentials are refused. */
  readonly version: string;
  readonly date: string | undefined;
  readonly sentAt: number;
  readonly receivedAt: number;
}

async function readVersion(client: KubeClient): Promise<Contact> {
  const sentAt = Date.now();
  let date: string | undefined;
  const read = client.raw<{ gitVersion?: string }>('GET', '/version', { timeoutMs: TIMEOUT_MS, onDate: (header) => (date = header) });
  const { contact, version } = await read.then(
    ({ gitVersion }) => ({ contact: [REACHABLE, TRUSTED], version: gitVersion ?? '' }),
    (error: unknown) => ({ contact: contactOf(asKubeError(error)), version: '' }),
  );
  return { contact, version, date, sentAt, receivedAt: Date.now() };
}

const REACHABLE = passed(Check.Reachable, 'The API server answers.');
const TRUSTED = passed(Check.TLS, 'Its certificate is vouched for by the CA of the kubeconfig.');

/** What a failed first question says about the way to the cluster. */
function contactOf(error: KubeError): PreflightCheck[] {
  const { code, reason = '', status } = error;
  // Refused, but by an API server that was reached and believed.
  if (code === 'Unauthorized') return [REACHABLE, TRUSTED];
  if (status === undefined && isTlsFault(reason)) return [REACHABLE, failed(Check.TLS, `The certificate of the API server is refused (${reason}): ${tlsAdvice(reason)}.`)];
  const found = status === undefined ? `does not answer (${reason || code})` : `answers with ${status}`;
  const advice = 'check clusters[].cluster.server of the kubeconfig, the network between, and that the API server runs';
  return [failed(Check.Reachable, `The API server ${found}: ${advice}.`), ...skipped([Check.TLS], Check.Reachable)];
}

function tlsAdvice(reason: string): string {
  if (reason === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'write a name that is in it into clusters[].cluster.server or tls-server-name of the kubeconfig';
  if (reason === 'CERT_HAS_EXPIRED') return 'renew it in the physical cluster';
  return 'put the CA that signed it into clusters[].cluster.certificate-authority-data of the kubeconfig';
}

async function checkWhoAmI(client: KubeClient): Promise<PreflightCheck> {
  const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  try {
    const review = await client.raw<{ status?: { userInfo?: { username?: string } } }>('POST', path, { body, timeoutMs: TIMEOUT_MS });
    const username = review.status?.userInfo?.username ?? '';
    if (username === 'system:anonymous') return failed(Check.WhoAmI, `The API server does not know these credentials: ${NEW_KUBECONFIG}.`);
    return passed(Check.WhoAmI, `The credentials are those of ${username}.`);
  } catch (error) {
    const { status } = asKubeError(error);
    if (status === 401) return failed(Check.WhoAmI, `The API server refuses these credentials: ${NEW_KUBECONFIG}.`);
    if (status === 403) return warned(Check.WhoAmI, 'The credentials may not ask who they are: grant the ClusterRole system:basic-user to them.');
    if (status === 404) return warned(Check.WhoAmI, 'The API server cannot tell whose credentials these are: it is older than Kubernetes 1.28.');
    throw error;
  }
}

async function checkIdentity(client: KubeClient, bound: string | undefined): Promise<{ readonly check: PreflightCheck; readonly clusterUID?: string }> {
  try {
    const found = await clusterUidOf(client, { timeoutMs: TIMEOUT_MS });
    return { check: sameClusterCheck(found, bound), clusterUID: found ?? undefined };
  } catch (error) {
    return { check: unanswered(Check.SameCluster, error) };
  }
}

/** By discovery, which every identity may read: a refused list would not say whether the kind exists. */
async function checkPolicyKind(client: KubeClient): Promise<PreflightCheck> {
  const missing = failed(Check.CRDPresent, `The cluster does not serve ResourceLeasingPolicies: ${INSTALL}.`);
  try {
    const path = `/apis/${API_GROUP}/${API_VERSION}`;
    const { resources = [] } = await client.raw<{ resources?: { name: string }[] }>('GET', path, { timeoutMs: TIMEOUT_MS });
    const served = resources.some(({ name }) => name === 'resourceleasingpolicies');
    return served ? passed(Check.CRDPresent, 'ResourceLeasingPolicies are served.') : missing;
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return missing;
    throw error;
  }
}

async function checkMountNamespace(client: KubeClient, expected: Expectations): Promise<ClusterFindings> {
  const { mountNamespace: name, virtualCluster } = expected;
  const line = Check.MountNamespaceFree;
  try {
    const found = await client.get(Namespaces, { name }, { timeoutMs: TIMEOUT_MS });
    if (found === null) return { checks: [failed(line, `Namespace ${name} does not exist: ${INSTALL}.`)] };
    const holder = found.metadata?.labels?.[Label.VirtualCluster];
    return { checks: [checkHolder(name, holder, virtualCluster)], mountNamespaceUID: found.metadata?.uid };
  } catch (error) {
    const { status } = asKubeError(error);
    if (status !== 403) return { checks: [unanswered(line, error)] };
    return { checks: [failed(line, `Namespace ${name} may not be read: ${INSTALL}.`)] };
  }
}

function checkHolder(name: string, holder: string | undefined, virtualCluster: string | null): PreflightCheck {
  const line = Check.MountNamespaceFree;
  if (holder === undefined) return passed(line, `Namespace ${name} is free.`);
  if (holder === virtualCluster) return passed(line, `Namespace ${name} is this virtual cluster's.`);
  const held = `Namespace ${name} belongs to ${virtualCluster === null ? 'the' : 'another'} virtual cluster (${holder})`;
  if (virtualCluster === null) return warned(line, `${held}: it is free only for a binding there.`);
  return failed(line, `${held}: name another in spec.mountNamespace, made with "kubeocean install --role physical --namespace".`);
}

/** A question that was not answered is a failed check, not a failed preflight. */
async function guarded(name: string, check: () => Promise<PreflightCheck>): Promise<PreflightCheck> {
  try {
    return await check();
  } catch (error) {
    return unanswered(name, error);
  }
}

function unanswered(name: string, error: unknown): PreflightCheck {
  return failed(name, `The API server did not answer this (${asKubeError(error).message}): it is asked again.`);
}

/** @throws whatever is no {@link KubeError}: a bug */
function asKubeError(error: unknown): KubeError {
  if (!isKubeError(error)) throw error;
  return error;
}
