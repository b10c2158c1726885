import { ensureManager } from '../../workers/ensure-manager';
import { clusterBindingStatusQuery } from '../../workflows/contracts/cluster-binding';
import { bindingId, bindingWatchId, MANAGER_ID, nodeId, podId, VIRTUAL_WATCH_ID } from '../../workflows/contracts/ids';
import { leasedNodeStatusQuery, podsAssignedSignal } from '../../workflows/contracts/leased-node';
import { bindingsSeenSignal, managerStatusQuery } from '../../workflows/contracts/manager';
import { nodesWantedSignal } from '../../workflows/contracts/cluster-binding';
import { KoBinding, KoCluster, KoNode, KoPhase, KoWindowEnd } from '../../workflows/contracts/search-attributes';
import { virtualPodStatusQuery } from '../../workflows/contracts/virtual-pod';
import { eventually, throughout } from '../support/eventually';
import { eventsOf } from '../support/workflow/histories';
import { LENT } from '../support/workflow/stubs';
import { QUIET, someBinding, somePod, World } from '../support/workflow/world';

const { name, uid } = someBinding('tree');
const pod = somePod('web-0', 'uid-of-web-0');
const WINDOW_END = Date.parse('2030-01-01T06:00:00.000Z');
let world: World;

beforeAll(async () => {
  world = await World.open();
  world.stubs.behave(name, { reconcileNode: async () => ({ ...LENT, windowEnd: WINDOW_END, pods: 1 }) });
  await ensureManager(world.client, 'virtual-cluster', QUIET);
  await world.handle(MANAGER_ID).signal(bindingsSeenSignal, { complete: true, bindings: [{ name, uid, generation: 1 }] });
  await world.runs(bindingId(name));
  await world.handle(bindingId(name)).signal(nodesWantedSignal, { uid, nodes: ['n1', 'n2'], insist: false });
  await world.runs(nodeId(name, 'n1'));
  await world.handle(nodeId(name, 'n1')).signal(podsAssignedSignal, { uid, pods: [{ ...pod, created: true }] });
  await world.runs(podId(pod.uid));
});

afterAll(() => world.close());

it.each([
  { id: MANAGER_ID, type: 'manager', parent: undefined, summary: 'All ClusterBindings of the virtual cluster' },
  { id: VIRTUAL_WATCH_ID, type: 'watch', parent: MANAGER_ID, summary: 'Watch of the virtual cluster' },
  { id: bindingId(name), type: 'clusterBinding', parent: MANAGER_ID, summary: `ClusterBinding ${name}` },
  { id: bindingWatchId(name), type: 'watch', parent: bindingId(name), summary: `Watch of the physical cluster of ${name}` },
  { id: nodeId(name, 'n1'), type: 'leasedNode', parent: bindingId(name), summary: `n1 of ${name}` },
  { id: nodeId(name, 'n2'), type: 'leasedNode', parent: bindingId(name), summary: `n2 of ${name}` },
  { id: podId(pod.uid), type: 'virtualPod', parent: nodeId(name, 'n1'), summary: 'default/web-0' },
])('$type $id hangs below $parent and says what it is', async ({ id, type, parent, summary }) => {
  const description = await eventually(() => world.handle(id).describe());
  expect(description).toMatchObject({ type, status: { name: 'RUNNING' } });
  expect(description.parentExecution?.workflowId).toBe(parent);
  expect(await description.staticSummary()).toBe(summary);
});

it.each([
  { id: bindingId(name), binding: name, cluster: `cluster-of-${name}`, phase: 'Ready' },
  { id: bindingWatchId(name), binding: name },
  { id: nodeId(name, 'n1'), binding: name, node: 'n1', phase: 'Lent', windowEnd: new Date(WINDOW_END) },
  { id: podId(pod.uid), binding: name, node: 'n1' },
])('$id can be searched for', async ({ id, binding, cluster, node, phase, windowEnd }) => {
  await eventually(async () => {
    const { typedSearchAttributes: found } = await world.handle(id).describe();
    expect(found.get(KoBinding)).toBe(binding);
    expect(found.get(KoCluster)).toBe(cluster);
    expect(found.get(KoNode)).toBe(node);
    expect(found.get(KoPhase)).toBe(phase);
    expect(found.get(KoWindowEnd)).toEqual(windowEnd);
  });
});

it('answers queries at every level', async () => {
  const binding = world.handle(bindingId(name));
  expect(await world.handle(MANAGER_ID).query(managerStatusQuery)).toEqual({ virtualCluster: 'virtual-cluster', bindings: [name] });
  expect(await binding.query(clusterBindingStatusQuery)).toEqual({ phase: 'Ready', nodes: ['n1', 'n2'], held: [], heldReclaim: null });
  const lent = { phase: 'Lent', reason: 'InWindow', windowEnd: '2030-01-01T06:00:00Z', wakesAt: null };
  const node = { ...lent, reclaimSince: null, deadline: null, stuck: false, forcedAt: null, override: null };
  expect(await world.handle(nodeId(name, 'n1')).query(leasedNodeStatusQuery)).toEqual({ ...node, pods: expect.any(Number) });
  await eventually(async () => expect(await world.handle(podId(pod.uid)).query(virtualPodStatusQuery)).toEqual({ phase: 'Placed', reason: '' }));
});

it('refuses the manager of another virtual cluster', async () => {
  await expect(ensureManager(world.client, 'another', QUIET)).rejects.toThrow('use another namespace');
  await ensureManager(world.client, 'virtual-cluster', QUIET);
});

it('ignores messages of another binding with the same name', async () => {
  const other = { uid: 'another', nodes: ['n9'], insist: true };
  await world.handle(bindingId(name)).signal(nodesWantedSignal, other);
  await world.handle(nodeId(name, 'n1')).signal(podsAssignedSignal, { uid: 'another', pods: [{ ...somePod(), created: true }] });
  expect((await world.handle(bindingId(name)).query(clusterBindingStatusQuery)).nodes).toEqual(['n1', 'n2']);
  expect(await world.statusOf(nodeId(name, 'n9'))).toBe('ABSENT');
});

it('writes no event while nothing happens', async () => {
  const ids = [MANAGER_ID, bindingId(name), bindingWatchId(name), nodeId(name, 'n1'), nodeId(name, 'n2'), podId(pod.uid)];
  const lengths = async () => Promise.all(ids.map(async (id) => (await eventsOf(world.client, id)).length));
  // What the tests above have said may still be on its way.
  const before = await eventually(async () => {
    const first = await lengths();
    await throughout(async () => expect(await lengths()).toEqual(first), 1_000, 200);
    return first;
  });
  await throughout(async () => expect(await lengths()).toEqual(before), 3_000, 1_000);
});
