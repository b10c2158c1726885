import type { Service } from 'kubernetes-types/core/v1';
import type { ClusterBinding } from '../../api/names/types';
import type { TranslationContext } from '../../domain/pods/translation/context';
import { chooseEndpoints, type EndpointChoice } from '../../domain/pods/translation/endpoints';
import { Services, startInformer } from '../../kube';
import type { Informer, KubeClient } from '../../kube';
import { HostAddresses } from './host-addresses';

/** The Services through which pods in physical clusters reach the virtual one (spec pods.md 1.7). */
export const API_SERVICE = { namespace: 'default', name: 'kubernetes-intranet' } as const;
/** See {@link API_SERVICE}. */
export const DNS_SERVICE = { namespace: 'kube-system', name: 'kube-dns-intranet' } as const;

/** What pods are told about the ways into the virtual cluster. */
export interface ResolvedEndpoints extends Pick<TranslationContext, 'virtualApi' | 'dns'> {
  /** Name of the DNS server that does not resolve; pods that need it must wait. */
  readonly unresolvedDns: string | null;
}

/** Where pods find the virtual cluster's API server and DNS. The Services are watched, so always current. */
export interface VirtualEndpoints {
  /** Who says where they are, for pods of this binding. */
  choice(binding: ClusterBinding): EndpointChoice;
  /** The same with names resolved, as far as they can be. */
  resolve(binding: ClusterBinding): Promise<ResolvedEndpoints>;
  synced(): Promise<void>;
  /** False: whether the Services are there is not known yet. */
  hasSynced(): boolean;
  /** Calls `listener` when one of the Services changed. */
  subscribe(listener: () => void): () => void;
  stop(): Promise<void>;
}

/** Begins to watch both Services, and resolves what they, or bindings, name. */
export function watchEndpoints(client: KubeClient, onError: (error: unknown) => void, addresses = new HostAddresses()): VirtualEndpoints {
  const follow = ({ namespace, name }: { namespace: string; name: string }): Informer<Service> =>
    startInformer(client, Services, { namespace, fieldSelector: `metadata.name=${name}`, onError });
  const api = follow(API_SERVICE);
  const dns = follow(DNS_SERVICE);
  const choice = ({ spec }: ClusterBinding): EndpointChoice =>
    chooseEndpoints(spec, { api: api.store.list()[0] ?? null, dns: dns.store.list()[0] ?? null });
  return {
    choice,
    resolve: (binding) => resolveChoice(choice(binding), addresses),
    synced: async () => void (await Promise.all([api.synced(), dns.synced()])),
    hasSynced: () => api.hasSynced() && dns.hasSynced(),
    subscribe: (listener) => {
      const ends = [api, dns].map((informer) => informer.subscribe(listener));
      return () => ends.forEach((end) => end());
    },
    stop: async () => void (await Promise.all([api.stop(), dns.stop()])),
  };
}

async function resolveChoice({ api: { endpoint }, dns: { host } }: EndpointChoice, addresses: HostAddresses): Promise<ResolvedEndpoints> {
  const [apiIp, dnsIp] = await Promise.all([endpoint, host && { host }].map((one) => (one ? addresses.addressOf(one.host) : null)));
  return {
    virtualApi: endpoint && { ...endpoint, ip: apiIp ?? null },
    dns: dnsIp ?? null,
    unresolvedDns: dnsIp ? null : host,
  };
}
