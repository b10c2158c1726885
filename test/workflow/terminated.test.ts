import { TASK_QUEUE } from '../../api/names/group';
import { ensureManager } from '../../workers/ensure-manager';
import { clusterBindingStatusQuery, nodesWantedSignal } from '../../workflows/contracts/cluster-binding';
import { bindingId, bindingWatchId, MANAGER_ID, nodeId, podId, VIRTUAL_WATCH_ID } from '../../workflows/contracts/ids';
import { wantedSignal } from '../../workflows/contracts/common';
import { podsAssignedSignal } from '../../workflows/contracts/leased-node';
import { bindingsSeenSignal, managerStatusQuery } from '../../workflows/contracts/manager';
import { eventually } from '../support/eventually';
import { untilCancelled } from '../support/workflow/stubs';
import { somePod, TICKING, World } from '../support/workflow/world';

const name = 'terminated';
const uid = 'uid-of-terminated';
const pod = somePod('web-0', 'uid-of-web-0');
let world: World;

beforeAll(async () => {
  world = await World.open();
  world.stubs.behave('virtual', { watch: watchVirtual });
  world.stubs.behave(name, { watch: watchBinding, reviewPods });
  await ensureManager(world.client, 'virtual-cluster', TICKING);
  for (const id of [bindingId(name), nodeId(name, 'n1')]) await world.runs(id);
  await world.handle(nodeId(name, 'n1')).signal(podsAssignedSignal, { uid, pods: [{ ...pod, created: true }] });
  await world.runs(podId(pod.uid));
});

afterAll(() => world.close());

/** Like the real ones: a watch tells everything when it starts, and after that only what changes. */
async function watchVirtual(): Promise<'again'> {
  await world.handle(MANAGER_ID).signal(bindingsSeenSignal, { complete: true, bindings: [{ name, uid, generation: 1 }] });
  return untilCancelled();
}

async function watchBinding(): Promise<'again'> {
  await world.handle(bindingId(name)).signal(nodesWantedSignal, { uid, nodes: ['n1', 'n2'], insist: false });
  return untilCancelled();
}

async function reviewPods({ node }: { readonly node: string }) {
  const open = await world.openWorkflows({ type: 'virtualPod', binding: name, node });
  return { missing: node === 'n1' && !open.includes(podId(pod.uid)) ? [pod] : [], stray: [] };
}

it.each([
  { what: 'a pod', id: podId(pod.uid) },
  { what: 'a node', id: nodeId(name, 'n1') },
  { what: 'the watch of a binding', id: bindingWatchId(name) },
  { what: 'a binding', id: bindingId(name) },
  { what: 'the watch of the virtual cluster', id: VIRTUAL_WATCH_ID },
  { what: 'manager', id: MANAGER_ID },
])('$what that was terminated by hand is back after a tick', async ({ id }) => {
  const before = await world.runOf(id);
  await world.handle(id).terminate('by hand');
  if (id === MANAGER_ID) await ensureManager(world.client, 'virtual-cluster', TICKING);
  await eventually(async () => {
    expect(await world.runOf(id)).not.toBe(before);
    expect(await world.statusOf(id)).toBe('RUNNING');
  });
  // Its children are known again, also those that the watch had announced to the run before.
  await eventually(async () => {
    expect((await world.handle(MANAGER_ID).query(managerStatusQuery)).bindings).toEqual([name]);
    expect((await world.handle(bindingId(name)).query(clusterBindingStatusQuery)).nodes).toEqual(['n1', 'n2']);
  });
});

it('a watch whose binding is gone for good ends, also when nobody cancels it', async () => {
  const orphan = bindingWatchId('orphan');
  world.stubs.behave('orphan', { watch: async () => 'gone' });
  await world.client.workflow.start('watch', {
    workflowId: orphan,
    taskQueue: TASK_QUEUE,
    args: [{ target: { kind: 'binding', binding: 'orphan', uid: 'uid-of-orphan' }, settings: TICKING }],
  });
  await eventually(async () => expect(await world.statusOf(orphan)).toBe('COMPLETED'));
});

describe('a watch that is cancelled', () => {
  /** Starts one, cancels it, and holds its activity in its last moments. */
  async function cancelled(binding: string): Promise<{ release(): void }> {
    let release = (): void => undefined;
    let noticed = (): void => undefined;
    const lastMoments = new Promise<void>((resolve) => (release = resolve));
    const hasNoticed = new Promise<void>((resolve) => (noticed = resolve));
    const watch = () =>
      untilCancelled().catch(async (error: unknown) => {
        noticed();
        await lastMoments;
        throw error;
      });
    world.stubs.behave(binding, { watch });
    const uid = `uid-of-${binding}`;
    const handle = await world.client.workflow.start('watch', {
      workflowId: bindingWatchId(binding),
      taskQueue: TASK_QUEUE,
      args: [{ target: { kind: 'binding', binding, uid }, settings: TICKING }],
    });
    await eventually(() => expect(world.stubs.calls('watch', binding)).toHaveLength(1));
    await handle.signal(wantedSignal, { uid, generation: 1 });
    await handle.cancel();
    await hasNoticed;
    return { release };
  }

  it('ends, whoever wanted it before', async () => {
    const { release } = await cancelled('left');
    release();
    await eventually(async () => expect(await world.statusOf(bindingWatchId('left'))).toBe('COMPLETED'));
  });

  it('goes on when its binding wants it since', async () => {
    const { release } = await cancelled('back');
    await world.handle(bindingWatchId('back')).signal(wantedSignal, { uid: 'uid-of-back', generation: 2 });
    release();
    await eventually(() => expect(world.stubs.calls('watch', 'back')).toHaveLength(2));
    expect(await world.statusOf(bindingWatchId('back'))).toBe('RUNNING');
  });
});
