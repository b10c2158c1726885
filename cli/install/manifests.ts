import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CLUSTER_BINDING_KIND, POLICY_KIND } from '../../api/names/group';
import {
  ClusterRoleBindings,
  ClusterRoles,
  CustomResourceDefinitions,
  Namespaces,
  RoleBindings,
  Roles,
  Secrets,
  ServiceAccounts,
  type KubeObject,
  type ResourceType,
} from '../../kube';
import { packageRoot } from '../package-root';

/** What a cluster can be to Kubeocean. */
export const CLUSTER_ROLES = ['virtual', 'physical'] as const;
/** One of {@link CLUSTER_ROLES}. */
export type ClusterRoleName = (typeof CLUSTER_ROLES)[number];

/** An object of `deploy/`; it has a name. */
export interface Manifest extends KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: NonNullable<KubeObject['metadata']> & { readonly name: string };
}

/** The kinds that `install` applies, in the order in which they need each other. */
const TYPES: readonly ResourceType<KubeObject>[] = [
  CustomResourceDefinitions,
  Namespaces,
  ServiceAccounts,
  Secrets,
  ClusterRoles,
  Roles,
  ClusterRoleBindings,
  RoleBindings,
];

/** The custom resource that lives on each side. */
const CUSTOM_RESOURCE: Readonly<Record<ClusterRoleName, string>> = { virtual: CLUSTER_BINDING_KIND, physical: POLICY_KIND };

/** Rights that a lender may grant beyond those of an ordinary installation, by their folder below `deploy/rbac`. */
export const NODE_FIGURES = 'physical-node-figures';
/** See {@link NODE_FIGURES}. */
export const SERVICE_MIRRORS = 'physical-services';
type ExtraRights = typeof NODE_FIGURES | typeof SERVICE_MIRRORS;

/**
 * The objects of one side, from `deploy/crds` and `deploy/rbac/<role>`, in the order of application.
 *
 * @param deploy The folder to read; default that of this package.
 */
export function readManifests(role: ClusterRoleName | ExtraRights, deploy = join(packageRoot(), 'deploy')): Manifest[] {
  const resource = role === 'virtual' || role === 'physical' ? CUSTOM_RESOURCE[role] : null;
  const crds = resource === null ? [] : readFolder(join(deploy, 'crds')).filter((crd) => definedKind(crd) === resource);
  const rbac = readFolder(join(deploy, 'rbac', role));
  return [...crds, ...rbac].sort((a, b) => TYPES.indexOf(typeOf(a)) - TYPES.indexOf(typeOf(b)));
}

/** How the API server serves the kind of a manifest. @throws Error for a kind that `install` does not know. */
export function typeOf(manifest: Manifest): ResourceType<KubeObject> {
  const type = TYPES.find(({ kind }) => kind === manifest.kind);
  if (type === undefined) throw new Error(`install does not know the kind ${manifest.kind}`);
  return type;
}

function readFolder(folder: string): Manifest[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml')).sort();
  return files.flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map((document) => document.toJS() as Manifest),
  );
}

function definedKind(crd: Manifest): string {
  return (crd as unknown as { spec: { names: { kind: string } } }).spec.names.kind;
}
