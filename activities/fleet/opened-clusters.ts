import type { ClusterBinding } from '../../api/names/types';
import { Secrets, startInformer } from '../../kube';
import type { ClusterAccess, Informer, KubeClient, KubeObject } from '../../kube';
import { leadsElsewhere } from './cluster-uid';
import { CredentialsFault, readCredentials } from './credentials';

/** Something that is open with the credentials of a binding. */
interface Closable {
  close(): Promise<void>;
}

/** What is open for one binding, and the watch of the Secret that tells when its credentials change. */
interface Member<T> {
  readonly bindingUid: string;
  readonly secretKey: string;
  readonly opened: T;
  readonly secret: Informer<KubeObject>;
}

/** What opening a cluster takes. */
export interface OpenedClustersOptions<T> {
  readonly bindings: Informer<ClusterBinding>;
  readonly open: (access: ClusterAccess, binding: ClusterBinding) => T;
  readonly onError: (error: unknown) => void;
}

/**
 * The physical clusters of all bindings: each is opened on first use, once per process, from the kubeconfig Secret, and anew
 * when that gets other credentials. What was open before is closed then, as it is when its binding is gone.
 */
export class OpenedClusters<T extends Closable> {
  private readonly members = new Map<string, Promise<Member<T>>>();
  private readonly unsubscribe: () => void;

  /** @param virtual client of the virtual cluster, which has the Secrets */
  constructor(
    private readonly virtual: KubeClient,
    private readonly options: OpenedClustersOptions<T>,
  ) {
    this.unsubscribe = options.bindings.subscribe(({ key, new: binding }) => {
      if (binding === null) void this.drop(key);
    });
  }

  /** @throws CredentialsFault, KubeError */
  async of(binding: ClusterBinding): Promise<T> {
    const { name, uid } = binding.metadata;
    const known = await this.members.get(name)?.catch(() => undefined);
    if (known?.bindingUid === uid && known.secretKey === secretKeyOf(binding)) return known.opened;
    if (known !== undefined) await this.drop(name);
    return this.open(binding);
  }

  async close(): Promise<void> {
    this.unsubscribe();
    await Promise.all([...this.members.keys()].map((name) => this.drop(name)));
  }

  private async open(binding: ClusterBinding): Promise<T> {
    const { name } = binding.metadata;
    const opening = this.members.get(name) ?? this.connect(binding);
    this.members.set(name, opening);
    try {
      return (await opening).opened;
    } catch (error) {
      if (this.members.get(name) === opening) this.members.delete(name);
      throw error;
    }
  }

  private async connect(binding: ClusterBinding): Promise<Member<T>> {
    const { access, version } = await readCredentials(this.virtual, binding);
    const { name, namespace } = binding.spec.secretRef;
    const secret = startInformer<KubeObject>(this.virtual, Secrets, {
      namespace,
      fieldSelector: `metadata.name=${name}`,
      metadataOnly: true,
      onError: this.options.onError,
    });
    secret.subscribe(({ new: now }) => {
      // A deleted Secret takes nothing away from credentials that still work.
      if (now !== null && now.metadata?.resourceVersion !== version) void this.renew(binding, access.fingerprint);
    });
    const opened = this.options.open(access, binding);
    return { bindingUid: binding.metadata.uid, secretKey: secretKeyOf(binding), opened, secret };
  }

  /** Lets go of the old credentials for usable new ones of the same cluster; what a broken Secret says is the preflight's to report. */
  private async renew(binding: ClusterBinding, fingerprint: string): Promise<void> {
    try {
      const { access } = await readCredentials(this.virtual, binding);
      if (access.fingerprint === fingerprint) return;
      const bound = this.options.bindings.store.get(binding.metadata.name)?.status?.clusterUID;
      if (await leadsElsewhere(access, bound).catch(() => false)) return;
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
      const { opened, secret } = await member;
      await Promise.all([opened.close(), secret.stop()]);
    } catch (error) {
      if (!(error instanceof CredentialsFault)) this.options.onError(error);
    }
  }
}

function secretKeyOf({ spec: { secretRef } }: ClusterBinding): string {
  return `${secretRef.namespace}/${secretRef.name}`;
}
