import { PodArrivals } from '../../bench/measure/pod-arrivals';

const names = ['a', 'b', 'c'];

function seen(arrivals: PodArrivals, name: string, at: number, uid = `${name}-1`): void {
  arrivals.record({ name, uid, stage: 'seen' }, at);
}

it('resolves with the last arrival that was needed, whether it came before the wait or during it', async () => {
  const arrivals = new PodArrivals('V');
  seen(arrivals, 'a', 30);
  const all = arrivals.until(names, 'seen', { within: 1_000 });
  seen(arrivals, 'b', 10);
  arrivals.record({ name: 'c', uid: 'c-1', stage: 'running' }, 20);
  await expect(all).resolves.toBe(30);
  expect(arrivals.count(names, 'running')).toBe(1);
});

it('keeps the first arrival of a stage and every UID of a name', () => {
  const arrivals = new PodArrivals('V');
  seen(arrivals, 'a', 10);
  seen(arrivals, 'a', 20);
  arrivals.record({ name: 'a', uid: 'a-1', stage: 'gone' }, 30);
  seen(arrivals, 'a', 40, 'a-2');
  expect(arrivals.of('a')).toEqual({ at: { seen: 10, gone: 30 }, uids: new Set(['a-1', 'a-2']) });
  expect(() => arrivals.of('b')).toThrow('b was never seen in V');
});

it('is content with fewer where that is asked for', async () => {
  const arrivals = new PodArrivals('V');
  const enough = arrivals.until(names, 'seen', { within: 1_000, enough: 2 });
  seen(arrivals, 'a', 10);
  seen(arrivals, 'b', 20);
  await expect(enough).resolves.toBe(20);
  seen(arrivals, 'c', 30);
  await expect(arrivals.until(names, 'seen', { within: 1_000, enough: 2 })).resolves.toEqual(expect.any(Number));
});

it('names what is missing when time is up', async () => {
  const arrivals = new PodArrivals('V');
  seen(arrivals, 'a', 10);
  await expect(arrivals.until(names, 'seen', { within: 20 })).rejects.toThrow('2 of 3 pods are not seen in V after 0 s, such as b');
});

it('fails waits when its watch ended', async () => {
  const arrivals = new PodArrivals('V');
  const wait = arrivals.until(names, 'seen', { within: 1_000 });
  arrivals.fail(new Error('the watch ended'));
  await expect(wait).rejects.toThrow('the watch ended');
  await expect(arrivals.until(names, 'seen', { within: 1_000 })).rejects.toThrow('the watch ended');
});
