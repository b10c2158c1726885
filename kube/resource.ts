import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1';
import type { CertificateSigningRequest } from 'kubernetes-types/certificates/v1';
import type { Lease } from 'kubernetes-types/coordination/v1';
import type {
  ConfigMap,
  Event,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  Secret,
  Service,
  ServiceAccount,
} from 'kubernetes-types/core/v1';
import type { RuntimeClass } from 'kubernetes-types/node/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from 'kubernetes-types/rbac/v1';
import type { PriorityClass } from 'kubernetes-types/scheduling/v1';
import type { CSINode } from 'kubernetes-types/storage/v1';
import { API_GROUP, API_VERSION, CLUSTER_BINDING_KIND, POLICY_KIND } from '../api/names/group';
import type { ClusterBinding, ResourceLeasingPolicy } from '../api/names/types';

/** What every Kubernetes object has; narrow enough for generated types and for our own. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly deletionTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** A kind as the API server serves it. `T` is the JSON type of its objects. */
export interface ResourceType<T extends KubeObject> {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Path segment, lower case. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never set; carries `T` for inference. */
  readonly __object?: T;
}

/** Name of an object; `namespace` is required exactly when its type is namespaced. */
export interface ObjectKey {
  readonly namespace?: string;
  readonly name: string;
}

/** Builds a {@link ResourceType}; `apiVersion` is `v1` or `group/version`. */
export function resourceType<T extends KubeObject>(
  apiVersion: string,
  kind: string,
  scope: { readonly plural?: string; readonly namespaced: boolean },
): ResourceType<T> {
  const [first = '', second] = apiVersion.split('/');
  const [group, version] = second === undefined ? ['', first] : [first, second];
  return { group, version, kind, plural: scope.plural ?? `${kind.toLowerCase()}s`, namespaced: scope.namespaced };
}

const namespaced = { namespaced: true };
const clusterWide = { namespaced: false };
const RBAC = 'rbac.authorization.k8s.io/v1';

export const Pods = resourceType<Pod>('v1', 'Pod', namespaced);
export const Nodes = resourceType<Node>('v1', 'Node', clusterWide);
export const Namespaces = resourceType<Namespace>('v1', 'Namespace', clusterWide);
export const Secrets = resourceType<Secret>('v1', 'Secret', namespaced);
export const ConfigMaps = resourceType<ConfigMap>('v1', 'ConfigMap', namespaced);
export const PersistentVolumes = resourceType<PersistentVolume>('v1', 'PersistentVolume', clusterWide);
export const PersistentVolumeClaims = resourceType<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim', namespaced);
/** Somebody else's kind (spec leasing.md 1.5); most clusters do not have it. */
export const LogConfigs = resourceType<KubeObject>('cls.cloud.tencent.com/v1', 'LogConfig', clusterWide);
export const Events = resourceType<Event>('v1', 'Event', namespaced);
export const ServiceAccounts = resourceType<ServiceAccount>('v1', 'ServiceAccount', namespaced);
export const Services = resourceType<Service>('v1', 'Service', namespaced);
export const EndpointSlices = resourceType<EndpointSlice>('discovery.k8s.io/v1', 'EndpointSlice', namespaced);
/** The heartbeat objects of nodes (`coordination.k8s.io` Lease); "lease" alone means lending. */
export const NodeLeases = resourceType<Lease>('coordination.k8s.io/v1', 'Lease', namespaced);
export const CertificateSigningRequests = resourceType<CertificateSigningRequest>(
  'certificates.k8s.io/v1',
  'CertificateSigningRequest',
  clusterWide,
);
export const CsiNodes = resourceType<CSINode>('storage.k8s.io/v1', 'CSINode', clusterWide);
export const PriorityClasses = resourceType<PriorityClass>('scheduling.k8s.io/v1', 'PriorityClass', {
  plural: 'priorityclasses',
  namespaced: false,
});
export const RuntimeClasses = resourceType<RuntimeClass>('node.k8s.io/v1', 'RuntimeClass', {
  plural: 'runtimeclasses',
  namespaced: false,
});
export const CustomResourceDefinitions = resourceType<CustomResourceDefinition>(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  clusterWide,
);
export const ClusterRoles = resourceType<ClusterRole>(RBAC, 'ClusterRole', clusterWide);
export const ClusterRoleBindings = resourceType<ClusterRoleBinding>(RBAC, 'ClusterRoleBinding', clusterWide);
export const Roles = resourceType<Role>(RBAC, 'Role', namespaced);
export const RoleBindings = resourceType<RoleBinding>(RBAC, 'RoleBinding', namespaced);
export const ClusterBindings = resourceType<ClusterBinding>(
  `${API_GROUP}/${API_VERSION}`,
  CLUSTER_BINDING_KIND,
  clusterWide,
);
export const ResourceLeasingPolicies = resourceType<ResourceLeasingPolicy>(`${API_GROUP}/${API_VERSION}`, POLICY_KIND, {
  plural: 'resourceleasingpolicies',
  namespaced: false,
});

/** `group/version`, or `v1` for the core group: what `apiVersion` says in an object of this type. */
export function apiVersionOf(type: ResourceType<KubeObject>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** `namespace/name`, or `name` of a cluster-scoped object: the key of a {@link Store}. */
export function keyOf(object: KubeObject | ObjectKey): string {
  const { namespace, name } = 'name' in object ? object : (object as KubeObject).metadata ?? {};
  return namespace === undefined || namespace === '' ? (name ?? '') : `${namespace}/${name}`;
}

/** The inverse of {@link keyOf}. */
export function parseKey(key: string): ObjectKey {
  const slash = key.indexOf('/');
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/**
 * Path of a collection, an object or a subresource.
 *
 * @throws Error when the namespace is missing for an object of a namespaced type, or a name cannot be a path segment: a bug of the caller.
 */
export function pathOf(
  type: ResourceType<KubeObject>,
  key: { readonly namespace?: string; readonly name?: string },
  subresource?: string,
): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  if (type.namespaced && key.name !== undefined && !key.namespace) throw new Error(`${type.kind} needs a namespace`);
  const scope = type.namespaced && key.namespace ? `/namespaces/${segment(key.namespace)}` : '';
  const object = key.name === undefined ? '' : `/${segment(key.name)}`;
  return `${root}${scope}/${type.plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** Names come from other clusters: one that would climb or split the path must not reach it. */
function segment(name: string): string {
  if (name === '' || name === '.' || name === '..') throw new Error('not a name of an object');
  return encodeURIComponent(name);
}
