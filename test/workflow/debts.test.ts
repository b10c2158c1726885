import { ensureManager } from '../../workers/ensure-manager';
import { bindingsSeenSignal } from '../../workflows/contracts/manager';
import { closedSignal, resyncSignal } from '../../workflows/contracts/common';
import { MANAGER_ID } from '../../workflows/contracts/ids';
import { eventually } from '../support/eventually';
import { QUIET, World } from '../support/workflow/world';

/** Activities without an argument that names a binding are nobody's. */
const NOBODY = '';

let world: World;
let owed: { nextDebtAt: number | null; attempts: boolean[]; pay: (all: boolean) => Promise<number | null> };

beforeAll(async () => {
  world = await World.open();
});

afterAll(() => world.close());

beforeEach(() => {
  owed = { nextDebtAt: null, attempts: [], pay: async () => null };
  world.stubs.behave(NOBODY, {
    nextDebtAt: async () => owed.nextDebtAt,
    payDebts: async (all) => {
      owed.attempts.push(all);
      owed.nextDebtAt = await owed.pay(all);
      return owed.nextDebtAt;
    },
  });
});

afterEach(() => world.handle(MANAGER_ID).terminate());

let looked = 0;
const allLooks = () => world.stubs.calls('nextDebtAt', NOBODY).length;
/** Looks at the ledger in this test. */
const looks = () => allLooks() - looked;
const startManager = async () => {
  looked = allLooks();
  await ensureManager(world.client, 'virtual-cluster', QUIET);
};
/** What a binding that has recorded a debt says last. */
const bindingClosed = () => world.handle(MANAGER_ID).signal(closedSignal, { name: 'gone', uid: 'uid', why: 'done' });

it('finds debts that an earlier database knew of, and tries them at once', async () => {
  owed.nextDebtAt = 1;
  await startManager();
  await eventually(() => expect(owed.attempts).toEqual([false]));
});

it('asks once and tries nothing where nothing is owed', async () => {
  await startManager();
  await eventually(() => expect(looks()).toBe(1));
  await bindingClosed();
  await eventually(() => expect(looks()).toBe(2));
  expect(owed.attempts).toEqual([]);
});

it('tries a debt when its binding has closed, and again when it is due, until it is paid', async () => {
  await startManager();
  await eventually(() => expect(looks()).toBe(1));
  const times: number[] = [];
  owed.pay = async () => {
    times.push(Date.now());
    return times.length < 3 ? Date.now() + 1_500 : null;
  };
  owed.nextDebtAt = Date.now();
  await bindingClosed();
  await eventually(() => expect(times).toHaveLength(3), { within: 20_000 });
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(1_400);
  expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(1_400);
});

it('does not keep bindings waiting while it tries, and then does not miss what was recorded meanwhile', async () => {
  let release: () => void = () => undefined;
  const silent = new Promise<void>((resolve) => (release = resolve));
  owed.nextDebtAt = 1;
  owed.pay = async () => {
    await silent;
    return null;
  };
  await startManager();
  await eventually(() => expect(owed.attempts).toHaveLength(1));
  const manager = world.handle(MANAGER_ID);
  await manager.signal(bindingsSeenSignal, { complete: true, bindings: [{ name: 'new', uid: 'uid-of-new', generation: 1 }] });
  await eventually(async () => expect(await world.statusOf('binding/new')).toBe('RUNNING'));
  const before = looks();
  await bindingClosed();
  release();
  await eventually(() => expect(looks()).toBeGreaterThan(before));
});

it('tries on a resync what is not due for long', async () => {
  owed.nextDebtAt = Date.now() + 3_600_000;
  await startManager();
  await eventually(() => expect(looks()).toBe(1));
  expect(owed.attempts).toEqual([]);
  await world.handle(MANAGER_ID).signal(resyncSignal);
  await eventually(() => expect(owed.attempts).toEqual([true]));
});
