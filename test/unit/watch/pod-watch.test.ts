import type { WatchContext } from '../../../activities/watch/context';
import { PodWatch } from '../../../activities/watch/pod-watch';
import { BY_DEPENDENCY, BY_NODE, BY_VIRTUAL_UID } from '../../../activities/fleet/virtual-cluster';
import { placePod } from '../../../activities/pod/place-pod';
import { Annotation, Label } from '../../../api/names/keys';
import { COPY_KINDS } from '../../../domain/pods';
import { IndexedStore } from '../../../kube/store';
import type { Change, KubeObject } from '../../../kube';
import { aBinding } from '../../support/builders/binding';
import { aPod, type PodBuilder } from '../../support/builders/pod';

jest.mock('../../../activities/pod/place-pod');
const placing = jest.mocked(placePod);

/** A list that a test changes, and that is always current. */
function listOf() {
  const store = new IndexedStore<KubeObject>({
    [BY_NODE]: (object) => [(object as { spec?: { nodeName?: string } }).spec?.nodeName ?? ''],
    [BY_VIRTUAL_UID]: ({ metadata }) => [metadata?.uid ?? ''],
    [BY_DEPENDENCY]: () => [],
  });
  const listeners: ((change: Change<KubeObject>) => void)[] = [];
  const set = (key: string, object: object | null) => {
    const now = object as KubeObject | null;
    const old = store.set(key, now);
    for (const listener of listeners) listener({ key, old, new: now });
  };
  const subscribe = (listener: (change: Change<KubeObject>) => void) => (listeners.push(listener), () => undefined);
  return { store, set, subscribe, onList: () => () => undefined, hasSynced: () => true };
}

function start() {
  const [pods, nodes, bindings, copies] = [listOf(), listOf(), listOf(), listOf()];
  const sources = Object.fromEntries(COPY_KINDS.map((kind) => [kind, listOf()]));
  const binding = () => bindings.store.get('east');
  const context = {
    fleet: { virtual: { uid: 'v-uid', pods, nodes, bindings, sources } },
    physical: { pods: copies, isFresh: () => true },
    messenger: { podAssigned: () => undefined, dependencyAppeared: () => undefined },
    lull: { during: (work: Promise<unknown>) => work },
    ref: { name: 'east', uid: 'east-uid' },
    binding,
    onError: (error: unknown) => { throw error; },
  } as unknown as WatchContext;
  const labels = { [Label.ClusterBinding]: 'east' };
  nodes.set('vnode-east-n1', { metadata: { name: 'vnode-east-n1', labels, annotations: { [Annotation.PhysicalNodeName]: 'n1' } } });
  const watch = new PodWatch(context);
  const create = (pod: PodBuilder) => pods.set('default/web', pod.build());
  return { watch, bindings, nodes, create };
}

const paused = { annotations: { [Annotation.Paused]: 'true' } };
const daemon = aPod().ownedBy({ kind: 'DaemonSet', name: 'd' });

beforeEach(() => {
  jest.useFakeTimers();
  placing.mockReset();
  placing.mockResolvedValue({ result: 'created' });
});

afterEach(() => {
  jest.useRealTimers();
});

it.each<[string, PodBuilder, object, object]>([
  ['that came during a pause of its binding starts when that ends', aPod(), aBinding().meta(paused).build(), aBinding().build()],
  ['of a DaemonSet starts when its binding comes to run them', daemon, aBinding().build(), aBinding().meta({ generation: 2 }).spec({ runningDaemonsetByDefault: true }).build()],
])('a pod %s', async (_, pod, before, after) => {
  const { watch, bindings, create } = start();
  bindings.set('east', before);
  watch.start();
  create(pod);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(placing).not.toHaveBeenCalled();
  bindings.set('east', after);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(placing).toHaveBeenCalledTimes(1);
  watch.stop();
});

it('a pod whose creation takes its time is not created a second time beside it', async () => {
  const { watch, bindings, create } = start();
  let finish: () => void = () => undefined;
  placing.mockReturnValueOnce(new Promise((resolve) => (finish = () => resolve({ result: 'waiting', reason: 'x' }))));
  bindings.set('east', aBinding().build());
  watch.start();
  create(aPod());
  await jest.advanceTimersByTimeAsync(30_000);
  create(aPod().meta({ resourceVersion: '11' }));
  await jest.advanceTimersByTimeAsync(30_000);
  expect(placing).toHaveBeenCalledTimes(1);
  finish();
  await jest.advanceTimersByTimeAsync(10_000);
  expect(placing).toHaveBeenCalledTimes(2);
  watch.stop();
});
