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

it('removes tokens that came when their pod was being settled, once it is gone from the list', async () => {
  jest.useFakeTimers();
  const [pods, tokenSecrets, copies] = [listOf(({ metadata }) => metadata?.uid), listOf(({ metadata }) => metadata?.annotations?.[Annotation.VirtualPodUid]), listOf(() => undefined)];
  const removed: unknown[] = [];
  const fresh = { isFresh: () => true };
  const context = {
    fleet: { virtual: { pods, client: { get: () => Promise.resolve(null) }, ...fresh } },
    physical: { tokenSecrets, pods: copies, client: { remove: (...args: unknown[]) => Promise.resolve(void removed.push(args.slice(1))) }, ...fresh },
    onError: (error: unknown) => { throw error; },
  } as unknown as WatchContext;
  pods.set('default/web', vPod);
  const watch = new TokenWatch(context);
  watch.start();
  tokenSecrets.set('mount/token', secret);
  await jest.advanceTimersByTimeAsync(60_000);
  pods.set('default/web', null);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(removed).toEqual([]);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(removed).toEqual([[{ namespace: 'mount', name: 'token' }, { uid: 's' }]]);
  watch.stop();
  jest.useRealTimers();
});
