/** A window that ends while nobody works: what is left to do is done once, and how late is told. */
import { setTimeout as delay } from 'node:timers/promises';
import { GROUP_VERSION } from '../../api/names/group';
import { Annotation, Taint } from '../../api/names/keys';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import { untilRunning } from '../../local/demo/expect';
import { isOn, isTainted, nameOf, physicalPods, uidsOf, virtualNodes, virtualPods } from '../../local/demo/observe';
import { bind } from '../../local/demo/steps/bind';
import { deploy, REPLICAS } from '../../local/demo/steps/deploy';
import { install } from '../../local/demo/steps/install';
import type { Lender, Walk } from '../../local/demo/walk';
import { windowEndingSoon } from '../bench/rig/windows';
import { eventually } from '../support/eventually';
import { isAlive } from '../support/living-processes';
import { workerPids, workerUrls } from '../support/product';
import { askedOnce, departuresOf } from '../support/reclaim/departures';
import { openTestWalk, type TestWalk } from '../support/walk';

const POLICY = `/apis/${GROUP_VERSION}/resourceleasingpolicies/nights-and-weekends`;
/** Nobody works from so long before the edge until so long after it. */
const AROUND_THE_EDGE_MS = 1_000;
/** What an edit needs to reach every vnode, and more. */
const LEAST_OPEN_MS = 30_000;

let open: TestWalk;
let walk: Walk;

beforeAll(async () => {
  open = await openTestWalk();
  walk = open.walk;
  for (const step of [install, bind, deploy]) await step.run(walk);
});

afterAll(() => open?.close());

/** Lets the lender's window end at the turn of a minute, without grace. @returns when: every vnode says so already */
async function closeSoon(lender: Lender): Promise<number> {
  const { api } = lender.cluster;
  const { window, edge } = windowEndingSoon(Date.now(), LEAST_OPEN_MS);
  await api.merge(POLICY, { spec: { timeZone: 'UTC', timeWindows: [window], forceReclaim: true, gracefulReclaimPeriodSeconds: 0 } });
  await eventually(async () => {
    const { spec, status } = await api.get<ResourceLeasingPolicy>(POLICY);
    expect([spec.timeZone, status?.timeZone, status?.phase]).toEqual(['UTC', 'UTC', 'Active']);
    const ends = (await virtualNodes(walk, lender)).map(({ metadata }) => metadata?.annotations?.[Annotation.LeaseEndsAt]);
    expect(new Set(ends)).toEqual(new Set([new Date(edge).toISOString().replace('.000', '')]));
  });
  return edge;
}

const LATENESS = 'kubeocean_window_edge_lateness_seconds';

/** Of all workers that live now. */
async function lateness(binding: string): Promise<{ count: number; sum: number }> {
  const texts = await Promise.all(workerUrls(walk.stack).map(async (url) => (await fetch(`${url}/metrics`)).text()));
  const lines = texts.flatMap((text) => text.split('\n'));
  const total = (what: string) =>
    lines.filter((line) => line.startsWith(`${LATENESS}_${what}{clusterbinding="${binding}"}`)).reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
  return { count: total('count'), sum: total('sum') };
}

it('is acted on once a node by workers that were dead across it', async () => {
  const [lender] = walk.lenders;
  const edge = await closeSoon(lender);
  const nodes = await virtualNodes(walk, lender);
  expect(await lateness(lender.binding)).toEqual({ count: 0, sum: 0 });
  const names = (await virtualPods(walk)).filter((pod) => isOn(lender, pod)).map(nameOf);
  expect(names).not.toEqual([]);

  await delay(edge - AROUND_THE_EDGE_MS - Date.now());
  // They are started again at once.
  for (; Date.now() < edge + AROUND_THE_EDGE_MS; await delay(50)) workerPids(walk.stack).filter(isAlive).forEach((pid) => process.kill(pid, 'SIGKILL'));
  await eventually(async () => {
    for (const node of await virtualNodes(walk, lender)) expect(isTainted(node, Taint.OutOfTimeWindows)).toBe(true);
  }, { within: 40_000 });
  expect(nodes.some((node) => isTainted(node, Taint.OutOfTimeWindows))).toBe(false);
  await eventually(async () => expect(await physicalPods(lender)).toEqual([]), { within: 40_000 });
  await untilRunning(walk, REPLICAS, 40_000);

  const { count, sum } = await eventually(async () => {
    const told = await lateness(lender.binding);
    // More where a busy machine let an attempt time out that had come to its end all the same.
    expect(told.count).toBeGreaterThanOrEqual(nodes.length);
    return told;
  });
  expect(sum / count).toBeGreaterThan(AROUND_THE_EDGE_MS / 1_000);
  await eventually(async () => expect(askedOnce(await departuresOf(walk.stack.virtual, ''), names)).toEqual(Object.fromEntries(names.map((name) => [name, true]))));
});

it('keeps new pods away while Temporal is away, and evicts when it is back', async () => {
  const [, lender] = walk.lenders;
  const edge = await closeSoon(lender);
  const before = await physicalPods(lender);
  expect(before).not.toEqual([]);
  const { temporal } = walk.stack;
  await temporal.kill();
  await eventually(async () => {
    for (const { spec } of await virtualNodes(walk, lender)) expect(spec?.taints).toContainEqual(expect.objectContaining({ key: Taint.OutOfTimeWindows, effect: 'NoSchedule' }));
  }, { within: edge - Date.now() + 60_000 });
  expect(Date.now()).toBeGreaterThanOrEqual(edge);
  expect(uidsOf(await physicalPods(lender))).toEqual(uidsOf(before));
  await temporal.start();
  await eventually(async () => expect(await physicalPods(lender)).toEqual([]), { within: 60_000 });
});
