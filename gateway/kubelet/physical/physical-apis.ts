import type { ClusterBinding } from '../../../api/names/types';
import { readCredentials } from '../../../activities/fleet/credentials';
import { createKubeClient, Secrets, startInformer, type ClusterAccess, type Informer, type KubeClient, type KubeObject } from '../../../kube';
import { dialling, type PhysicalTransport } from './transport';

/** One physical API server, with the binding's own credentials. */
export interface PhysicalApi {
  readonly client: KubeClient;
  readonly transport: PhysicalTransport;
  /** Aborted when the credentials have changed or the binding is gone. */
  readonly closed: AbortSignal;
}

export interface PhysicalApisOptions {
  readonly bindings: Informer<ClusterBinding>;
  readonly onError: (error: unknown) => void;
  /** Default {@link dialling}. */
  readonly transport?: (access: ClusterAccess) => PhysicalTransport;
}

/** An API server that is open, and the watch of the Secret that tells when its credentials change. */
interface Member {
  readonly uid: string;
  readonly secretKey: string;
  readonly api: PhysicalApi;
  readonly secret: Informer<KubeObject>;
  readonly closing: AbortController;
}

const CONNECTIONS = 8;

/**
 * The physical API servers of all bindings, opened on first use from the kubeconfig Secrets. New credentials count from the next
 * request on; streams that are open go on with the old ones.
 */
export class PhysicalApis {
  private readonly members = new Map<string, Promise<Member>>();
  private readonly unsubscribe: () => void;

  constructor(
    private readonly virtual: KubeClient,
    private readonly options: PhysicalApisOptions,
  ) {
    this.unsubscribe = options.bindings.subscribe(({ key, new: binding }) => {
      if (binding === null) void this.drop(key);
    });
  }

  /** @throws CredentialsFault, KubeError */
  async of(binding: ClusterBinding): Promise<PhysicalApi> {
    const { name, uid } = binding.metadata;
    const known = await this.members.get(name)?.catch(() => undefined);
    if (known?.uid === uid && known.secretKey === secretKeyOf(binding)) return known.api;
    if (known !== undefined) await this.drop(name);
    return this.open(binding);
  }

  async close(): Promise<void> {
    this.unsubscribe();
    await Promise.all([...this.members.keys()].map((name) => this.drop(name)));
  }

  private async open(binding: ClusterBinding): Promise<PhysicalApi> {
    const { name } = binding.metadata;
    const opening = this.members.get(name) ?? this.connect(binding);
    this.members.set(name, opening);
    try {
      return (await opening).api;
    } catch (error) {
      if (this.members.get(name) === opening) this.members.delete(name);
      throw error;
    }
  }

  private async connect(binding: ClusterBinding): Promise<Member> {
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
    const transport = (this.options.transport ?? dialling)(access);
    const client = createKubeClient(access, { component: 'gateway', connections: CONNECTIONS });
    const closing = new AbortController();
    const api = { client, transport, closed: closing.signal };
    return { uid: binding.metadata.uid, secretKey: secretKeyOf(binding), api, secret, closing };
  }

  /** A Secret that cannot be used takes nothing away either; that it cannot be used is the preflight's to report. */
  private async renew(binding: ClusterBinding, fingerprint: string): Promise<void> {
    try {
      const { access } = await readCredentials(this.virtual, binding);
      if (access.fingerprint !== fingerprint) await this.drop(binding.metadata.name);
    } catch (error) {
      this.options.onError(error);
    }
  }

  private async drop(name: string): Promise<void> {
    const opening = this.members.get(name);
    if (opening === undefined) return;
    this.members.delete(name);
    const member = await opening.catch(() => undefined);
    member?.closing.abort();
    member?.api.transport.close();
    await Promise.all([member?.secret.stop(), member?.api.client.close()]);
  }
}

function secretKeyOf({ spec: { secretRef } }: ClusterBinding): string {
  return `${secretRef.namespace}/${secretRef.name}`;
}
