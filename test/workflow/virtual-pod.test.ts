import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { TASK_QUEUE } from '../../api/names/group';
import type { CreateOutcome } from '../../workflows/contracts/activities';
import { podId } from '../../workflows/contracts/ids';
import {
  deleteRequestedSignal,
  dependencyAppearedSignal,
  physicalGoneSignal,
  specChangedSignal,
  virtualPodStatusQuery,
} from '../../workflows/contracts/virtual-pod';
import type { DeleteRequested, VirtualPodInput } from '../../workflows/contracts/virtual-pod';
import { eventually } from '../support/eventually';
import { census, eventsOf, firstTimerDueAt } from '../support/workflow/histories';
import type { ActivityName, Behaviour, Call } from '../support/workflow/stubs';
import { somePod, World } from '../support/workflow/world';

const REQUEST: DeleteRequested = { physicalUid: 'physical', graceSeconds: 7, verify: null, why: 'the vPod is being deleted' };

let world: World;
let runs = 0;

beforeAll(async () => {
  world = await World.open();
});

afterAll(() => world.close());

/** One pod on a binding of its own, so that its calls can be told apart. */
class Pod {
  readonly input: VirtualPodInput;

  constructor(created: boolean, behaviour: Behaviour = {}) {
    const binding = `pod-test-${++runs}`;
    this.input = { binding, bindingUid: `uid-of-${binding}`, node: 'n1', pod: somePod(), created };
    world.stubs.behave(binding, behaviour);
  }

  static async start(created: boolean, behaviour: Behaviour = {}): Promise<Pod> {
    const pod = new Pod(created, behaviour);
    await world.startPod(pod.input);
    return pod;
  }

  get handle(): WorkflowHandle {
    return world.handle(podId(this.input.pod.uid));
  }

  calls<N extends ActivityName>(name: N): Call<N>[] {
    return world.stubs.calls(name, this.input.binding);
  }

  async reaches(phase: string): Promise<void> {
    await eventually(async () => expect((await this.handle.query(virtualPodStatusQuery)).phase).toBe(phase));
  }

  async completes(): Promise<void> {
    await this.handle.result();
    expect((await this.handle.describe()).status.name).toBe('COMPLETED');
  }
}

describe('creation', () => {
  it.each([
    { created: true, creates: 0 },
    { created: false, creates: 1 },
  ])('calls the API $creates times when created is $created', async ({ created, creates }) => {
    const pod = await Pod.start(created);
    await pod.reaches('Placed');
    expect(pod.calls('createPhysicalPod')).toHaveLength(creates);
  });

  it('ends when the vPod is gone already', async () => {
    const pod = await Pod.start(false, { createPhysicalPod: async () => ({ result: 'gone' }) });
    await pod.completes();
    expect(pod.calls('settlePod')).toHaveLength(0);
  });

  it('waits with backoff for what is missing', async () => {
    const pod = await Pod.start(false, { createPhysicalPod: async () => ({ result: 'waiting', reason: 'ConfigMap c' }) });
    await pod.reaches('Waiting');
    expect((await pod.handle.query(virtualPodStatusQuery)).reason).toBe('ConfigMap c');
    await eventually(() => expect(pod.calls('createPhysicalPod').length).toBeGreaterThanOrEqual(2));
    const [first, second] = pod.calls('createPhysicalPod');
    expect(second!.at - first!.at).toBeGreaterThan(1_900);
  });

  it('looks rarely for what a signal will tell', async () => {
    const outcome: CreateOutcome = { result: 'waiting', reason: 'Secret s', signalled: true };
    const pod = await Pod.start(false, { createPhysicalPod: async () => outcome });
    await pod.reaches('Waiting');
    const dueAt = await eventually(async () => {
      const at = firstTimerDueAt(await eventsOf(world.client, podId(pod.input.pod.uid)));
      expect(at).toBeGreaterThan(0);
      return at;
    });
    expect(dueAt - pod.calls('createPhysicalPod')[0]!.at).toBeGreaterThan(290_000);
  });

  it('tries again at once when what it waits for may have appeared', async () => {
    // It looks by itself as well, but five minutes later.
    const waiting: CreateOutcome = { result: 'waiting', reason: 'Secret s', signalled: true };
    const outcomes: CreateOutcome[] = [waiting, { result: 'created' }];
    const pod = await Pod.start(false, { createPhysicalPod: async () => outcomes.shift() ?? waiting });
    await pod.reaches('Waiting');
    expect(pod.calls('createPhysicalPod')).toHaveLength(1);
    await pod.handle.signal(dependencyAppearedSignal);
    await pod.reaches('Placed');
    expect(pod.calls('createPhysicalPod')).toHaveLength(2);
  });
});

describe('deletion', () => {
  it('deletes, waits for the end, settles and completes', async () => {
    const pod = await Pod.start(true);
    await pod.handle.signal(deleteRequestedSignal, REQUEST);
    await pod.reaches('Deleting');
    await eventually(() => expect(pod.calls('deletePhysicalPod')).toHaveLength(1));
    const { binding, bindingUid, node, pod: ref } = pod.input;
    expect(pod.calls('deletePhysicalPod')[0]!.args).toEqual([{ binding, bindingUid, node, pod: ref }, REQUEST]);
    expect(pod.calls('settlePod')).toHaveLength(0);
    await pod.handle.signal(physicalGoneSignal, { verify: false });
    await pod.completes();
    expect(pod.calls('settlePod').map(({ args }) => args[1])).toEqual([{ verify: false }]);
  });

  it('completes at once when there is no physical pod', async () => {
    const pod = await Pod.start(true, { deletePhysicalPod: async () => 'absent' });
    await pod.handle.signal(deleteRequestedSignal, REQUEST);
    await pod.completes();
    expect(pod.calls('settlePod')).toHaveLength(1);
  });

  it('goes on as before when what was to be confirmed does not hold', async () => {
    const pod = await Pod.start(true, { deletePhysicalPod: async () => 'kept' });
    await pod.handle.signal(deleteRequestedSignal, { ...REQUEST, verify: 'virtualGone' });
    await eventually(() => expect(pod.calls('deletePhysicalPod')).toHaveLength(1));
    await pod.reaches('Placed');
  });

  it('does nothing more when the watch has settled everything', async () => {
    const pod = await Pod.start(true);
    await pod.handle.signal(physicalGoneSignal, { verify: false, settled: true });
    await pod.completes();
    expect(pod.calls('settlePod')).toHaveLength(0);
  });

  it.each([
    { message: 'deleteRequested', created: false, calls: { createPhysicalPod: 0, deletePhysicalPod: 1, settlePod: 1 } },
    { message: 'physicalGone', created: true, calls: { createPhysicalPod: 0, deletePhysicalPod: 0, settlePod: 1 } },
  ] as const)('heeds $message that comes before the first task', async ({ message, created, calls }) => {
    const pod = new Pod(created, { deletePhysicalPod: async () => 'absent' });
    const [signal, arg] = message === 'deleteRequested' ? [deleteRequestedSignal, REQUEST] : [physicalGoneSignal, { verify: true }];
    await world.client.workflow.signalWithStart('virtualPod', {
      workflowId: podId(pod.input.pod.uid),
      taskQueue: TASK_QUEUE,
      args: [pod.input],
      signal: signal.name,
      signalArgs: [arg],
    });
    await pod.completes();
    for (const [name, count] of Object.entries(calls)) expect(pod.calls(name as ActivityName)).toHaveLength(count);
  });
});

describe('loss', () => {
  it('stays, as lost, until the vPod goes', async () => {
    const outcomes = ['failed', 'gone'] as const;
    let settled = 0;
    const pod = await Pod.start(true, { settlePod: async () => outcomes[settled++] ?? 'gone' });
    await pod.handle.signal(physicalGoneSignal, { verify: true });
    await pod.reaches('Lost');
    await pod.handle.signal(physicalGoneSignal, { verify: false });
    await pod.completes();
  });

  it('forgets a loss that a quorum read denies', async () => {
    const pod = await Pod.start(true, { settlePod: async () => 'present' });
    await pod.handle.signal(physicalGoneSignal, { verify: true });
    await eventually(() => expect(pod.calls('settlePod')).toHaveLength(1));
    await pod.reaches('Placed');
  });
});

describe('failing activities', () => {
  it('run again as regular ones, until they succeed', async () => {
    let left = 2;
    const pod = await Pod.start(false, {
      createPhysicalPod: async () => {
        if (left-- > 0) throw new Error('the API server does not answer');
        return { result: 'created' };
      },
    });
    await pod.reaches('Placed');
    expect(pod.calls('createPhysicalPod').map(({ local, attempt }) => ({ local, attempt }))).toEqual([
      { local: true, attempt: 1 },
      { local: false, attempt: 1 },
      { local: false, attempt: 2 },
    ]);
  });

  it('are given up for a message that matters more', async () => {
    const pod = await Pod.start(false, {
      createPhysicalPod: async () => {
        throw ApplicationFailure.create({ message: 'the API server does not answer', nextRetryDelay: '5 minutes' });
      },
    });
    await eventually(() => expect(pod.calls('createPhysicalPod')).toHaveLength(2));
    await pod.handle.signal(deleteRequestedSignal, REQUEST);
    await pod.reaches('Deleting');
    await eventually(() => expect(pod.calls('deletePhysicalPod')).toHaveLength(1));
  });

  it('that repeating cannot mend leave the pod in place for the next message', async () => {
    let broken = true;
    const pod = await Pod.start(true, {
      updatePhysicalPod: async () => {
        if (broken) throw ApplicationFailure.nonRetryable('422 Pod default/p', 'InvalidSpec');
      },
    });
    // A signal that comes before the first workflow task counts as one that came during the step, too.
    await pod.reaches('Placed');
    await pod.handle.signal(specChangedSignal);
    await eventually(() => expect(pod.calls('updatePhysicalPod')).toHaveLength(2));
    broken = false;
    await pod.handle.signal(specChangedSignal);
    await eventually(() => expect(pod.calls('updatePhysicalPod')).toHaveLength(3));
    await pod.reaches('Placed');
  });
});

it('carries changes in place over', async () => {
  const pod = await Pod.start(true);
  await pod.handle.signal(specChangedSignal);
  await eventually(() => expect(pod.calls('updatePhysicalPod')).toHaveLength(1));
  await pod.reaches('Placed');
});

it('costs few events: created, deleted, gone', async () => {
  const pod = await Pod.start(true);
  await pod.reaches('Placed');
  await pod.handle.signal(deleteRequestedSignal, REQUEST);
  await eventually(() => expect(pod.calls('deletePhysicalPod')).toHaveLength(1));
  await pod.handle.signal(physicalGoneSignal, { verify: false });
  await pod.completes();
  const events = await eventsOf(world.client, pod.handle.workflowId);
  expect(census(events)).toEqual({
    workflowExecutionStarted: 1,
    workflowTaskScheduled: 3,
    workflowTaskStarted: 3,
    workflowTaskCompleted: 3,
    workflowExecutionSignaled: 2,
    markerRecorded: 2,
    workflowExecutionCompleted: 1,
  });
});
