import { randomUUID } from 'node:crypto';
import { ensureAudit, updateAudit } from '../../workers/ensure-audit';
import { AUDIT_SCHEDULE_ID } from '../../workflows/contracts/audit';
import { eventually, throughout } from '../support/eventually';
import { eventsOf } from '../support/workflow/histories';
import { World } from '../support/workflow/world';

let world: World;

beforeAll(async () => {
  world = await World.open();
});

afterAll(() => world.close());

const schedule = () => world.client.schedule.getHandle(AUDIT_SCHEDULE_ID);
const runs = () => world.stubs.calls('auditBindings', '').length;
const everyOf = async () => (await schedule().describe()).spec.intervals?.[0]?.every;

it('runs by itself, as often as the worker says, and one worker more changes nothing', async () => {
  await updateAudit(world.client, 1_000);
  await ensureAudit(world.client, 1_000);
  await eventually(() => expect(runs()).toBeGreaterThanOrEqual(2));
  await eventually(async () => {
    const { info, policies } = await schedule().describe();
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 60_000 });
    expect(info.recentActions[0]?.action).toMatchObject({ type: 'startWorkflow', workflow: { workflowId: expect.stringMatching(/^audit-/) } });
  });
});

it('writes a dozen events for each run', async () => {
  const [latest] = (await schedule().describe()).info.recentActions;
  const { workflowId, firstExecutionRunId } = (latest?.action as { workflow: { workflowId: string; firstExecutionRunId: string } }).workflow;
  await eventually(async () => {
    const events = await eventsOf(world.client, workflowId, firstExecutionRunId);
    expect(events.at(-1)).toHaveProperty('workflowExecutionCompletedEventAttributes');
    expect(events.length).toBeLessThanOrEqual(12);
  });
});

it('says what was found', async () => {
  world.stubs.behave('', { auditBindings: async () => ({ clean: 1, findings: { east: 2, '': 1 }, unread: ['west'] }) });
  const found = await world.client.workflow.execute('audit', { workflowId: randomUUID(), taskQueue: 'kubeocean' });
  expect(found).toEqual({ clean: 1, findings: { east: 2, '': 1 }, unread: ['west'] });
});

it('follows another setting, keeps a pause of somebody, comes back when it was deleted, and ends when it is switched off', async () => {
  await schedule().pause('maintenance');
  await updateAudit(world.client, 60_000);
  await eventually(async () => expect(await everyOf()).toBe(60_000));
  await eventually(async () => expect((await schedule().describe()).state).toMatchObject({ paused: true, note: 'maintenance' }));
  await schedule().delete();
  await eventually(async () => {
    await ensureAudit(world.client, 60_000);
    expect((await schedule().describe()).state.paused).toBe(false);
  });
  await ensureAudit(world.client, 0);
  await ensureAudit(world.client, 0);
  await eventually(async () => expect(await everyOf().catch(() => null)).toBeNull());
  const before = runs();
  await throughout(() => expect(runs()).toBe(before), 1_500, 500);
});
