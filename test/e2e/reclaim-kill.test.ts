import { FakeAnnotation } from '../../local/clusters/kwok-stages';
import { POLICIES_PATH } from '../bench/rig/manifests';
import { windowEndingSoon } from '../bench/rig/windows';
import { eventually } from '../support/eventually';
import { askedOnce, departuresOf } from '../support/reclaim/departures';
import { closed, OPEN, type PodChange, ReclaimRig } from '../support/reclaim/rig';

let rig: ReclaimRig;

beforeAll(async () => {
  rig = await ReclaimRig.open(8);
});

afterAll(async () => {
  await rig?.close();
});

/** How a reclaim is begun, and when its workers are killed. */
interface Row {
  readonly step: string;
  /** Fields of the policy. */
  readonly begin: () => Readonly<Record<string, unknown>>;
  /** What was reached when the workers die. */
  readonly reached: (node: string, names: readonly string[]) => Promise<void>;
  /** What happens later so that the reclaim ends. */
  readonly then?: Readonly<Record<string, unknown>>;
  /** How long pods take to stop. */
  readonly stop?: string;
}

const phase = (name: string) => (node: string) => rig.reaches(node, name);
const forced = (graceSeconds: number) => ({ forceReclaim: true, gracefulReclaimPeriodSeconds: graceSeconds });

const rows: Row[] = [
  {
    step: 'Noticed',
    begin: () => ({ ...forced(0), noticePeriodSeconds: 3_600, timeWindows: [windowEndingSoon(Date.now()).window] }),
    reached: async (node, names) => {
      await rig.reaches(node, 'Noticed');
      await eventually(async () => {
        for (const name of names) expect(await rig.reasons(rig.virtual, name)).toContain('NoticeGiven');
      });
    },
  },
  { step: 'Cordoned', begin: () => ({ ...closed() }), reached: phase('Cordoned'), then: forced(2) },
  { step: 'Grace', begin: () => ({ ...forced(12), ...closed() }), reached: phase('Grace') },
  {
    step: 'Grace, with an eviction on its way',
    begin: () => ({ ...forced(30), drain: 'Evict', ...closed() }),
    reached: async (_, [name = '']) => {
      await eventually(async () => expect((await rig.pod(name))?.metadata?.deletionTimestamp).toBeDefined(), { every: 10 });
    },
    stop: '4s',
  },
  {
    step: 'Forced',
    begin: () => ({ ...forced(0), ...closed() }),
    reached: async (_, [name = '']) => {
      await eventually(async () => expect((await rig.pod(name))?.metadata?.deletionTimestamp).toBeDefined(), { every: 10 });
    },
    stop: '6s',
  },
  {
    step: 'Verified',
    begin: () => ({ ...forced(0), ...closed() }),
    reached: async (node) => {
      await eventually(async () => expect(await rig.copies(node)).toEqual([]), { every: 10 });
    },
  },
];

describe('the reclaim of a node comes to the same end when all workers are killed at', () => {
  it.each(rows)('$step', async ({ begin, reached, then, stop }) => {
    const node = await rig.lend();
    const change: PodChange = stop === undefined ? {} : { annotations: { [FakeAnnotation.StopAfter]: stop } };
    const everything = { ...change, spec: { tolerations: [{ operator: 'Exists' }] } };
    const names = await rig.run(node, { a: change, b: change, everything });
    const copies = (await rig.copies(node)).map(({ metadata }) => metadata?.name ?? '');
    expect(copies).toHaveLength(names.length);
    await rig.edit(node, begin());
    await reached(node, names);
    rig.killWorkers();
    if (then !== undefined) await rig.edit(node, then);
    await rig.reaches(node, 'Closed', 120_000);
    expect(await rig.condition(node)).toMatchObject({ status: 'False', reason: 'Closed' });
    expect(await rig.copies(node)).toEqual([]);
    await eventually(async () => {
      for (const name of names) expect(await rig.pod(name)).toBeNull();
    });
    await eventually(async () => {
      const [virtual, physical] = await Promise.all([departuresOf(rig.virtual, node), departuresOf(rig.physical, '')]);
      expect(askedOnce(virtual, names)).toEqual(Object.fromEntries(names.map((name) => [name, true])));
      expect(askedOnce(physical, copies)).toEqual(Object.fromEntries(copies.map((name) => [name, true])));
      // Neither side was ended without grace: virtual pods go once their copies are gone, copies never.
      expect(copies.filter((name) => name in physical.settled)).toEqual([]);
    });
    await rig.edit(node, OPEN);
    await rig.isLent(node);
  });
});

it('the return of a node for good comes to the same end, too', async () => {
  const node = await rig.lend(forced(10));
  const names = await rig.run(node, { a: {}, b: {} });
  await rig.physical.api.delete(`${POLICIES_PATH}/${node}`);
  await rig.reaches(node, 'Returning');
  rig.killWorkers();
  await eventually(async () => expect(await rig.vnode(node)).toBeNull(), { within: 60_000 });
  for (const name of names) expect(await rig.pod(name)).toBeNull();
  expect(await rig.copies(node)).toEqual([]);
  await eventually(async () => expect(askedOnce(await departuresOf(rig.virtual, node), names)).toEqual(Object.fromEntries(names.map((name) => [name, true]))));
});
