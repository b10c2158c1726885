import { OpenedClusters } from '../../../activities/fleet/opened-clusters';
import type { ClusterBinding } from '../../../api/names/types';
import { createKubeClient, type ClusterAccess, type Informer, type KubeClient } from '../../../kube';
import { ReviewCache } from '../callers/review-cache';
import { dialling, type PhysicalTransport } from './transport';

/** One physical API server, with the binding's own credentials. */
export interface PhysicalApi {
  readonly client: KubeClient;
  readonly transport: PhysicalTransport;
  /** Containers, by UID of the virtual pod and name, whose pods were each other's a moment ago. */
  readonly verified: ReviewCache<void>;
  /** Aborted when the credentials have changed or the binding is gone. */
  readonly closed: AbortSignal;
  close(): Promise<void>;
}

/** The physical API servers of all bindings. New credentials count from the next request on; streams that are open go on with the old ones. */
export type PhysicalApis = OpenedClusters<PhysicalApi>;

/** Whose physical clusters are asked, and over what. */
export interface PhysicalApisOptions {
  readonly bindings: Informer<ClusterBinding>;
  readonly onError: (error: unknown) => void;
  /** Default {@link dialling}. */
  readonly transport?: (access: ClusterAccess) => PhysicalTransport;
}

const CONNECTIONS = 8;
/** Verifications for callers that are known and allowed. */
const MOST_WAITING = 4_096;

/** @param virtual client of the virtual cluster, which has the kubeconfig Secrets */
export function physicalApis(virtual: KubeClient, { transport = dialling, ...options }: PhysicalApisOptions): PhysicalApis {
  return new OpenedClusters(virtual, { ...options, open: (access) => openApi(access, transport(access)) });
}

function openApi(access: ClusterAccess, transport: PhysicalTransport): PhysicalApi {
  const client = createKubeClient(access, { component: 'gateway', connections: CONNECTIONS });
  const closing = new AbortController();
  const close = async () => {
    closing.abort();
    transport.close();
    await client.close();
  };
  return { client, transport, verified: new ReviewCache({ mostWaiting: MOST_WAITING }), closed: closing.signal, close };
}
