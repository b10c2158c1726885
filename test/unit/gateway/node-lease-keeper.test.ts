import type { Lease } from 'kubernetes-types/coordination/v1';
import type { Node } from 'kubernetes-types/core/v1';
import { nodeLease } from '../../../gateway/leases/lease-object';
import { NodeLeaseKeeper } from '../../../gateway/leases/node-lease-keeper';
import { DEFAULT_LEASE_TIMING } from '../../../gateway/leases/timing';
import { IndexedStore, KubeError, KubeErrorCode, type Change, type KubeClient } from '../../../kube';

type Status = 'True' | 'False' | 'Unknown';

function vnode(name: string, status: Status = 'True', uid = `uid-${name}`): Node {
  return { metadata: { name, uid }, status: { conditions: [{ type: 'PhysicalReady', status }] } };
}

/** A keeper over stores that the test fills, and the writes it makes, each with its time since the start. */
class Bench {
  readonly vnodes = new IndexedStore<Node>();
  readonly leases = new IndexedStore<Lease>();
  readonly writes: { readonly name: string; readonly verb: string; readonly at: number; readonly owner?: string }[] = [];
  readonly failed = jest.fn();
  readonly bury = jest.fn<Promise<void>, [vnode: string]>(() => Promise.resolve());
  /** Thrown by the next write, and by all while it stays. */
  fault: unknown = null;
  /** Every write waits for it. */
  gate: Promise<void> = Promise.resolve();
  keeper: NodeLeaseKeeper | undefined;
  private listener: (change: Change<Node>) => void = () => undefined;
  private readonly begun = Date.now();

  start(identity = 'g'): NodeLeaseKeeper {
    const subscribe = (listener: (change: Change<Node>) => void) => {
      this.listener = listener;
      return () => (this.listener = () => undefined);
    };
    const client = {
      create: (_: unknown, lease: Lease) => this.write('create', lease),
      patch: (_: unknown, __: unknown, { body }: { body: Lease }) => this.write('patch', body),
    } as unknown as KubeClient;
    this.keeper = new NodeLeaseKeeper({
      ...{ client, identity, timing: DEFAULT_LEASE_TIMING },
      vnodes: { store: this.vnodes, subscribe },
      leases: { store: this.leases },
      observe: { done: () => undefined, failed: this.failed },
      bury: this.bury,
    });
    return this.keeper;
  }

  set(name: string, node: Node | null): void {
    const old = this.vnodes.set(name, node);
    this.listener({ key: name, old, new: node });
  }

  private async write(verb: string, lease: Lease): Promise<Lease> {
    await this.gate;
    if (this.fault !== null) throw this.fault;
    const { name = '', ownerReferences } = lease.metadata ?? {};
    const exists = this.leases.get(`kube-node-lease/${name}`) !== undefined;
    if (exists === (verb === 'create')) throw new KubeError({ code: exists ? 'AlreadyExists' : 'NotFound', verb, kind: 'Lease' });
    this.leases.set(`kube-node-lease/${name}`, lease);
    this.writes.push({ name, verb, at: Date.now() - this.begun, owner: ownerReferences?.[0]?.uid });
    return lease;
  }
}

let bench: Bench;
beforeEach(() => {
  jest.useFakeTimers();
  bench = new Bench();
});
afterEach(async () => {
  await bench.keeper?.stop();
  jest.useRealTimers();
});
const after = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

test('a vnode in the store and one that comes have their heartbeats at once, then every 10 to 12 s', async () => {
  bench.vnodes.set('n1', vnode('n1'));
  bench.start();
  await after(5);
  expect(bench.writes).toEqual([expect.objectContaining({ name: 'n1', verb: 'create' })]);
  await after(3_000);
  bench.set('n2', vnode('n2'));
  await after(5);
  expect(bench.writes.map(({ name }) => name)).toEqual(['n1', 'n2']);
  await after(120_000);
  const times = bench.writes.filter(({ name }) => name === 'n1').map(({ at }) => at);
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
  expect(gaps.length).toBeGreaterThanOrEqual(10);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(9_990);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(12_010);
  expect(bench.writes.slice(2).every(({ verb }) => verb === 'patch')).toBe(true);
});

test.each<Status>(['False', 'Unknown'])('a vnode whose PhysicalReady is %s gets none, and no further one after a change to it', async (status) => {
  bench.set('never', vnode('never', status));
  bench.vnodes.set('n1', vnode('n1'));
  bench.start();
  await after(5);
  bench.set('n1', vnode('n1', status));
  await after(60_000);
  expect(bench.writes.map(({ name }) => name)).toEqual(['n1']);
  bench.set('n1', vnode('n1'));
  await after(5);
  expect(bench.writes).toHaveLength(2);
});

test('a vnode without the condition gets none', async () => {
  bench.vnodes.set('n1', { metadata: { name: 'n1', uid: 'u' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } });
  bench.start();
  await after(60_000);
  expect(bench.writes).toEqual([]);
});

test('a vnode that vanishes gets no more; one that comes back with another UID gets its own at once', async () => {
  bench.vnodes.set('n1', vnode('n1'));
  bench.start();
  await after(5);
  bench.set('n1', null);
  await after(60_000);
  expect(bench.writes).toHaveLength(1);
  bench.set('n1', vnode('n1', 'True', 'second'));
  await after(5);
  bench.set('n1', vnode('n1', 'True', 'third'));
  await after(5);
  expect(bench.writes.map(({ owner }) => owner)).toEqual(['uid-n1', 'second', 'third']);
});

test('another gateway’s fresh heartbeat is left alone, its old one is not', async () => {
  bench.vnodes.set('n1', vnode('n1'));
  const other = (age: number) => nodeLease(vnode('n1'), { now: Date.now() - age, durationSeconds: 40 });
  bench.leases.set('kube-node-lease/n1', other(3_000));
  bench.start();
  await after(5);
  expect(bench.writes).toEqual([]);
  await after(12_010);
  expect(bench.writes).toHaveLength(1);
});

test('two gateways write hardly more than one, and the second takes over within 20 s', async () => {
  bench.vnodes.set('n1', vnode('n1'));
  const first = bench.start('one');
  const second = bench.start('two');
  await after(300_000);
  expect(bench.writes.length).toBeLessThanOrEqual(34);
  await first.stop();
  const stopped = bench.writes.at(-1)?.at ?? 0;
  await after(22_000);
  expect((bench.writes.at(-1)?.at ?? 0) - stopped).toBeGreaterThan(0);
  await second.stop();
});

test.each([
  { name: 'a 429', fault: new KubeError({ code: KubeErrorCode.Throttled, verb: 'patch', kind: 'Lease', status: 429, retryAfterSeconds: 1 }) },
  { name: 'a 500', fault: new KubeError({ code: KubeErrorCode.ApiUnavailable, verb: 'patch', kind: 'Lease', status: 500 }) },
])('after $name it tries again many times within the 40 s, and once it works the round begins anew', async ({ fault }) => {
  bench.vnodes.set('n1', vnode('n1'));
  bench.fault = fault;
  bench.start();
  await after(30_000);
  expect(bench.failed.mock.calls.length).toBeGreaterThanOrEqual(6);
  expect(bench.failed.mock.calls.length).toBeLessThanOrEqual(20);
  bench.fault = null;
  await after(5_005);
  expect(bench.writes).toHaveLength(1);
  await after(12_005);
  const [first, second] = bench.writes.map(({ at }) => at);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(10_000);
});

test('a lease that somebody deleted, or that the store does not know of, is written all the same', async () => {
  bench.vnodes.set('n1', vnode('n1'));
  bench.start();
  await after(5);
  bench.leases.set('kube-node-lease/n1', null);
  await after(12_000);
  expect(bench.writes.map(({ verb }) => verb)).toEqual(['create', 'create']);
});

test('a thousand vnodes that came at once are spread over the period after a minute', async () => {
  for (let index = 0; index < 1_000; index += 1) bench.vnodes.set(`n${index}`, vnode(`n${index}`));
  bench.start();
  await after(70_000);
  const begin = bench.writes.length;
  await after(10_000);
  const seconds = new Map<number, number>();
  for (const { at } of bench.writes.slice(begin)) seconds.set(Math.floor(at / 1_000), (seconds.get(Math.floor(at / 1_000)) ?? 0) + 1);
  expect(bench.writes.length - begin).toBeGreaterThanOrEqual(990);
  expect(Math.max(...seconds.values())).toBeLessThan(150);
});

test('a vnode that fails while its heartbeat waits for its turn gets none', async () => {
  let open: () => void = () => undefined;
  bench.gate = new Promise((resolve) => (open = resolve));
  for (let index = 0; index < 25; index += 1) bench.vnodes.set(`n${index}`, vnode(`n${index}`));
  bench.start();
  await after(5);
  bench.vnodes.set('n24', vnode('n24', 'False'));
  open();
  await after(5);
  expect(bench.writes.map(({ name }) => name)).toContain('n23');
  expect(bench.writes.map(({ name }) => name)).not.toContain('n24');
});

test('after a stop nothing is written', async () => {
  bench.vnodes.set('n1', vnode('n1'));
  const keeper = bench.start();
  await after(5);
  await keeper.stop();
  bench.set('n2', vnode('n2'));
  await after(60_000);
  expect(bench.writes).toHaveLength(1);
});

test('the heartbeat of a vnode that is gone is buried, when no write for it is under way any more', async () => {
  let open = () => undefined as void;
  bench.gate = new Promise((resolve) => (open = resolve));
  bench.set('n1', vnode('n1'));
  bench.start();
  await after(5);
  bench.set('n1', null);
  await after(5);
  expect(bench.bury).not.toHaveBeenCalled();
  open();
  await after(5);
  expect(bench.writes.map(({ name }) => name)).toEqual(['n1']);
  expect(bench.bury.mock.calls).toEqual([['n1']]);
});

test('heartbeats of vnodes that went while no gateway ran are buried at the start, those of others are not', async () => {
  for (const name of ['here', 'gone']) bench.leases.set(`kube-node-lease/${name}`, nodeLease(vnode(name), { now: 0, durationSeconds: 40 }));
  bench.vnodes.set('here', vnode('here'));
  bench.start();
  await after(5);
  expect(bench.bury.mock.calls).toEqual([['gone']]);
});

test('a burial that fails is reported', async () => {
  bench.bury.mockRejectedValue(new Error('no'));
  bench.vnodes.set('n1', vnode('n1'));
  bench.start();
  await after(5);
  bench.set('n1', null);
  await after(5);
  expect(bench.failed).toHaveBeenCalledWith('n1', expect.any(Error));
});
