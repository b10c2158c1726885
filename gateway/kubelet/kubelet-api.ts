import type { Node } from 'kubernetes-types/core/v1';
import type { NodeRouteKind } from '../../domain/kubelet';
import type { Informer, KubeClient, ObjectKey } from '../../kube';
import type { Logger } from '../../workers/observability/logger';
import { floodLog } from '../failure-log';
import { Authenticator } from './callers/authenticator';
import { Authorizer } from './callers/authorizer';
import { watchClientCa, type ClientCa } from './callers/client-ca';
import { ClusterView } from './cluster-view';
import { KubeletServer, type NodeHandler } from './kubelet-server';
import { Listeners, type ListenerLimits } from './listeners';
import { podRoutes } from './pod-lists';
import { physicalApis, type PhysicalApis } from './physical/physical-apis';
import type { CertificateSource, ServingCertificate } from './serving/certificate';
import { requestedCertificate } from './serving/requested-certificate';
import { certificateFromSecret } from './serving/secret-certificate';
import { Streams } from './streams';

/** How the kubelet API is served. */
export interface KubeletApiOptions {
  /** Address to listen on. */
  readonly host: string;
  /** Port that stands for all vnodes; null: none does. 0: a free one. */
  readonly port: number | null;
  /** Port of `/<vnode>/metrics`, which vnodes advertise as `prometheus-url`; null or absent: none. */
  readonly prometheusPort?: number | null;
  /** Addresses and names under which it is called, for the certificate; at least one unless a Secret is given. */
  readonly names: readonly string[];
  /** Secret with a serving certificate; null: one is requested from the cluster. */
  readonly servingSecret: Required<ObjectKey> | null;
  /** How long streams may go on when the gateway stops, milliseconds. */
  readonly drainMs: number;
  readonly limits?: Partial<ListenerLimits>;
  /** See `RequestedCertificateOptions`. */
  readonly renewAt?: (certificate: ServingCertificate) => number;
}

/** What the kubelet API shares with the rest of its process. */
export interface KubeletApiInput {
  readonly client: KubeClient;
  /** With the labels and annotations that say whose a vnode is. */
  readonly vnodes: Informer<Node>;
  readonly logger: Logger;
  readonly observe?: (route: string, status: number) => void;
}

/** The kubelet API of all vnodes, as one process serves it. */
export class KubeletApi {
  readonly view: ClusterView;
  readonly apis: PhysicalApis;
  readonly streams = new Streams();
  private readonly clientCa: ClientCa;
  private readonly source: CertificateSource;
  private readonly nodeRoutes: Partial<Record<NodeRouteKind, NodeHandler>>;
  private certificate: ServingCertificate | null = null;
  private opened: Listeners | null = null;
  private readonly ready: Promise<Listeners>;
  private certified: () => void = () => undefined;
  private stopped = false;
  /** The port of all vnodes, once it is open. */
  port: number | null = null;

  constructor(
    private readonly input: KubeletApiInput,
    private readonly options: KubeletApiOptions,
  ) {
    const { client, vnodes, logger } = input;
    const onError = (kind: string) => {
      const log = floodLog(logger, 'the kubelet API lacks something, trying again');
      return (error: unknown) => log({ kind }, error);
    };
    this.view = new ClusterView(client, vnodes, onError);
    this.apis = physicalApis(client, { bindings: this.view.bindings, onError: onError('credentials') });
    this.nodeRoutes = podRoutes(client);
    this.clientCa = watchClientCa(client, () => this.renew(), onError('client authority'));
    const first = new Promise<void>((resolve) => (this.certified = resolve));
    this.source = this.obtainCertificate(onError('serving certificate'));
    this.ready = this.open(first);
    this.ready.catch((error: unknown) => {
      if (!this.stopped) logger.error({ error }, 'the kubelet API cannot listen');
    });
  }

  /** Answers routes of one vnode from now on. */
  answer(kind: NodeRouteKind, handler: NodeHandler): void {
    this.nodeRoutes[kind] = handler;
  }

  /** For further ports, once there is a certificate. Rejects when the API is stopped before, or its own port is taken. */
  listeners(): Promise<Listeners> {
    return this.ready;
  }

  /** What keeps it from serving, a phrase each. */
  missing(): string[] {
    const parts: readonly (readonly [boolean, string])[] = [
      [this.clientCa.hasSynced(), 'the authority of client certificates is not known yet'],
      [this.certificate !== null, 'the kubelet API has no serving certificate yet'],
      [this.opened !== null, 'the kubelet API does not listen yet'],
      [!this.stopped, 'the kubelet API is stopping'],
    ];
    return [...this.view.missing(), ...parts.filter(([there]) => !there).map(([, phrase]) => phrase)];
  }

  /** Takes no more connections, lets streams go on for the time they are given, and ends the rest. */
  async stop(): Promise<void> {
    this.stopped = true;
    const closing = this.opened?.closeAll();
    const cut = await this.streams.drain(this.options.drainMs);
    if (cut > 0) this.input.logger.info({ streams: cut }, 'streams ended by the stop of the gateway');
    this.opened?.destroyAll();
    await closing;
    await Promise.all([this.source.stop(), this.clientCa.stop(), this.view.stop(), this.apis.close()]);
  }

  private obtainCertificate(onError: (error: unknown) => void): CertificateSource {
    const { client, logger } = this.input;
    const { servingSecret: secret, names, renewAt } = this.options;
    const onCertificate = (certificate: ServingCertificate) => {
      logger.info({ notAfter: new Date(certificate.notAfter) }, 'serving certificate of the kubelet API');
      this.certificate = certificate;
      this.renew();
      this.certified();
    };
    if (secret !== null) return certificateFromSecret(client, { secret, onCertificate, onError });
    return requestedCertificate(client, { names, onCertificate, onError, renewAt });
  }

  private async open(certified: Promise<void>): Promise<Listeners> {
    await Promise.all([certified, this.clientCa.synced(), this.view.synced()]);
    const { client, logger, observe } = this.input;
    const { host, port, limits } = this.options;
    const { view, apis, streams, nodeRoutes } = this;
    const callers = { authenticator: new Authenticator(client), authorizer: new Authorizer(client) };
    const server = new KubeletServer({ ...callers, view, apis, streams, nodeRoutes, logger, observe });
    const listeners = new Listeners(server, this.material(), { host, limits });
    if (this.stopped) throw new Error('the kubelet API was stopped');
    if (port !== null) this.port = (await listeners.listen(port)).port;
    this.opened = listeners;
    logger.info({ port: this.port }, 'kubelet API listens');
    return listeners;
  }

  private renew(): void {
    if (this.opened !== null) this.opened.renew(this.material());
  }

  private material() {
    if (this.certificate === null) throw new Error('unreachable: there is a certificate before anything listens');
    const { cert, key } = this.certificate;
    return { cert, key, clientCa: this.clientCa.current() };
  }
}
