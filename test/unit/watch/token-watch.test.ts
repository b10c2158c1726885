import { Lull } from '../../../activities/watch/lull';
import { TokenWatch } from '../../../activities/watch/token-watch';
import type { WatchContext } from '../../../activities/watch/context';
import { Annotation } from '../../../api/names/keys';
import { IndexedStore } from '../../../kube/store';
import type { Change, KubeObject } from '../../../kube';
import { aPod } from '../../support/builders/pod';

const UID = 'virtualUid';
const vPod = aPod().build() as unknown as KubeObject;
const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
const times = { [Annotation.TokenRenewAt]: inAnHour, [Annotation.TokenExpiresAt]: inAnHour };
const annotations = { [Annotation.VirtualPodNamespace]: 'default', [Annotation.VirtualPodName]: 'web', [Annotation.VirtualPodUid]: 'web-uid', ...times };
const secret: KubeObject = { metadata: { namespace: 'mount', name: 'token', uid: 's', annotations } };

/** A list that a test changes. */
function listOf(uidOf: (object: KubeObject) => string | undefined) {
  const store = new IndexedStore<KubeObject>({ [UID]: (object) => [uidOf(object) ?? ''] });
  const listeners: ((change: Change<KubeObject>) => void)[] = [];
  const set = (key: string, object: KubeObject | null) => {
    const old = store.set(key, object);
    for (const listener of listeners) listener({ key, old, new: object });
  };
  return { store, set, subscribe: (listener: (change: Change<KubeObject>) => void) => (listeners.push(listener), () => undefined), onList: () => () => undefined };
}

/** A watch over lists that a test changes; `removed` holds the arguments of removals. */
function start(live: KubeObject | null = null) {
  const [pods, tokenSecrets, copies] = [listOf(({ metadata }) => metadata?.uid), listOf(({ metadata }) => metadata?.annotations?.[Annotation.VirtualPodUid]), listOf(({ metadata }) => metadata?.uid)];
  const removed: unknown[] = [];
  let asked = 0;
  const get = () => Promise.resolve(((asked += 1), live));
  const fresh = { isFresh: () => true };
  const context = {
    fleet: { virtual: { pods, client: { get }, ...fresh } },
    physical: { tokenSecrets, pods: copies, client: { remove: (...args: unknown[]) => Promise.resolve(void removed.push(args.slice(1))) }, ...fresh },
    lull: new Lull(),
    onError: (error: unknown) => { throw error; },
  } as unknown as WatchContext;
  const watch = new TokenWatch(context);
  return { watch, pods, tokenSecrets, copies, removed, lull: context.lull, asked: () => asked };
}

const GONE = [[{ namespace: 'mount', name: 'token' }, { uid: 's' }]];

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

it('removes the tokens of a pod that has left the list, when nobody waits for anything', async () => {
  const { watch, pods, tokenSecrets, removed, lull, asked } = start();
  pods.set('default/web', vPod);
  watch.start();
  tokenSecrets.set('mount/token', secret);
  await jest.advanceTimersByTimeAsync(60_000);
  void lull.during(new Promise((resolve) => setTimeout(resolve, 3_000)));
  pods.set('default/web', null);
  await jest.advanceTimersByTimeAsync(3_400);
  expect(removed).toEqual([]);
  await jest.advanceTimersByTimeAsync(300);
  expect([removed, asked()]).toEqual([GONE, 0]);
  watch.stop();
});

it('keeps them while the copy of such a pod still stops', async () => {
  const { watch, pods, tokenSecrets, copies, removed } = start();
  pods.set('default/web', vPod);
  tokenSecrets.set('mount/token', secret);
  copies.set('mount/web', { metadata: { uid: 'web-uid' } });
  watch.start();
  pods.set('default/web', null);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(removed).toEqual([]);
  copies.set('mount/web', null);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(removed).toEqual(GONE);
  watch.stop();
});

it.each<[string, KubeObject | null, unknown[]]>([
  ['is gone: they go', null, GONE],
  ['has a successor of its name: they go', { metadata: { uid: 'another' } }, GONE],
  ['lives: the list was behind', vPod, []],
])('asks about the pod of tokens that it finds without one, which %s', async (_, live, expected) => {
  const { watch, tokenSecrets, removed, asked } = start(live);
  tokenSecrets.set('mount/token', secret);
  watch.start();
  await jest.advanceTimersByTimeAsync(1_000);
  expect([removed, asked()]).toEqual([expected, 1]);
  watch.stop();
});

it('removes tokens that came when their pod had left', async () => {
  const { watch, pods, tokenSecrets, removed } = start();
  pods.set('default/web', vPod);
  watch.start();
  pods.set('default/web', null);
  tokenSecrets.set('mount/token', secret);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(removed).toEqual(GONE);
  watch.stop();
});
