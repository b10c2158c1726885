import { Context } from '@temporalio/activity';
import { pauseSignal } from '../../workflows/contracts/common';
import { bindingId } from '../../workflows/contracts/ids';
import { eventually } from '../support/eventually';
import { eventsOf } from '../support/workflow/histories';
import { someBinding, World } from '../support/workflow/world';

/** `TIMEOUT_TYPE_HEARTBEAT` of Temporal's API. */
const HEARTBEAT = 4;

let world: World;

beforeAll(async () => {
  world = await World.open();
});

afterAll(() => world.close());

/** What is left of an activity whose worker was killed: it does nothing and says nothing. */
async function goSilent(): Promise<void> {
  const context = Context.current();
  jest.spyOn(context, 'heartbeat').mockImplementation(() => undefined);
  await context.cancelled;
}

it('a step that was lost with its worker is redone when the worker has been silent for seconds', async () => {
  const binding = someBinding('lost');
  world.stubs.behave('lost', { setPaused: async () => (Context.current().info.attempt === 1 ? await goSilent() : undefined) });
  const handle = await world.startBinding(binding);
  await handle.signal(pauseSignal);
  await eventually(() => expect(world.stubs.calls('setPaused', 'lost').map(({ attempt }) => attempt)).toEqual([1, 2]));
  await eventually(async () => {
    const started = (await eventsOf(world.client, bindingId('lost'))).map(({ activityTaskStartedEventAttributes: event }) => event);
    expect(started).toContainEqual(
      expect.objectContaining({ attempt: 2, lastFailure: expect.objectContaining({ timeoutFailureInfo: expect.objectContaining({ timeoutType: HEARTBEAT }) }) }),
    );
  });
});

it('a step that nothing may interrupt, and for which everything else waits, never rests for long', async () => {
  const handle = await world.startBinding(someBinding('unrested'));
  await handle.signal(pauseSignal);
  await eventually(async () => {
    const scheduled = (await eventsOf(world.client, bindingId('unrested'))).map(({ activityTaskScheduledEventAttributes: event }) => event);
    const rests = scheduled.flatMap((event) => (event?.activityType?.name === 'setPaused' ? [Number(event.retryPolicy?.maximumInterval?.seconds)] : []));
    expect(rests).toEqual([10]);
  });
});
