import type { Service } from 'kubernetes-types/core/v1';
import type { VirtualEndpoint } from '../../domain/pods/translation/context';
import { Services, startInformer } from '../../kube';
import type { Informer, KubeClient } from '../../kube';

/** The Services through which pods in physical clusters reach the virtual one (spec pods.md 1.7). */
export const API_SERVICE = { namespace: 'default', name: 'kubernetes-intranet' } as const;
export const DNS_SERVICE = { namespace: 'kube-system', name: 'kube-dns-intranet' } as const;

/** Where pods find the virtual cluster's API server and DNS; null where nothing offers it. Watched, so always current. */
export interface VirtualEndpoints {
  api(): VirtualEndpoint | null;
  dns(): string | null;
  synced(): Promise<void>;
  /** Calls `listener` when one of them changed. */
  subscribe(listener: () => void): () => void;
  stop(): Promise<void>;
}

export function watchEndpoints(client: KubeClient, onError: (error: unknown) => void): VirtualEndpoints {
  const follow = ({ namespace, name }: { namespace: string; name: string }): Informer<Service> =>
    startInformer(client, Services, { namespace, fieldSelector: `metadata.name=${name}`, onError });
  const api = follow(API_SERVICE);
  const dns = follow(DNS_SERVICE);
  return {
    api: () => endpointOf(api.store.list()[0]),
    dns: () => endpointOf(dns.store.list()[0])?.ip ?? null,
    synced: async () => void (await Promise.all([api.synced(), dns.synced()])),
    subscribe: (listener) => {
      const ends = [api, dns].map((informer) => informer.subscribe(listener));
      return () => ends.forEach((end) => end());
    },
    stop: async () => void (await Promise.all([api.stop(), dns.stop()])),
  };
}

function endpointOf(service: Service | undefined): VirtualEndpoint | null {
  const ip = service?.status?.loadBalancer?.ingress?.[0]?.ip;
  const port = service?.spec?.ports?.[0]?.port;
  return ip && port ? { ip, port } : null;
}
