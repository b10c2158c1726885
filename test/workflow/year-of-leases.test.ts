/** A year of a lent node on the server that skips time: the real workflow, with stubs that decide by the real rules. */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { toReclaimPhase } from '../../activities/node/reclaim-facts';
import { TASK_QUEUE } from '../../api/names/group';
import type { LeaseException, ResourceLeasingPolicy } from '../../api/names/types';
import { planReclaim, type ReclaimPhase, type ReclaimPlan, termsOf } from '../../domain/reclaim';
import { decideNode } from '../../domain/vnode';
import { calendarOf, edgesWithin, type WindowEdge, type WindowState } from '../../domain/windows';
import { ensureTemporalTestServer } from '../../local/binaries';
import type { NodeOrders, NodePass } from '../../workflows/contracts/activities';
import { nodeId } from '../../workflows/contracts/ids';
import { aPolicy } from '../support/builders/policy';
import { runsOf } from '../support/workflow/histories';
import { addSearchAttributes } from '../support/workflow/namespace';
import { sharedServer } from '../support/workflow/shared-server';
import { LENT, RETURNED } from '../support/workflow/stubs';
import { nodeOf, QUIET, someBinding } from '../support/workflow/world';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOTICE_SECONDS = 600;
const GRACE_SECONDS = 1_800;
const WORKER_ZONE = 'UTC';

let environment: TestWorkflowEnvironment | undefined;

beforeAll(async () => {
  const server = await ensureTemporalTestServer();
  if ('reason' in server) {
    process.stdout.write(`a year of leases is skipped: ${server.reason}\n`);
    return;
  }
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: server.path } },
  });
  await addSearchAttributes(environment.connection, 'default');
});

afterAll(() => environment?.teardown());

/** A step of a lease: to be lent (`Open`), or of its reclaim. */
interface Step {
  readonly phase: ReclaimPhase;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Stands in for the activity: the real decision and the real plan at the server's time, and a note instead of writes. */
class Lease {
  readonly steps: Step[] = [];
  passes = 0;
  private announcedEnd: number | null = null;

  constructor(
    private readonly policy: ResourceLeasingPolicy,
    private readonly clock: () => Promise<number>,
    private readonly end: number,
  ) {}

  async reconcileNode(_: unknown, orders: NodeOrders): Promise<NodePass> {
    const now = await this.clock();
    this.passes += 1;
    if (now >= this.end) return RETURNED;
    const { window, plan } = this.decide(orders, now);
    const { phase, wakeAt, edge, deadline, forcedSince } = plan;
    if (phase !== toReclaimPhase(orders.phase)) this.steps.push({ phase, at: now });
    const windowEnd = window.open ? window.closesAt : null;
    this.announcedEnd = windowEnd ?? this.announcedEnd;
    return {
      ...{ ...LENT, phase: phase === 'Open' ? 'Lent' : phase, edge, deadline, forcedSince, windowEnd },
      wakeAt: Math.min(wakeAt ?? this.end, this.end),
      nextEdge: window.open ? window.closesAt : window.opensAt,
    };
  }

  private decide(orders: NodeOrders, now: number): { window: WindowState; plan: ReclaimPlan } {
    const { policy, announcedEnd } = this;
    const decision = decideNode({
      physical: { name: 'n1', uid: 'uid-of-n1', labels: {}, deleting: false, reclaimRequested: false },
      binding: { name: policy.spec.cluster, deleting: false },
      policies: [policy],
      vnode: null,
      now,
      zone: WORKER_ZONE,
    });
    if (decision.action !== 'lend') throw new Error(decision.message);
    const { window } = decision;
    const plan = planReclaim({
      ...{ window, announcedEnd, now, terms: termsOf(policy.spec) },
      ...{ asked: null, forcedAt: orders.forcedAt, forcedSince: orders.forcedSince },
      ...{ pods: [], physicalLeft: [], stuckAfterMillis: 5 * MINUTE },
      edge: orders.edge ?? (announcedEnd !== null && announcedEnd <= now ? announcedEnd : null),
      previous: toReclaimPhase(orders.phase),
    });
    return { window, plan };
  }
}

/** What the steps should be, a few at each edge. In the hour that comes twice the window opens again within the grace. */
function stepsOf({ at, opens }: WindowEdge, index: number, edges: readonly WindowEdge[]): Step[] {
  if (opens) return [{ phase: 'Open', at }];
  const deadline = at + GRACE_SECONDS * 1_000;
  const begin: Step[] = [
    { phase: 'Noticed', at: at - NOTICE_SECONDS * 1_000 },
    { phase: 'Grace', at },
  ];
  const isTakenBack = (edges[index + 1]?.at ?? Infinity) < deadline;
  return isTakenBack ? begin : [...begin, { phase: 'Verified', at: deadline }, { phase: 'Closed', at: deadline }];
}

/** Nights from Monday to Friday, an hour on the mornings on which clocks move, and an exception a month. */
function policyFrom(start: number): ResourceLeasingPolicy {
  const monthly = Array.from({ length: 12 }, (_, month): LeaseException => {
    const date = new Date(start + (month * 30 + 10) * DAY).toISOString().slice(0, 10);
    return { date, lending: month % 2 === 0 ? 'Open' : 'Closed', reason: 'stocktaking' };
  });
  const timeWindows = [
    { start: '18:00', end: '07:59', days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday'] },
    { start: '01:30', end: '02:30', days: ['Sunday'] },
  ];
  const terms = { forceReclaim: true, gracefulReclaimPeriodSeconds: GRACE_SECONDS, noticePeriodSeconds: NOTICE_SECONDS };
  return aPolicy().spec({ timeZone: 'Europe/Berlin', timeWindows, exceptions: monthly, ...terms }).build();
}

it('takes every step of a year at its instant, and none at another time', async () => {
  if (environment === undefined) return;
  const start = await environment.currentTimeMs();
  const end = start + 365 * DAY;
  const policy = policyFrom(start);
  const { currentTimeMs } = environment;
  const lease = new Lease(policy, currentTimeMs.bind(environment), end);
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: sharedServer().bundle },
    activities: { reconcileNode: lease.reconcileNode.bind(lease), reviewPods: async () => ({ missing: [], stray: [] }) },
    workflowFailureErrorTypes: { '*': ['Error'] },
  });
  const node = nodeOf(someBinding('year', { ...QUIET, tickMillis: 30 * DAY }));
  const { workflow } = environment.client;
  await worker.runUntil(workflow.execute('leasedNode', { workflowId: nodeId(node.binding, node.node), taskQueue: TASK_QUEUE, args: [node] }));

  const calendar = calendarOf(policy.spec, WORKER_ZONE);
  const edges = edgesWithin(calendar, { after: start, until: end + DAY });
  expect(edges.length).toBeGreaterThan(600);
  // The test may begin in the midst of a lease or of a pause.
  const begun = edges.find(({ opens }) => opens)?.at ?? 0;
  const expected = edges.flatMap(stepsOf).filter(({ at }) => begun <= at && at < end);
  const steps = lease.steps.filter(({ at }) => begun <= at);
  expect(steps.map(({ phase }) => phase)).toEqual(expected.map(({ phase }) => phase));
  const late = steps.map(({ at }, i) => at - (expected[i]?.at ?? 0));
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...late)).toBeLessThan(MINUTE);
  // One look a step, one to begin each run with and one to return.
  const runs = await runsOf(environment.client, nodeId(node.binding, node.node));
  expect(runs.length).toBeGreaterThan(1);
  expect(lease.passes).toBeLessThanOrEqual(lease.steps.length + runs.length + 1);
});
