/** Workers that are dead while windows open and close: what `leasedNode` does on their return. */
import type { NodeOrders, NodePass } from '../../workflows/contracts/activities';
import { leasedNodeStatusQuery } from '../../workflows/contracts/leased-node';
import { eventually, throughout } from '../support/eventually';
import { census, eventsOf } from '../support/workflow/histories';
import { LENT } from '../support/workflow/stubs';
import { nodeOf, someBinding, World } from '../support/workflow/world';

let world: World;

beforeAll(async () => {
  world = await World.open();
});

afterAll(() => world.close());

it.each([
  [1, 'Closed'],
  [2, 'Lent'],
  [3, 'Closed'],
])('acts once when it was dead across %d edges', async (passed, phase) => {
  const name = `dead-across-${passed}`;
  const edges = [14_000, 14_500, 15_000].map((millis) => Date.now() + millis).slice(0, passed);
  const acted: { readonly orders: NodeOrders; readonly at: number }[] = [];
  const reconcileNode = async (_: unknown, orders: NodeOrders): Promise<NodePass> => {
    const at = Date.now();
    acted.push({ orders, at });
    const nextEdge = edges.find((edge) => edge > at) ?? null;
    const open = edges.filter((edge) => edge <= at).length % 2 === 0;
    return { ...LENT, phase: open ? 'Lent' : 'Closed', windowEnd: open ? nextEdge : null, wakeAt: nextEdge, nextEdge };
  };
  world.stubs.behave(name, { reconcileNode });
  const node = await world.startNode(nodeOf(someBinding(name)));
  await eventually(async () => expect(census(await eventsOf(world.client, node.workflowId)).timerStarted).toBe(1));
  await world.stopWorkers();
  expect(Date.now()).toBeLessThan(edges[0]!);
  await eventually(() => expect(Date.now()).toBeGreaterThan(edges.at(-1)! + 500));
  expect(acted).toHaveLength(1);
  await world.startWorkers();
  await eventually(async () => expect((await node.query(leasedNodeStatusQuery)).phase).toBe(phase));
  await throughout(() => expect(acted).toHaveLength(2), 1_000);
  // What its lateness is measured by: the edge that it was armed for, the first that nobody acted on.
  expect(acted[1]!.orders).toMatchObject({ phase: 'Lent', nextEdge: edges[0] });
});
