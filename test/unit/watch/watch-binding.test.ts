import { watchBinding } from '../../../activities/watch/watch-binding';
import type { WatchDependencies } from '../../../activities/watch/watch-binding';
import { Annotation } from '../../../api/names/keys';
import type { ClusterBinding } from '../../../api/names/types';
import { activitySettings } from '../../../workers/settings';
import { aBinding } from '../../support/builders/binding';

const INSTANT = '2026-03-02T08:01:00Z';
const bound = aBinding('east').build();
const unbinding = aBinding('east').meta({ deletionTimestamp: INSTANT });
const abandoned = unbinding.meta({ annotations: { [Annotation.Abandon]: INSTANT } }).build();

type Listener = (change: { key: string }) => void;

/** A watch of a cluster whose lists never come, with the binding as it is at first. */
function watching(first: ClusterBinding) {
  let binding = first;
  const listeners: Listener[] = [];
  const stop = new AbortController();
  const physical = { synced: () => new Promise<void>(() => undefined), closed: new AbortController().signal, lastContact: () => Date.now() };
  const fleet = {
    binding: () => binding,
    physical: async () => physical,
    virtual: {
      synced: async () => undefined,
      bindings: { subscribe: (listener: Listener) => (listeners.push(listener), () => void listeners.splice(listeners.indexOf(listener), 1)) },
      nodes: { store: { by: () => [] } },
    },
  };
  const outcome = watchBinding({ fleet, settings: activitySettings({}) } as unknown as WatchDependencies, { name: 'east', uid: bound.metadata.uid }, stop.signal);
  const become = async (next: ClusterBinding) => {
    await new Promise(setImmediate);
    binding = next;
    for (const listener of [...listeners]) listener({ key: 'east' });
  };
  return { outcome, become, stop: () => stop.abort(), listeners };
}

it.each([
  ['it is abandoned', bound],
  ['an unbind under way becomes an abandonment', unbinding.build()],
])('ends when %s, whatever its lists may still tell', async (_, first) => {
  const { outcome, become, listeners } = watching(first);
  await become(abandoned);
  expect(await outcome).toBe('gone');
  expect(listeners).toEqual([]);
});

it('does not begin for a binding that is abandoned', async () => {
  expect(await watching(abandoned).outcome).toBe('gone');
});

it('goes on through an unbind that waits for the cluster', async () => {
  const { outcome, become, stop } = watching(bound);
  await become(unbinding.build());
  stop();
  expect(await outcome).toBe('again');
});
