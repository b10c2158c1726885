import type { ClusterBinding } from '../../api/names/types';
import { ownershipLabels } from '../../domain/pods/identity/ownership';
import { createKubeClient } from '../../kube';
import type { ClusterAccess } from '../../kube';
import { NOBODY, type PodObserver } from '../observer';
import { onlyBoundCluster } from './cluster-uid';
import { OpenedClusters } from './opened-clusters';
import { openPhysicalCluster } from './physical-cluster';
import type { PhysicalCluster } from './physical-cluster';
import { StoresNotReady } from './stores-not-ready';
import type { VirtualCluster } from './virtual-cluster';

/** Connections to one API server: enough for a burst, few enough that opening them does not become one. */
export const CONNECTIONS = 24;

/** Every cluster that this process talks to. Who holds a physical cluster that is opened anew sees its `closed` abort. */
export class Fleet {
  private readonly clusters: OpenedClusters<PhysicalCluster>;

  constructor(
    readonly virtual: VirtualCluster,
    private readonly onError: (error: unknown) => void,
    /** Default: nobody hears of it. */
    readonly observer: PodObserver = NOBODY,
  ) {
    const open = (access: ClusterAccess, binding: ClusterBinding) => this.open(access, binding);
    this.clusters = new OpenedClusters(virtual.client, { bindings: virtual.bindings, open, onError });
  }

  /** @throws StoresNotReady while this process has not listed the virtual cluster: what it does not know yet is not gone */
  assertListed(): void {
    if (!this.virtual.hasSynced()) throw new StoresNotReady('the lists of the virtual cluster are not synced yet');
  }

  /** The ClusterBinding of that name and UID as last seen; undefined when it is gone or another one now. @throws StoresNotReady */
  binding(name: string, uid: string): ClusterBinding | undefined {
    this.assertListed();
    const binding = this.virtual.bindings.store.get(name);
    return binding?.metadata.uid === uid ? binding : undefined;
  }

  /**
   * The physical cluster of a binding; its stores may not be synced yet.
   * @throws CredentialsFault, KubeError
   */
  async physical(binding: ClusterBinding): Promise<PhysicalCluster> {
    return await this.clusters.of(binding);
  }

  async close(): Promise<void> {
    await this.clusters.close();
    await this.virtual.close();
  }

  private open(access: ClusterAccess, { metadata, spec }: ClusterBinding): PhysicalCluster {
    const admit = onlyBoundCluster(access, () => this.virtual.bindings.store.get(metadata.name));
    const client = createKubeClient(access, { component: 'worker', connections: CONNECTIONS, admit });
    const virtualCluster = this.virtual.uid;
    const ownership = ownershipLabels({ virtualCluster, binding: metadata.name });
    return openPhysicalCluster(client, { mountNamespace: spec.mountNamespace, virtualCluster, ownership }, this.onError);
  }
}
