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

const POLICY_GROUP = 'cloud.tencent.com';

const rights = (verbs: readonly string[], resource: string, scope: Permission['scope'], group?: string): Permission[] =>
  verbs.map((verb) => ({ verb, resource, scope, group }));

/** What `kubeocean install --role physical` grants and the preflight asks for (deploy/rbac/physical). */
export const REQUIRED_PERMISSIONS: readonly Permission[] = [
  ...rights(['list', 'watch', 'patch'], 'nodes', 'cluster'),
  ...rights(['list', 'watch'], 'pods', 'cluster'),
  ...rights(['list', 'watch'], 'resourceleasingpolicies', 'cluster', POLICY_GROUP),
  ...rights(['patch'], 'resourceleasingpolicies/status', 'cluster', POLICY_GROUP),
  ...rights(['get', 'create'], 'priorityclasses', 'cluster', 'scheduling.k8s.io'),
  ...rights(['get', 'create', 'patch', 'delete'], 'pods', 'mount'),
  ...rights(['list', 'watch', 'create', 'patch', 'delete'], 'secrets', 'mount'),
  ...rights(['get', 'create', 'patch', 'delete'], 'configmaps', 'mount'),
  ...rights(['get', 'patch'], 'namespaces', 'mountName'),
];
