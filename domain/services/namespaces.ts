import { SYSTEM_NAMESPACES } from '../../api/names/keys';
import type { ClusterBindingSpec } from '../../api/names/types';

/** Namespaces whose Services are mirrored, each once; those of the systems themselves never are. */
export function mirroredNamespaces({ serviceNamespaces = [] }: { readonly serviceNamespaces?: readonly string[] }): string[] {
  return [...new Set(serviceNamespaces)].filter((namespace) => !SYSTEM_NAMESPACES.includes(namespace)).sort();
}

/** Whether pods ask the physical cluster's DNS, which knows the mirrors; a DNS that the binding names goes before. */
export function resolvesThere(spec: Pick<ClusterBindingSpec, 'serviceNamespaces' | 'virtualCluster'>): boolean {
  return mirroredNamespaces(spec).length > 0 && spec.virtualCluster?.dns === undefined;
}

/** Every cluster has one of that name, and pods reach the virtual API server in another way. */
export function isApiServer({ namespace, name }: { readonly namespace?: string; readonly name?: string | null }): boolean {
  return namespace === 'default' && name === 'kubernetes';
}
