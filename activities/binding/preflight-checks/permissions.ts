import { API_GROUP } from '../../../api/names/group';

/** One right that a binding's credentials need in the physical cluster. */
export interface Permission {
  readonly verb: string;
  /** API group; absent: the core group. */
  readonly group?: string;
  /** Plural, with a subresource after a slash. */
  readonly resource: string;
  /** Everywhere, in the mount namespace, or on the mount namespace itself. */
  readonly scope: 'cluster' | 'mount' | 'mountName';
}

const rights = (verbs: readonly string[], resource: string, scope: Permission['scope'], group?: string): Permission[] =>
  verbs.map((verb) => ({ verb, resource, scope, group }));

/** What `kubeocean install --role physical` grants and the preflight asks for (deploy/rbac/physical). */
export const REQUIRED_PERMISSIONS: readonly Permission[] = [
  ...rights(['get', 'list', 'watch', 'patch'], 'nodes', 'cluster'),
  ...rights(['list', 'watch'], 'pods', 'cluster'),
  ...rights(['get', 'create', 'patch', 'delete'], 'pods', 'mount'),
  ...rights(['patch'], 'pods/ephemeralcontainers', 'mount'),
  ...rights(['list', 'watch', 'patch'], 'resourceleasingpolicies', 'cluster', API_GROUP),
  ...rights(['patch'], 'resourceleasingpolicies/status', 'cluster', API_GROUP),
  ...rights(['get', 'create'], 'priorityclasses', 'cluster', 'scheduling.k8s.io'),
  ...rights(['get', 'list', 'watch'], 'csinodes', 'cluster', 'storage.k8s.io'),
  ...rights(['create'], 'events', 'cluster'),
  ...rights(['get', 'list', 'watch', 'create', 'patch', 'delete'], 'secrets', 'mount'),
  ...rights(['get', 'list', 'watch', 'create', 'patch', 'delete'], 'configmaps', 'mount'),
  ...rights(['get', 'list', 'watch', 'create', 'patch', 'delete'], 'persistentvolumeclaims', 'mount'),
  ...rights(['get', 'list', 'watch', 'create', 'patch', 'delete'], 'persistentvolumes', 'cluster'),
  ...rights(['get', 'patch'], 'namespaces', 'mountName'),
];

/** To read the UID of kube-system; the check `SameCluster` warns where it is missing. */
export const IDENTITY_PERMISSION: Permission = { verb: 'get', resource: 'namespaces', scope: 'cluster' };

/** Rights that may be missing, because credentials are older or their owner does not want it: everything else works. */
export interface OptionalPermissions {
  /** As the line of the check is called, unless after the resource. */
  readonly name?: string;
  /** To one resource. */
  readonly permissions: readonly Permission[];
  /** What does not work without them. */
  readonly without: string;
}

/** The rights whose absence costs one feature each. */
export const OPTIONAL_PERMISSIONS: readonly OptionalPermissions[] = [
  { permissions: rights(['patch'], 'pods/resize', 'mount'), without: 'resources of running pods are not changed in place' },
  {
    permissions: rights(['get'], 'runtimeclasses', 'cluster', 'node.k8s.io'),
    without: 'a pod whose RuntimeClass is not there does not say so',
  },
  { permissions: rights(['get'], 'pods/log', 'mount'), without: 'borrowed pods have no kubectl logs' },
  { permissions: rights(['get', 'create'], 'pods/exec', 'mount'), without: 'borrowed pods have no kubectl exec' },
  { permissions: rights(['get', 'create'], 'pods/attach', 'mount'), without: 'borrowed pods have no kubectl attach' },
  { permissions: rights(['get', 'create'], 'pods/portforward', 'mount'), without: 'borrowed pods have no kubectl port-forward' },
  {
    name: 'warnings',
    permissions: rights(['list', 'watch'], 'events', 'mount'),
    without: 'Warnings about pods do not show in the virtual cluster',
  },
];

/**
 * Rights of which one suffices: figures of virtual nodes come from the physical node itself, or from its cluster's metrics API.
 * Without either everything else works.
 */
export const FIGURES_PERMISSIONS = {
  /** All figures. Granted by `kubeocean install --role physical --node-figures` alone: it opens the whole kubelet. */
  node: { verb: 'get', resource: 'nodes/proxy', scope: 'cluster' },
  /** CPU and memory. */
  metricsApi: { verb: 'list', group: 'metrics.k8s.io', resource: 'pods', scope: 'mount' },
} as const satisfies Readonly<Record<string, Permission>>;

/** What `kubeocean install --role physical --services` grants, asked for where a binding has `serviceNamespaces`. */
export const SERVICE_PERMISSIONS: readonly Permission[] = [
  ...rights(['get', 'list', 'watch', 'create', 'patch', 'delete'], 'services', 'cluster'),
  ...rights(['get', 'list', 'watch', 'create', 'patch', 'delete'], 'endpointslices', 'cluster', 'discovery.k8s.io'),
];
