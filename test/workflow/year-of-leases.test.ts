/** A year of a lent node on the server that skips time: the real workflow, with stubs that decide by the real rules. */
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { TASK_QUEUE } from '../../api/names/group';
import type { LeaseException, ResourceLeasingPolicy } from '../../api/names/types';
import { decideNode } from '../../domain/vnode';
import { calendarOf, edgesWithin, type WindowEdge } from '../../domain/windows';
import { ensureTemporalTestServer } from '../../local/binaries';
import type { NodeOrders, NodePass } from '../../workflows/contracts/activities';
import { nodeId } from '../../workflows/contracts/ids';
import { aPolicy } from '../support/builders/policy';
import { runsOf } from '../support/workflow/histories';
import { addSearchAttributes } from '../support/workflow/namespace';
import { sharedServer } from '../support/workflow/shared-server';
import { LENT, RETURNED } from '../support/workflow/stubs';
import { nodeOf, QUIET, someBinding } from '../support/workflow/world';

jest.setTimeout(180_000);

const DAY = 24 * 60 * 60_000;
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

/** Stands in for the activity: the real decision at the server's time, and a note of it instead of writes. */
class Lease {
  readonly acted: (WindowEdge & { readonly armedFor: number | null })[] = [];
  passes = 0;
  private open: boolean | undefined;

  constructor(
    private readonly policy: ResourceLeasingPolicy,
    private readonly clock: () => Promise<number>,
    private readonly end: number,
  ) {}

  async reconcileNode(_: unknown, { nextEdge = null }: NodeOrders): Promise<NodePass> {
    const now = await this.clock();
    this.passes += 1;
    if (now >= this.end) return RETURNED;
    const decision = decideNode({
      physical: { name: 'n1', uid: 'uid-of-n1', labels: {}, deleting: false, reclaimRequested: false },
      binding: { name: this.policy.spec.cluster, deleting: false },
      policies: [this.policy],
      vnode: null,
      now,
      zone: WORKER_ZONE,
    });
    if (decision.action !== 'lend') throw new Error(decision.message);
    const { window } = decision;
    if (this.open !== undefined && window.open !== this.open) {
      this.acted.push({ at: now, opens: window.open, armedFor: nextEdge });
    }
    this.open = window.open;
    const ahead = window.open ? window.closesAt : window.opensAt;
    const wakeAt = Math.min(ahead ?? this.end, this.end);
    return { ...LENT, phase: window.open ? 'Lent' : 'Closed', windowEnd: window.open ? ahead : null, wakeAt, nextEdge: ahead };
  }
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
  return aPolicy().spec({ timeZone: 'Europe/Berlin', timeWindows, exceptions: monthly }).build();
}

it('acts on every edge of a year at its instant, and at no other time', async () => {
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

  const edges = edgesWithin(calendarOf(policy.spec, WORKER_ZONE), { after: start, until: end });
  expect(edges.length).toBeGreaterThan(600);
  expect(lease.acted.map(({ opens, armedFor }) => ({ at: armedFor, opens }))).toEqual(edges);
  const late = lease.acted.map(({ at, armedFor }) => at - (armedFor ?? 0));
  expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...late)).toBeLessThan(60_000);
  // One look an edge, one to begin each run with and one to return.
  const runs = await runsOf(environment.client, nodeId(node.binding, node.node));
  expect(runs.length).toBeGreaterThan(1);
  expect(lease.passes).toBe(edges.length + runs.length + 1);
});
