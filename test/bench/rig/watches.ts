import type { Node, Pod } from 'kubernetes-types/core/v1';
import { Annotation, Label, MANAGED_BY } from '../../../api/names/keys';
import { METADATA_ONLY } from '../../../kube/requester';
import type { Cluster } from '../../../local/clusters/cluster';
import { PodArrivals } from '../measure/pod-arrivals';
import type { PodStage } from '../measure/pod-arrivals';
import { podGlance } from '../measure/pod-glance';
import { watchStream } from '../measure/watch-stream';
import { PODS_PATH } from './manifests';
import { NodeArrivals } from './node-arrivals';

/** What the bench sees of both clusters. */
export interface Watches {
  readonly virtualPods: PodArrivals;
  /** By the name of the virtual pod. */
  readonly physicalPods: PodArrivals;
  readonly nodes: NodeArrivals;
  close(): Promise<void>;
}

/** Opens the watches that record arrivals during the whole run. */
export async function openWatches(virtual: Cluster, physical: Cluster): Promise<Watches> {
  const virtualPods = new PodArrivals('the virtual cluster');
  const physicalPods = new PodArrivals('the physical cluster');
  const nodes = new NodeArrivals();
  const ends = await Promise.all([
    watchStream<Pod>(virtual, { path: PODS_PATH, glance: podGlance }, {
      onEvent: ({ type, object }, at) => {
        const running = object.status?.phase === 'Running' ? 'running' : 'seen';
        recordPod(virtualPods, object, { stage: type === 'DELETED' ? 'gone' : running, at });
      },
      onEnd: (error) => virtualPods.fail(error),
    }),
    watchStream<Pod>(physical, { path: `/api/v1/pods?labelSelector=${encodeURIComponent(`${Label.ManagedBy}=${MANAGED_BY}`)}`, accept: METADATA_ONLY, glance: podGlance }, {
      onEvent: ({ type, object }, at) => recordPod(physicalPods, object, { stage: type === 'DELETED' ? 'gone' : 'seen', at }),
      onEnd: (error) => physicalPods.fail(error),
    }),
    watchStream<Node>(virtual, { path: '/api/v1/nodes' }, {
      onEvent: ({ type, object }, at) => nodes.record(type, object, at),
      onEnd: (error) => nodes.fail(error),
    }),
  ]);
  return { virtualPods, physicalPods, nodes, close: async () => void (await Promise.all(ends.map((end) => end()))) };
}

function recordPod(arrivals: PodArrivals, { metadata }: Pod, { stage, at }: { stage: PodStage; at: number }): void {
  const name = metadata?.annotations?.[Annotation.VirtualPodName] ?? metadata?.name;
  if (name !== undefined && metadata?.uid !== undefined) arrivals.record({ name, uid: metadata.uid, stage }, at);
}
