import type { WatchContext } from '../../../activities/watch/context';
import { PodWatch } from '../../../activities/watch/pod-watch';
import { BY_DEPENDENCY, BY_NODE, BY_VIRTUAL_UID } from '../../../activities/fleet/virtual-cluster';
import { patchVirtualPodStatus } from '../../../activities/pod/patch-virtual-pod-status';
import { placePod } from '../../../activities/pod/place-pod';
import { Annotation, Label } from '../../../api/names/keys';
import { COPY_KINDS } from '../../../domain/pods';
import { IndexedStore } from '../../../kube/store';
import type { Change, KubeObject } from '../../../kube';
import { aBinding } from '../../support/builders/binding';
import { aPhysicalPod, aPod, type PodBuilder } from '../../support/builders/pod';

jest.mock('../../../activities/pod/place-pod');
const placing = jest.mocked(placePod);
jest.mock('../../../activities/pod/patch-virtual-pod-status');
const mirroring = jest.mocked(patchVirtualPodStatus);

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
  const during = jest.fn((work: Promise<unknown>) => work);
  const context = {
    fleet: { virtual: { uid: 'v-uid', client: {}, pods, nodes, bindings, sources } },
    physical: { pods: copies, isFresh: () => true },
    messenger: { podAssigned: () => undefined, dependencyAppeared: () => undefined },
    lull: { during },
    ref: { name: 'east', uid: 'east-uid' },
    binding,
    onError: (error: unknown) => { throw error; },
  } as unknown as WatchContext;
  const labels = { [Label.ClusterBinding]: 'east' };
  nodes.set('vnode-east-n1', { metadata: { name: 'vnode-east-n1', labels, annotations: { [Annotation.PhysicalNodeName]: 'n1' } } });
  const watch = new PodWatch(context);
  const create = (pod: PodBuilder) => pods.set('default/web', pod.build());
  /** A vPod and the copy of it. */
  const createPair = (name: string, change: (copy: PodBuilder) => PodBuilder = (copy) => copy, phase = 'Pending') => {
    const virtual = aPod(name).status({ phase }).build();
    const copy = change(aPhysicalPod(virtual)).build();
    pods.set(`default/${name}`, virtual);
    copies.set(`${copy.metadata.namespace}/${copy.metadata.name}`, copy);
  };
  return { watch, bindings, nodes, create, createPair, during };
}

const paused = { annotations: { [Annotation.Paused]: 'true' } };
const daemon = aPod().ownedBy({ kind: 'DaemonSet', name: 'd' });

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
  mirroring.mockReset();
  mirroring.mockResolvedValue(null);
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

const running = (copy: PodBuilder) => copy.status({ phase: 'Running', containerStatuses: [] });

it.each<[string, { others: number; change?: (copy: PodBuilder) => PodBuilder; before: number; by: number }]>([
  ['that runs is mirrored at once', { others: 0, change: running, before: 0, by: 100 }],
  ['that says nothing yet is given a moment', { others: 0, before: 1_900, by: 2_200 }],
  ['that says nothing yet is given longer among many', { others: 399, before: 11_900, by: 12_200 }],
])('a copy %s', async (_, { others, change, before, by }) => {
  const { watch, bindings, createPair } = start();
  bindings.set('east', aBinding().build());
  watch.start();
  for (let index = 0; index < others; index += 1) createPair(`other-${index}`);
  await jest.advanceTimersByTimeAsync(0);
  createPair('web', change);
  const mirrored = () => mirroring.mock.calls.map(([, readVirtual]) => readVirtual()?.metadata.name);
  await jest.advanceTimersByTimeAsync(before);
  if (before > 0) expect(mirrored()).not.toContain('web');
  await jest.advanceTimersByTimeAsync(by - before);
  expect(mirrored()).toContain('web');
  watch.stop();
});

it.each([
  ['holds bookkeeping back while the pod does not run yet', 'Pending', true],
  ['of a pod that runs already does not', 'Running', false],
])('a mirror %s', async (_, phase, awaited) => {
  const { watch, bindings, createPair, during } = start();
  bindings.set('east', aBinding().build());
  watch.start();
  createPair('web', running, phase);
  await jest.advanceTimersByTimeAsync(100);
  expect(mirroring).toHaveBeenCalled();
  expect(during).toHaveBeenCalledTimes(awaited ? mirroring.mock.calls.length : 0);
  watch.stop();
});
