import { Annotation } from '../../api/names/keys';
import { Nodes, type KubeClient } from '../../kube';
import type { PodUsage } from '../../domain/node-metrics';
import type { Ownership } from '../../domain/pods';
import { KubeletRefusal } from '../kubelet/refusal';
import { openFigures, type FiguresTransport, type OpenFigures } from './open-figures';
import { PhysicalPods } from './physical-pods';
import { UsageSource } from './usage-source';

/** A physical API server with the binding's own credentials. */
export interface FiguresApi {
  readonly client: KubeClient;
  readonly transport: FiguresTransport;
  /** Aborted when the credentials have changed or the binding is gone. */
  readonly closed: AbortSignal;
}

/** Which of the pods of a physical cluster are ours. */
export interface ClusterFiguresOptions {
  readonly mountNamespace: string;
  readonly ownership: Ownership;
  readonly onError: (error: unknown) => void;
}

/** What is asked of a physical node. */
export interface Question {
  readonly node: string;
  /** Path at the kubelet, query included. */
  readonly path: string;
  readonly accept: string;
  readonly signal: AbortSignal;
}

/** Where figures came from: the physical node itself, or its cluster's metrics API. */
export type Figures =
  | { readonly from: 'node'; readonly body: AsyncIterable<Buffer> }
  | { readonly from: 'metrics API'; readonly usages: readonly PodUsage[] };

/** How long a refusal counts, milliseconds: a right that was granted meanwhile is used after that. */
const DENIED_MILLIS = 60_000;
/** How long we know at which path a node has its figures, milliseconds. */
const PATH_MILLIS = 300_000;
const SILENCE_MILLIS = 20_000;
const RESOURCE_PATH = '/metrics/resource';
const SAFE_PATH = /^(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;

/** The figures of the nodes of one physical cluster. */
export class ClusterFigures {
  readonly pods: PhysicalPods;
  private readonly usage: UsageSource;
  private readonly paths = new Map<string, { readonly path: string; readonly until: number }>();
  private deniedUntil = 0;

  constructor(
    private readonly api: FiguresApi,
    { mountNamespace, ownership, onError }: ClusterFiguresOptions,
  ) {
    this.pods = new PhysicalPods(api.client, mountNamespace, onError);
    this.usage = new UsageSource(api.client, mountNamespace, ownership);
    api.closed.addEventListener('abort', () => void this.pods.stop(), { once: true });
  }

  /**
   * Asks the node through its API server's node proxy; where that is not granted, or the node does not know the path, the metrics API.
   * @throws KubeletRefusal 503 where neither answers
   */
  async ask(question: Question, now: number): Promise<Figures> {
    if (now < this.deniedUntil) return this.askApi('nodes/proxy is not granted', now);
    const answer = await this.open(question);
    if (answer.status === 200) return { from: 'node', body: answer.body };
    answer.discard();
    if (answer.status === 403) this.deniedUntil = now + DENIED_MILLIS;
    if ([403, 404].includes(answer.status)) return this.askApi(`nodes/proxy answers ${answer.status}`, now);
    throw new KubeletRefusal(503, `physical node ${question.node} has no figures: nodes/proxy answers ${answer.status}`);
  }

  /** Where a node has what metrics-server wants. */
  async resourcePath(node: string, now: number): Promise<string> {
    const known = this.paths.get(node);
    if (known !== undefined && now < known.until) return known.path;
    const found = await this.api.client.get(Nodes, { name: node });
    const annotated = found?.metadata?.annotations?.[Annotation.ResourceMetricsPath] ?? RESOURCE_PATH;
    const path = SAFE_PATH.test(annotated) ? annotated : RESOURCE_PATH;
    this.paths.set(node, { path, until: now + PATH_MILLIS });
    return path;
  }

  private async open({ node, path, accept, signal }: Question): Promise<OpenFigures> {
    const proxied = `/api/v1/nodes/${encodeURIComponent(node)}/proxy${path}`;
    try {
      return await openFigures(this.api.transport, proxied, { accept, signal, silenceMillis: SILENCE_MILLIS });
    } catch {
      throw new KubeletRefusal(503, `physical node ${node} has no figures: its cluster does not answer`);
    }
  }

  private async askApi(why: string, now: number): Promise<Figures> {
    try {
      return { from: 'metrics API', usages: await this.usage.read(now) };
    } catch (error) {
      const { status } = error as { status?: number };
      throw new KubeletRefusal(503, `the physical cluster shows no figures: ${why}, metrics.k8s.io ${status ?? 'nothing'}`);
    }
  }
}
