import { Check, failed, passed, warned } from '../../../domain/binding';
import type { PreflightCheck } from '../../../domain/binding';
import type { KubeClient } from '../../../kube';
import { isAllowed } from '../../fleet/is-allowed';
import { FIGURES_PERMISSIONS, OPTIONAL_PERMISSIONS, REQUIRED_PERMISSIONS, SERVICE_PERMISSIONS } from './permissions';
import type { OptionalPermissions, Permission } from './permissions';

const INSTALL = 'Run "kubeocean install --role physical" in the physical cluster.';

interface Answer {
  readonly permission: Permission;
  readonly allowed: boolean;
}

/** Asks for every right by a SelfSubjectAccessReview; a line for each resource, naming its verbs. @throws KubeError */
export async function checkPermissions(
  client: KubeClient,
  { mountNamespace, mirrorsServices = false }: { readonly mountNamespace: string; readonly mirrorsServices?: boolean },
): Promise<PreflightCheck[]> {
  const answers = await ask(client, REQUIRED_PERMISSIONS, mountNamespace);
  const resources = [...new Set(REQUIRED_PERMISSIONS.map(({ resource }) => resource))];
  const lines = resources.map((resource) => lineFor(resource, answers.filter(({ permission }) => permission.resource === resource), mountNamespace));
  const optional = await Promise.all(OPTIONAL_PERMISSIONS.map((some) => checkOptional(client, some, mountNamespace)));
  const services = mirrorsServices ? [await checkServices(client, mountNamespace)] : [];
  return [...lines, ...optional, await checkFigures(client, mountNamespace), ...services];
}

/** A line for those who want it: nothing else needs these rights. */
async function checkServices(client: KubeClient, mountNamespace: string): Promise<PreflightCheck> {
  const name = `${Check.Permissions}/services`;
  const missing = (await ask(client, SERVICE_PERMISSIONS, mountNamespace)).filter(({ allowed }) => !allowed);
  if (missing.length === 0) return passed(name, 'Granted: Services and EndpointSlices everywhere, for spec.serviceNamespaces.');
  const rights = missing.map(({ permission: { verb, resource } }) => `${verb} ${resource}`).join(', ');
  return warned(name, `Missing: ${rights} everywhere, so spec.serviceNamespaces is not followed. Run "kubeocean install --role physical --services" in the physical cluster.`);
}

async function checkOptional(
  client: KubeClient,
  { name, permissions, without }: OptionalPermissions,
  mountNamespace: string,
): Promise<PreflightCheck> {
  const answers = await ask(client, permissions, mountNamespace);
  const line = `${Check.Permissions}/${name ?? permissions[0]?.resource}`;
  const missing = answers.filter(({ allowed }) => !allowed);
  if (missing.length === 0) return passed(line, `Granted: ${list(answers, mountNamespace)}.`);
  return warned(line, `Missing: ${list(missing, mountNamespace)}, so ${without}. ${INSTALL}`);
}

async function ask(client: KubeClient, permissions: readonly Permission[], mountNamespace: string): Promise<Answer[]> {
  return Promise.all(permissions.map(async (permission) => ({ permission, allowed: await isGranted(client, permission, mountNamespace) })));
}

/** Two ways to the same figures. */
async function checkFigures(client: KubeClient, mountNamespace: string): Promise<PreflightCheck> {
  const name = `${Check.Permissions}/figures`;
  const { node, metricsApi } = FIGURES_PERMISSIONS;
  if (await isGranted(client, node, mountNamespace)) return passed(name, 'Granted: get nodes/proxy, so all figures of its nodes.');
  if (await isGranted(client, metricsApi, mountNamespace)) {
    return passed(name, `Granted: list pods of metrics.k8s.io in ${mountNamespace}, so CPU and memory of pods; no other figures without get nodes/proxy.`);
  }
  return warned(name, `Missing: both list pods of metrics.k8s.io and get nodes/proxy, so virtual nodes have no figures. ${INSTALL}`);
}

function lineFor(resource: string, answers: readonly Answer[], mountNamespace: string): PreflightCheck {
  const name = `${Check.Permissions}/${resource}`;
  const missing = answers.filter(({ allowed }) => !allowed);
  if (missing.length === 0) return passed(name, `Granted: ${list(answers, mountNamespace)}.`);
  return failed(name, `Missing: ${list(missing, mountNamespace)}. ${INSTALL}`);
}

/** "list, watch everywhere; get, create in kubeocean-worker". */
function list(answers: readonly Answer[], mountNamespace: string): string {
  const places = [...new Set(answers.map(({ permission }) => permission.scope))];
  const parts = places.map((place) => {
    const verbs = answers.filter(({ permission }) => permission.scope === place).map(({ permission }) => permission.verb);
    return `${verbs.join(', ')} ${WHERE[place](mountNamespace)}`;
  });
  return parts.join('; ');
}

const WHERE: Readonly<Record<Permission['scope'], (mountNamespace: string) => string>> = {
  cluster: () => 'everywhere',
  mount: (namespace) => `in ${namespace}`,
  mountName: (namespace) => `of ${namespace} itself`,
};

async function isGranted(client: KubeClient, { verb, group, resource, scope }: Permission, mountNamespace: string): Promise<boolean> {
  const namespace = scope === 'cluster' ? undefined : mountNamespace;
  return isAllowed(client, { verb, group, resource, namespace, name: scope === 'mountName' ? mountNamespace : undefined });
}
