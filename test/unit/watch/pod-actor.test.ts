import type { WatchContext } from '../../../activities/watch/context';
import { PodActor } from '../../../activities/watch/pod-actor';
import { deletePod } from '../../../activities/pod/delete-pod';
import { reportOnPod } from '../../../activities/pod/report';
import { PodReason } from '../../../domain/pods';
import type { PodAction, PodObject } from '../../../domain/pods';
import { aPhysicalPod, aPod } from '../../support/builders/pod';

jest.mock('../../../activities/pod/delete-pod');
jest.mock('../../../activities/pod/report');

const GRACE_SECONDS = 30;
const TERMINATING: PodAction = { kind: 'none', because: 'terminating' };

function start() {
  const told: string[] = [];
  const context = {
    fleet: {},
    messenger: { deleteRequested: ({ name }: { name: string }) => told.push(name) },
    lull: { during: (work: Promise<unknown>) => work },
    ref: { name: 'east', uid: 'east-uid' },
    onError: (error: unknown) => { throw error; },
  } as unknown as WatchContext;
  return { actor: new PodActor(context), told };
}

/** The copy of a pod that was told to stop just now. */
function stopping(name: string): PodObject {
  const deletionTimestamp = new Date(Date.now() + GRACE_SECONDS * 1_000).toISOString();
  return aPhysicalPod(aPod(name).build()).meta({ deletionTimestamp, deletionGracePeriodSeconds: GRACE_SECONDS }).build();
}

/** Asks copies of so many pods to stop. @returns the copies */
async function stop(actor: PodActor, count: number): Promise<PodObject[]> {
  const copies = Array.from({ length: count }, (_, index) => stopping(`web-${index}`));
  for (const physical of copies) {
    const action: PodAction = { kind: 'delete', because: 'VirtualPodDeleting', physicalUid: physical.metadata.uid, gracePeriodSeconds: null, verify: false };
    await actor.act(action, { virtual: null, physical });
  }
  return copies;
}

beforeEach(() => {
  jest.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
  jest.mocked(deletePod).mockResolvedValue('deleted');
});

afterEach(() => {
  jest.useRealTimers();
  jest.clearAllMocks();
});

it.each<[string, { many: number; left?: number; after: number }, string[]]>([
  ['that takes its time becomes its workflow’s', { many: 1, after: 2_100 }, ['web-0']],
  ['that has a moment left does not', { many: 1, after: 1_000 }, []],
  ['among many that stop has more of it', { many: 400, after: 10_000 }, []],
  ['among many that stop becomes its workflow’s in the end', { many: 400, after: 12_100 }, ['web-0']],
  ['that many others have outrun becomes its workflow’s', { many: 400, left: 1, after: 2_100 }, ['web-0']],
])('a copy %s', async (_, { many, left = many, after }, expected) => {
  const { actor, told } = start();
  const [physical, ...others] = await stop(actor, many);
  for (const { metadata } of others.slice(left - 1)) actor.forget(metadata.uid.replace(/^p-/, ''));
  jest.advanceTimersByTime(after);
  const lookAt = await actor.act(TERMINATING, { virtual: null, physical: physical! });
  expect(told).toEqual(expected);
  expect(lookAt === null).toBe(expected.length > 0);
});

it('a copy that has found no node in time is told of once, and goes if it still has none', async () => {
  const virtual = aPod('homeless').build();
  const physical = aPhysicalPod(virtual).unbound().build();
  const report = { type: 'Warning', reason: PodReason.FailedSchedulingPod, message: 'm' } as const;
  const action: PodAction = { kind: 'unschedulable', physicalUid: physical.metadata.uid, deadline: 0, verify: true, report };
  const { actor } = start();
  await actor.act(action, { virtual, physical });
  await actor.act(action, { virtual, physical });
  expect(jest.mocked(reportOnPod).mock.calls.map(([, pod, said]) => [pod.metadata.name, said])).toEqual([['homeless', report]]);
  const request = { physicalUid: physical.metadata.uid, graceSeconds: null, verify: 'unbound', why: 'FailedSchedulingPod' };
  expect(jest.mocked(deletePod).mock.calls.map(([, , asked]) => asked)).toEqual([request]);
});
