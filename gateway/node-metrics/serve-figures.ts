import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Node } from 'kubernetes-types/core/v1';
import type { ClusterBinding } from '../../api/names/types';
import { ownPods } from '../../domain/node-metrics';
import { physicalNodeOf, type NodeObject } from '../../domain/vnode';
import type { Informer } from '../../kube';
import type { ClusterView } from '../kubelet/cluster-view';
import type { PhysicalApi, PhysicalApis } from '../kubelet/physical/physical-apis';
import { KubeletRefusal } from '../kubelet/refusal';
import { ClusterFigures } from './cluster-figures';
import { figuresOf, type FiguresAnswer, type FiguresKind, type FiguresSubject } from './node-figures';
import { VnodeMemories } from './vnode-memory';

/** From what the figures of vnodes are made. */
export interface NodeFiguresInput {
  readonly vnodes: Pick<Informer<Node>, 'store' | 'subscribe'>;
  readonly view: ClusterView;
  readonly apis: PhysicalApis;
  readonly onError: (facts: Readonly<Record<string, unknown>>, error: unknown) => void;
}

/** What is asked, and of whom. */
interface Asked {
  readonly node: string;
  readonly query: URLSearchParams;
}

/** The figures of all vnodes, as one process serves them. */
export class NodeFigures {
  private readonly memories = new VnodeMemories();
  private readonly clusters = new WeakMap<PhysicalApi, ClusterFigures>();
  private readonly unsubscribe: () => void;

  constructor(private readonly input: NodeFiguresInput) {
    this.unsubscribe = input.vnodes.subscribe(({ old, new: now }) => {
      const uid = old?.metadata?.uid;
      if (uid !== undefined && now?.metadata?.uid !== uid) this.memories.forget(uid);
    });
  }

  stop(): void {
    this.unsubscribe();
  }

  /** @throws KubeletRefusal; CredentialsFault, KubeError where a cluster cannot be asked */
  async serve(kind: FiguresKind, { node, query }: Asked, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the caller went away')));
    const subject = await this.subjectOf(node, gone.signal);
    const answer = await figuresOf(kind, query, subject);
    try {
      await send(response, answer);
    } catch (error) {
      // What has begun cannot be refused any more; it is broken off, so that nobody takes it for all.
      if (!gone.signal.aborted) throw error;
    }
  }

  private async subjectOf(vnode: string, signal: AbortSignal): Promise<FiguresSubject> {
    const { vnodes, view, apis } = this.input;
    const object = vnodes.store.get(vnode) as NodeObject | undefined;
    const binding = view.bindingOf(vnode);
    const node = object === undefined ? null : physicalNodeOf(object);
    if (object === undefined || binding === null || node === null) throw new KubeletRefusal(404, `no virtual node ${vnode}`);
    const ownership = { virtualCluster: await view.clusterUid(), binding: binding.metadata.name };
    const mountNamespace = binding.spec.mountNamespace ?? '';
    const cluster = this.clusterOf(await apis.of(binding), binding, ownership.virtualCluster);
    const pPods = await cluster.pods.on(node);
    const pods = ownPods({ vnode, node, ownership, mountNamespace, vPods: view.podsOn(vnode), pPods });
    return { vnode, node, pods, cluster, memory: this.memories.of(object.metadata.uid), signal };
  }

  private clusterOf(api: PhysicalApi, { metadata: { name }, spec }: ClusterBinding, virtualCluster: string): ClusterFigures {
    const known = this.clusters.get(api);
    if (known !== undefined) return known;
    const cluster = new ClusterFigures(api, {
      mountNamespace: spec.mountNamespace ?? '',
      ownership: { virtualCluster, binding: name },
      onError: (error) => this.input.onError({ clusterBinding: name }, error),
    });
    this.clusters.set(api, cluster);
    return cluster;
  }
}

/** Begins the answer when its first part is there: until then it can be refused. */
async function send(response: ServerResponse, { contentType, chunks }: FiguresAnswer): Promise<void> {
  const parts = chunks[Symbol.asyncIterator]();
  const first = await parts.next();
  response.writeHead(200, { 'content-type': contentType });
  if (first.done) {
    response.end();
    return;
  }
  const all = async function* () {
    yield first.value;
    for (let next = await parts.next(); !next.done; next = await parts.next()) yield next.value;
  };
  await pipeline(Readable.from(all()), response);
}
