import { Lull } from '../../activities/watch/lull';
import { Messenger } from '../../activities/watch/messenger';
import { ConflatingSignals } from '../../activities/temporal/signals';
import { nodeId, podId } from '../../workflows/contracts/ids';
import { podsAssignedSignal } from '../../workflows/contracts/leased-node';
import { eventually } from '../support/eventually';
import { nodeOf, someBinding, somePod, World } from '../support/workflow/world';

const name = 'strays';
const ref = { name, uid: `uid-of-${name}` };
let world: World;

beforeAll(async () => {
  world = await World.open();
});

afterAll(() => world.close());

it('a watch ends the workflows of pods that were gone before it began, and no others', async () => {
  const node = await world.startNode(nodeOf(someBinding(name)));
  const [stray, living] = [somePod('stray'), somePod('living')];
  await node.signal(podsAssignedSignal, { uid: ref.uid, pods: [stray, living].map((pod) => ({ ...pod, created: true })) });
  for (const { uid } of [stray, living]) await world.runs(podId(uid));
  await eventually(async () => expect(await world.openWorkflows({ type: 'virtualPod', binding: name })).toHaveLength(2));
  const messenger = new Messenger(world.client, new ConflatingSignals(world.client), ref, new Lull());
  messenger.endStrays((uid) => uid === stray.uid);
  await eventually(async () => expect(await world.statusOf(podId(stray.uid))).toBe('COMPLETED'));
  messenger.stop();
  expect(world.stubs.calls('settlePod', name).map(({ args }) => [args[0].pod.name, args[1]])).toEqual([['stray', { verify: true }]]);
  expect(await world.statusOf(podId(living.uid))).toBe('RUNNING');
  expect(await world.statusOf(nodeId(name, 'n1'))).toBe('RUNNING');
});
