import { identityFaults, type IdentityFacts } from '../../bench/measure/identity';
import { PodArrivals } from '../../bench/measure/pod-arrivals';

const RUNNING = { name: 'a', uid: 'u1', phase: 'Running' };

function facts(changes: { listed?: IdentityFacts['listed']; virtual?: string[]; copies?: string[] }): IdentityFacts {
  const arrivals = (uids: readonly string[]) => {
    const pods = new PodArrivals('V');
    for (const uid of uids) pods.record({ name: 'a', uid, stage: 'seen' }, 1);
    return pods;
  };
  return {
    posted: new Map([['a', 'u1']]),
    listed: changes.listed ?? [RUNNING],
    virtualPods: arrivals(changes.virtual ?? ['u1']),
    physicalPods: arrivals(changes.copies ?? ['c1']),
  };
}

it.each([
  ['all is well', {}, []],
  ['lost', { listed: [] }, ['a is lost']],
  ['not running', { listed: [{ ...RUNNING, phase: 'Failed' }] }, ['a is Failed, not Running']],
  [
    'replaced',
    { listed: [{ ...RUNNING, uid: 'u2' }], virtual: ['u1', 'u2'] },
    ['a has another UID than the pod that was posted', 'a was replaced by another pod'],
  ],
  ['doubled', { copies: ['c1', 'c2'] }, ['a had 2 copies in the physical cluster']],
])('%s', (_, changes, faults) => {
  expect(identityFaults(facts(changes))).toEqual(faults);
});
