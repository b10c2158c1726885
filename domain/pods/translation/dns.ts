import type { PodDNSConfig, PodDNSConfigOption, PodSpec } from 'kubernetes-types/core/v1';
import type { PodObject } from '../types';
import type { TranslationContext } from './context';

/** Limits that an API server puts on dnsConfig. */
const MAX_NAMESERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_CHARACTERS = 2048;

const CLUSTER_POLICIES: readonly (string | undefined)[] = [undefined, 'ClusterFirst', 'ClusterFirstWithHostNet'];

/**
 * DNS of the copy. A pod that wants cluster names asks the virtual cluster's DNS; where that is out of reach it gets the
 * node's resolver. Where Services are mirrored it asks the physical cluster's, which knows them by addresses that work there. The user's dnsConfig is merged the way a kubelet does: servers and searches after the cluster's, options win.
 * Other policies stay as they are.
 */
export function physicalDns(
  vPod: Pick<PodObject, 'metadata' | 'spec'>,
  { dns, resolvesThere = false }: Pick<TranslationContext, 'dns' | 'resolvesThere'>,
): Pick<PodSpec, 'dnsPolicy' | 'dnsConfig'> {
  const { dnsPolicy, dnsConfig } = vPod.spec;
  if (!usesClusterDns(vPod)) return { dnsPolicy, dnsConfig };
  if (resolvesThere) return { dnsPolicy, dnsConfig: searchingToo(vPod.metadata.namespace, dnsConfig ?? {}) };
  if (!dns) return { dnsPolicy: 'Default', dnsConfig };
  return { dnsPolicy: 'None', dnsConfig: mergedConfig(clusterConfig(dns, vPod.metadata.namespace), dnsConfig ?? {}) };
}

/** Whether a pod wants to resolve names of its cluster. */
export function usesClusterDns({ spec: { dnsPolicy } }: Pick<PodObject, 'spec'>): boolean {
  return CLUSTER_POLICIES.includes(dnsPolicy);
}

/** A name alone is one of the pod's own namespace, which the physical cluster takes for the mount namespace. */
function searchingToo(namespace: string, user: PodDNSConfig): PodDNSConfig {
  return { ...user, searches: fitting(distinct([`${namespace}.svc.cluster.local`, ...(user.searches ?? [])])) };
}

function clusterConfig(dns: string, namespace: string): Required<PodDNSConfig> {
  return {
    nameservers: [dns],
    searches: [`${namespace}.svc.cluster.local`, 'svc.cluster.local', 'cluster.local'],
    options: [{ name: 'ndots', value: '5' }],
  };
}

function mergedConfig(base: Required<PodDNSConfig>, user: PodDNSConfig): Required<PodDNSConfig> {
  return {
    nameservers: distinct([...base.nameservers, ...(user.nameservers ?? [])]).slice(0, MAX_NAMESERVERS),
    searches: fitting(distinct([...base.searches, ...(user.searches ?? [])])),
    options: mergedOptions(base.options, user.options ?? []),
  };
}

function mergedOptions(base: readonly PodDNSConfigOption[], user: readonly PodDNSConfigOption[]): PodDNSConfigOption[] {
  return [...base.filter((option) => !user.some(({ name }) => name === option.name)), ...user];
}

function fitting(searches: readonly string[]): string[] {
  const kept: string[] = [];
  for (const search of searches.slice(0, MAX_SEARCHES)) {
    if ([...kept, search].join(' ').length > MAX_SEARCH_CHARACTERS) break;
    kept.push(search);
  }
  return kept;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}
