import { X509Certificate } from 'node:crypto';
import type { ConfigMap } from 'kubernetes-types/core/v1';
import { ConfigMaps, startInformer, type Informer, type KubeClient } from '../../../kube';

/** Where every API server publishes what its callers, and those of its kubelets, are verified against. */
const AUTHENTICATION = { namespace: 'kube-system', name: 'extension-apiserver-authentication' } as const;
const CLIENT_CA = 'client-ca-file';

/** The authorities of client certificates, as the virtual cluster publishes them. */
export interface ClientCa {
  /** Resolves when it is known, or known that there is none: then tokens alone count. */
  synced(): Promise<void>;
  hasSynced(): boolean;
  /** PEM; null: none. */
  current(): string | null;
  stop(): Promise<void>;
}

/** @param onChange called when another one is published */
export function watchClientCa(client: KubeClient, onChange: () => void, onError: (error: unknown) => void): ClientCa {
  const { namespace, name } = AUTHENTICATION;
  const maps = startInformer<ConfigMap>(client, ConfigMaps, { namespace, fieldSelector: `metadata.name=${name}`, onError });
  maps.subscribe(onChange);
  return {
    synced: () => maps.synced(),
    hasSynced: () => maps.hasSynced(),
    current: () => readable(maps),
    stop: () => maps.stop(),
  };
}

/** What is no certificate trusts nobody; it must not keep tokens from being heard. */
function readable(maps: Informer<ConfigMap>): string | null {
  const pem = maps.store.list()[0]?.data?.[CLIENT_CA];
  if (!pem) return null;
  try {
    new X509Certificate(pem);
    return pem;
  } catch {
    return null;
  }
}
