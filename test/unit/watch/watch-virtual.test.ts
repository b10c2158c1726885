import { watchVirtual } from '../../../activities/watch/watch-virtual';
import type { WatchDependencies } from '../../../activities/watch/watch-binding';
import type { ClusterBinding } from '../../../api/names/types';
import { bindingId, MANAGER_ID } from '../../../workflows/contracts/ids';
import { aBinding } from '../../support/builders/binding';

type Listener = (change: { key: string; old: ClusterBinding | null; new: ClusterBinding | null }) => void;

/** A watch that has told everything once. @param absent workflows that do not run */
async function watching(binding: ClusterBinding, absent: readonly string[]) {
  const sent: { to: string; args: readonly unknown[] }[] = [];
  const listeners: Listener[] = [];
  const store = new Map([[binding.metadata.name, binding]]);
  const nothing = () => () => undefined;
  const deps = {
    fleet: {
      virtual: {
        synced: async () => undefined,
        endpoints: { subscribe: nothing },
        bindings: {
          subscribe: (listener: Listener) => (listeners.push(listener), () => undefined),
          onList: nothing,
          store: { list: () => [...store.values()], get: (name: string) => store.get(name) },
        },
      },
    },
    signals: {
      send: async (to: string, _signal: unknown, args: readonly unknown[]) => {
        sent.push({ to, args });
        return absent.includes(to) ? 'absent' : 'sent';
      },
    },
    onError: () => undefined,
  };
  const stop = new AbortController();
  const ended = watchVirtual(deps as unknown as WatchDependencies, stop.signal);
  await new Promise(setImmediate);
  sent.length = 0;
  const change = async (now: ClusterBinding | null) => {
    if (now === null) store.delete(binding.metadata.name);
    else store.set(binding.metadata.name, now);
    for (const listener of listeners) listener({ key: binding.metadata.name, old: binding, new: now });
    await new Promise(setImmediate);
    stop.abort();
    await ended;
    return sent;
  };
  return { change };
}

/** It names no Secret, so nothing is asked of a cluster. */
const b = aBinding('b').spec({ secretRef: {} });
const deleting = b.meta({ generation: 7, deletionTimestamp: '2026-03-02T08:01:00Z' }).build();
const { uid } = deleting.metadata;

it.each<[string, { absent?: string[]; now: ClusterBinding | null }, (readonly [string, object])[]]>([
  ['a change of a binding is told to its workflow alone', { now: deleting }, [[bindingId('b'), { uid, generation: 7 }]]],
  [
    'to the manager as well where that workflow was terminated: it would start it again at its next tick only',
    { now: deleting, absent: [bindingId('b')] },
    [
      [bindingId('b'), { uid, generation: 7 }],
      [MANAGER_ID, { complete: false, bindings: [{ name: 'b', uid, generation: 7 }] }],
    ],
  ],
  ['the workflow of one that is gone is not started again', { now: null, absent: [bindingId('b')] }, [[bindingId('b'), { uid, generation: expect.anything() }]]],
])('%s', async (_, { absent = [], now }, expected) => {
  const { change } = await watching(b.build(), absent);
  expect((await change(now)).map(({ to, args }) => [to, args[0]])).toEqual(expected);
});
