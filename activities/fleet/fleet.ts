import type { ClusterBinding } from '../../api/names/types';
import { ownershipLabels } from '../../domain/pods/identity/ownership';
import { createKubeClient, Secrets, startInformer } from '../../kube';
import type { Informer, KubeObject } from '../../kube';
import { CredentialsFault, readCredentials } from './credentials';
import { openPhysicalCluster } from './physical-cluster';
import type { PhysicalCluster } from './physical-cluster';
import type { VirtualCluster } from './virtual-cluster';

/** Connections to one API server: enough for a burst, few enough that opening them does not become one. */
export const CONNECTIONS = 24;

/** One open physical cluster, and the watch of the Secret that tells when its credentials change. */
interface Member {
  readonly bindingUid: string;
  readonly secretKey: string;
  readonly version: string;
  readonly cluster: PhysicalCluster;
  readonly secret: Informer<KubeObject>;
}

/**
 * Every cluster that this process talks to. Physical clusters open on first use, once per process, and are
 * opened anew when the kubeconfig Secret gets other credentials; whoever held the old one sees `closed` abort.
 */
export class Fleet {
  private readonly members = new Map<string, Promise<Member>>();
  private readonly unsubscribe: () => void;

  constructor(
    readonly virtual: VirtualCluster,
    private readonly onError: (error: unknown) => void,
  ) {
    this.unsubscribe = virtual.bindings.subscribe(({ key, new: binding }) => {
      if (binding === null) void this.drop(key);
    });
  }

  /** The ClusterBinding of that name and UID as last seen; undefined when it is gone or another one now. */
  binding(name: string, uid: string): ClusterBinding | undefined {
    const binding = this.virtual.bindings.store.get(name);
    return binding?.metadata.uid === uid ? binding : undefined;
  }

  /**
   * The physical cluster of a binding; its stores may not be synced yet.
   * @throws CredentialsFault, KubeError
   */
  async physical(binding: ClusterBinding): Promise<PhysicalCluster> {
    const { name, uid } = binding.metadata;
    const known = await this.members.get(name);
    if (known?.bindingUid === uid && known.secretKey === secretKeyOf(binding)) return known.cluster;
    if (known !== undefined) await this.drop(name);
    return this.open(binding);
  }

  async close(): Promise<void> {
    this.unsubscribe();
    await Promise.all([...this.members.keys()].map((name) => this.drop(name)));
    await this.virtual.close();
  }

  private async open(binding: ClusterBinding): Promise<PhysicalCluster> {
    const { name } = binding.metadata;
    const opening = this.members.get(name) ?? this.connect(binding);
    this.members.set(name, opening);
    try {
      return (await opening).cluster;
    } catch (error) {
      if (this.members.get(name) === opening) this.members.delete(name);
      throw error;
    }
  }

  private async connect(binding: ClusterBinding): Promise<Member> {
    const { access, version } = await readCredentials(this.virtual.client, binding);
    const { name, namespace } = binding.spec.secretRef;
    const secret = startInformer<KubeObject>(this.virtual.client, Secrets, {
      namespace,
      fieldSelector: `metadata.name=${name}`,
      metadataOnly: true,
      onError: this.onError,
    });
    secret.subscribe(({ new: now }) => {
      // A deleted Secret takes nothing away from credentials that still work.
      if (now !== null && now.metadata?.resourceVersion !== version) void this.renew(binding, access.fingerprint);
    });
    const client = createKubeClient(access, { component: 'worker', connections: CONNECTIONS });
    const cluster = openPhysicalCluster(
      client,
      {
        mountNamespace: binding.spec.mountNamespace,
        virtualCluster: this.virtual.uid,
        ownership: ownershipLabels({ virtualCluster: this.virtual.uid, binding: binding.metadata.name }),
      },
      this.onError,
    );
    return { bindingUid: binding.metadata.uid, secretKey: secretKeyOf(binding), version, cluster, secret };
  }

  /** Lets go of the old credentials for usable new ones; what a broken Secret says is the preflight's to report. */
  private async renew(binding: ClusterBinding, fingerprint: string): Promise<void> {
    try {
      const { access } = await readCredentials(this.virtual.client, binding);
      if (access.fingerprint === fingerprint) return;
    } catch (error) {
      if (error instanceof CredentialsFault) return;
    }
    await this.drop(binding.metadata.name);
  }

  private async drop(name: string): Promise<void> {
    const member = this.members.get(name);
    if (member === undefined) return;
    this.members.delete(name);
    try {
      const { cluster, secret } = await member;
      await Promise.all([cluster.close(), secret.stop()]);
    } catch (error) {
      if (!(error instanceof CredentialsFault)) this.onError(error);
    }
  }
}

function secretKeyOf({ spec: { secretRef } }: ClusterBinding): string {
  return `${secretRef.namespace}/${secretRef.name}`;
}
