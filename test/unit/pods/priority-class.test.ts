import type { PhysicalCluster } from '../../../activities/fleet/physical-cluster';
import { ensurePriorityClass } from '../../../activities/pod/priority-class';
import type { Subject } from '../../../activities/pod/subject';
import { KubeError, KubeErrorCode } from '../../../kube';

const refused = new KubeError({ code: KubeErrorCode.Unauthorized, verb: 'create', kind: 'Pod', status: 403 });

afterEach(() => jest.restoreAllMocks());

/** A physical cluster with the class, or without. */
function lender({ hasClass = false, own = undefined as string | undefined } = {}) {
  const client = { get: jest.fn(async () => (hasClass ? {} : null)), create: jest.fn(async () => void (hasClass = true)) };
  const subject = { binding: { spec: { podPriorityClassName: own } }, physical: { client } as unknown as PhysicalCluster };
  return { client, tryAgain: (error: unknown = refused) => ensurePriorityClass(subject as unknown as Subject, error) };
}

const later = (seconds: number) => {
  const now = Date.now() + seconds * 1_000;
  jest.spyOn(Date, 'now').mockImplementation(() => now);
};

it('creates a class that is missing, once for pods that fail together', async () => {
  const { client, tryAgain } = lender();
  expect(await Promise.all([tryAgain(), tryAgain()])).toEqual([true, true]);
  expect(client.create).toHaveBeenCalledTimes(1);
});

// The API server's admission refused the second attempt too, and the pod was reported as refused by the lender.
it.each([
  ['that it created', {}, 2],
  ['that somebody else may just have created', { hasClass: true }, 1],
])('tries again while admission may not have heard of a class %s, and then believes the refusal', async (_name, given, seconds) => {
  const { client, tryAgain } = lender(given);
  expect([await tryAgain(), await tryAgain()]).toEqual([true, true]);
  later(seconds);
  expect([await tryAgain(), await tryAgain()]).toEqual([false, false]);
  expect(client.create.mock.calls.length).toBeLessThanOrEqual(1);
});

it.each([
  ['a binding that names its own class', { own: 'theirs' }, refused],
  ['another failure', {}, new KubeError({ code: KubeErrorCode.ApiUnavailable, verb: 'create', kind: 'Pod' })],
])('does not look at it for %s', async (_name, given, error) => {
  const { client, tryAgain } = lender(given);
  expect(await tryAgain(error)).toBe(false);
  expect(client.get).not.toHaveBeenCalled();
});
