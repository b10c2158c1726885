import { openVirtualCluster } from '../../../activities/fleet/virtual-cluster';
import type { KubeClient, KubeObject, RequestOptions, ResourceType } from '../../../kube';
import { eventually } from '../../support/eventually';

const untilAborted = (signal?: AbortSignal) =>
  new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(new Error('given up')), { once: true }));

/** An API server that answers no list of that kind. */
function silentAbout(silent: string): KubeClient {
  const client: Partial<KubeClient> = {
    get: (async () => ({ metadata: { uid: 'v' } })) as KubeClient['get'],
    list: (({ kind }: ResourceType<KubeObject>, options?: RequestOptions) =>
      kind === silent ? untilAborted(options?.signal) : Promise.resolve({ items: [], resourceVersion: '1' })) as KubeClient['list'],
    watch: (_, { signal }) => untilAborted(signal),
  };
  return client as KubeClient;
}

it.each([
  ['ConfigMap', true],
  ['Pod', false],
  ['Node', false],
  ['ClusterBinding', false],
  // Pods keep for life what they are told about the way home.
  ['Service', false],
])('a virtual cluster whose list of kind %s is not in: is it listed? %p', async (silent, listed) => {
  const virtual = await openVirtualCluster(silentAbout(silent), () => undefined);
  const others = { Pod: virtual.pods, Node: virtual.nodes, ClusterBinding: virtual.bindings };
  await eventually(() => expect(Object.entries(others).every(([kind, list]) => kind === silent || list.hasSynced())).toBe(true));
  if (listed) await virtual.synced();
  expect(virtual.hasSynced()).toBe(listed);
  await virtual.close();
});
