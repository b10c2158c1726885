import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Event, Node, Pod } from 'kubernetes-types/core/v1';
import { GROUP_VERSION } from '../../api/names/group';
import { Annotation, Taint } from '../../api/names/keys';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import { runCommand } from '../../local/binaries/run-command';
import { inProject } from '../../local/demo/commands';
import { zoneOfTheEvening } from '../../local/demo/evening';
import { isTainted, nameOf, physicalPods, uidOf, virtualNodes, virtualPods, virtualUidOf } from '../../local/demo/observe';
import { bind } from '../../local/demo/steps/bind';
import { deploy } from '../../local/demo/steps/deploy';
import { install } from '../../local/demo/steps/install';
import type { Lender, Walk } from '../../local/demo/walk';
import { bindingId, nodeId } from '../../workflows/contracts/ids';
import type { LeasedNodeStatus } from '../../workflows/contracts/leased-node';
import type { LeasePlan, SteeringAnswer } from '../../workflows/contracts/steering';
import { binaries } from '../support/binaries';
import { eventually, throughout } from '../support/eventually';
import { killWorkers } from '../support/product';
import { TemporalCli, updateArgs } from '../support/temporal-cli';
import { openTestWalk, type TestWalk } from '../support/walk';

const POLICY = `/apis/${GROUP_VERSION}/resourceleasingpolicies/nights-and-weekends`;
const GRACE_SECONDS = 8;
const DAY = 86_400_000;

let open: TestWalk;
let walk: Walk;
let lender: Lender;
let temporal: TemporalCli;
/** The zone in which the windows are read. */
let zone: string;

beforeAll(async () => {
  open = await openTestWalk();
  walk = { ...open.walk, settings: { KUBEOCEAN_MAX_RECLAIM_PERCENT: '40' } };
  lender = walk.lenders[1];
  zone = zoneOfTheEvening();
  temporal = new TemporalCli(walk.stack.temporal.address);
  for (const step of [install, bind, deploy]) await step.run(walk);
  for (const one of [lease, other]) await one.editPolicy({ gracefulReclaimPeriodSeconds: GRACE_SECONDS, maxExtensionSeconds: 600 });
});

afterAll(async () => {
  await open?.close();
});

const iso = (at: number) => new Date(at).toISOString();
const connection = () => ['--temporal-address', walk.stack.temporal.address];

async function eventsOn(uid: string): Promise<Event[]> {
  const path = `/api/v1/namespaces/default/events?fieldSelector=involvedObject.uid%3D${uid}`;
  return (await walk.stack.virtual.api.get<{ items: Event[] }>(path)).items;
}

/** The policy and the three nodes of one lender, by number. */
class Lease {
  constructor(private readonly lender: () => Lender) {}

  readonly editPolicy = async (spec: Partial<ResourceLeasingPolicy['spec']>) => await this.lender().cluster.api.merge<ResourceLeasingPolicy>(POLICY, { spec });
  readonly physical = (index: number) => `${this.lender().cluster.name}-node-${index}`;
  readonly workflowOf = (index: number) => nodeId(this.lender().binding, this.physical(index));
  /** Arguments of `kubeocean` that ask for something. */
  readonly asks = (verb: string, index: number) => ['lease', verb, `vnode-${this.lender().clusterId}-${this.physical(index)}`, ...connection()];

  readonly vnode = async (index: number): Promise<Node> => {
    const found = (await virtualNodes(walk, this.lender())).find((node) => nameOf(node).endsWith(this.physical(index)));
    if (found === undefined) throw new Error(`no vnode for ${this.physical(index)}`);
    return found;
  };

  readonly isClosed = async (index: number) => isTainted(await this.vnode(index), Taint.OutOfTimeWindows);
  readonly overrideOn = async (index: number) => (await this.vnode(index)).metadata?.annotations?.[Annotation.LeaseOverride];
  readonly leaseEndOf = async (index: number) => Date.parse((await this.vnode(index)).metadata?.annotations?.[Annotation.LeaseEndsAt] ?? '');

  readonly podsOn = async (index: number): Promise<string[]> => {
    const name = nameOf(await this.vnode(index));
    return (await virtualPods(walk)).filter(({ spec }) => spec?.nodeName === name).map(uidOf);
  };

  /** The event that tells of a request on a vnode. */
  readonly tells = async (index: number, reason: string, message: RegExp): Promise<void> => {
    await eventually(async () => {
      const messages = (await eventsOn(uidOf(await this.vnode(index)))).filter((event) => event.reason === reason).map((event) => event.message);
      expect(messages).toContainEqual(expect.stringMatching(message));
    });
  };

  /** When a node got its taint, as precisely as a look every 100 ms finds out. */
  readonly closedAt = async (index: number, within: number): Promise<number> => {
    await eventually(async () => expect(await this.isClosed(index)).toBe(true), { within, every: 100 });
    return Date.now();
  };

  readonly allOpen = async () => {
    for (const index of [1, 2, 3]) expect(await this.isClosed(index)).toBe(false);
  };

  /** Ends what earlier tests asked for: the windows have no end, so a resync does. */
  readonly openAll = async (): Promise<void> => {
    await this.editPolicy({ timeWindows: [] });
    for (const index of [1, 2, 3]) await temporal.signal(this.workflowOf(index), 'resync');
    await eventually(this.allOpen, { within: 20_000 });
    await eventually(async () => {
      const kinds = (await Promise.all([1, 2, 3].map(this.overrideOn))).map((text) => (JSON.parse(text ?? '{}') as { kind?: string }).kind);
      // An extension of a lease without an end means nothing, and goes when its time is up.
      expect(kinds.filter((kind) => kind !== undefined && kind !== 'extend')).toEqual([]);
    });
  };
}

/** Most tests ask for something on the nodes of the second lender. */
const lease = new Lease(() => lender);
const { editPolicy, physical, workflowOf, asks, vnode, isClosed, overrideOn, leaseEndOf, podsOn, tells, closedAt, allOpen, openAll } = lease;
/** What waits for an edge waits beside them. */
const other = new Lease(() => walk.lenders[0]);

/** A pod beside the Deployment, past the scheduler. */
async function createPod(name: string, index: number): Promise<Pod> {
  const containers = [{ name: 'main', image: 'nginx' }];
  return await walk.stack.virtual.api.create<Pod>('/api/v1/namespaces/default/pods', { metadata: { name }, spec: { nodeName: nameOf(await vnode(index)), containers } });
}

/** A daily window that was open yesterday already, and whose last minute ends `edge`. */
function windowUntil(edge: number): { start: string; end: string } {
  const clock = (at: number) => new Date(at).toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
  return { start: clock(edge - 6 * 3_600_000), end: clock(edge - 60_000) };
}

/** The next full minute that leaves time to act before it. */
function nextMinute(leadMillis = 30_000): number {
  return Math.ceil((Date.now() + leadMillis) / 60_000) * 60_000;
}

describe('extendLease', () => {
  it('past the edge without the consent of the policy is refused, and says which field would allow it', async () => {
    await editPolicy({ timeWindows: [windowUntil(nextMinute(120_000))], maxExtensionSeconds: 0 });
    await eventually(async () => expect((await temporal.query<LeasePlan>(workflowOf(1), 'plan')).edges).not.toEqual([]));
    const answer = await temporal.update<SteeringAnswer>(workflowOf(1), 'extendLease', iso(Date.now() + DAY / 2));
    expect(answer).toEqual({ granted: false, why: expect.stringContaining('spec.maxExtensionSeconds') });
    const { code, output } = await temporal.run(...updateArgs(workflowOf(1), 'extendLease', ['tomorrow']));
    expect(code).not.toBe(0);
    expect(output).toContain('until: must be an RFC 3339 instant');
  });

  it.concurrent('granted, the node has no taint at the edge, and one at the end of the extension', async () => {
    const edge = nextMinute();
    await editPolicy({ timeWindows: [windowUntil(edge)], maxExtensionSeconds: 600 });
    await eventually(async () => expect(await leaseEndOf(1)).toBe(edge));
    const until = edge + 15_000;
    const answer = await temporal.update<SteeringAnswer>(workflowOf(1), 'extendLease', { until: iso(until), by: 'ana', reason: 'night build' });
    expect(answer).toMatchObject({ granted: true, until: iso(until).replace('.000Z', 'Z') });
    await eventually(async () => expect(await leaseEndOf(1)).toBe(until));
    await tells(1, 'LeaseExtended', /asked for by ana: night build/);
    await closedAt(2, edge - Date.now() + 5_000);
    expect(await isClosed(1)).toBe(false);
    expect(await podsOn(1)).not.toEqual([]);
    const closed = await closedAt(1, until - Date.now() + 5_000);
    expect(closed).toBeGreaterThan(until - 200);
    await eventually(async () => expect(await podsOn(1)).toEqual([]), { within: 20_000 });
    await openAll();
  });

  it.concurrent('in the grace period opens the node again', async () => {
    const edge = nextMinute();
    await other.editPolicy({ timeWindows: [windowUntil(edge)], gracefulReclaimPeriodSeconds: 120 });
    await other.closedAt(3, edge - Date.now() + 5_000);
    const pods = await other.podsOn(3);
    await eventually(async () => {
      const status = await temporal.query<LeasedNodeStatus>(other.workflowOf(3), 'status');
      expect(status).toMatchObject({ phase: 'Grace', reclaimSince: iso(edge).replace('.000Z', 'Z') });
    });
    await walk.commands.kubeocean(...other.asks('extend', 3), '--until', iso(edge + 300_000), '--reason', 'almost done');
    await eventually(async () => expect(await other.isClosed(3)).toBe(false));
    expect(await other.podsOn(3)).toEqual(pods);
    await other.editPolicy({ gracefulReclaimPeriodSeconds: GRACE_SECONDS });
    await other.openAll();
  });
});

it('shortenLease ends the lease at that instant, on that node alone', async () => {
  const until = Math.ceil(Date.now() / 1_000) * 1_000 + 25_000;
  const output = await walk.commands.kubeocean(...asks('shorten', 1), '--until', iso(until), '--by', 'ben', '--reason', 'batch done');
  expect(output).toContain(`ends at ${iso(until).replace('.000Z', 'Z')}`);
  await tells(1, 'LeaseShortened', /asked for by ben: batch done/);
  expect(await closedAt(1, until - Date.now() + 5_000)).toBeGreaterThan(until - 200);
  expect([await isClosed(2), await isClosed(3)]).toEqual([false, false]);
  await openAll();
});

describe('returnLease', () => {
  it('empties the node after the grace of the policy, and lends it again by a resync where the window has no end', async () => {
    await editPolicy({ gracefulReclaimPeriodSeconds: 600 });
    await eventually(async () => expect((await vnode(2)).metadata?.annotations?.[Annotation.ReclaimTerms]).toContain('600'));
    const answer = await temporal.update<SteeringAnswer>(workflowOf(2), 'returnLease', { by: 'ana', reason: 'not needed' });
    expect(answer).toMatchObject({ granted: true, evictedFrom: expect.any(String) });
    const pods = await podsOn(2);
    await eventually(async () => expect(await isClosed(2)).toBe(true));
    await tells(2, 'LeaseReturned', /asked for by ana: not needed/);
    expect(await podsOn(2)).toEqual(pods);
    await editPolicy({ gracefulReclaimPeriodSeconds: GRACE_SECONDS });
    await eventually(async () => expect(await temporal.query<LeasedNodeStatus>(workflowOf(2), 'status')).toMatchObject({ phase: 'Closed' }), { within: 20_000 });
    expect((await physicalPods(lender)).filter(({ spec }) => spec?.nodeName === physical(2))).toEqual([]);
    expect(await temporal.update(workflowOf(2), 'returnLease')).toEqual({ granted: false, why: expect.stringContaining('on its way back') });
  });

  it('outlives its workflow and the whole database of Temporal', async () => {
    const before = await overrideOn(2);
    expect(JSON.parse(before!)).toMatchObject({ kind: 'return', expires: null, by: 'ana', reason: 'not needed' });
    await temporal.run('workflow', 'terminate', '--workflow-id', workflowOf(2));
    await temporal.signal(bindingId(lender.binding), 'resync');
    await remembers(2);
    const server = walk.stack.temporal;
    await server.kill();
    await rm(join(walk.stack.dir, 'temporal'), { recursive: true });
    await server.start();
    await remembers(2);
    await throughout(async () => expect(await isClosed(2)).toBe(true), 2_000);
    expect(await overrideOn(2)).toBe(before);
    await openAll();
  });
});

/** The command lines of docs/steering.md, one each. */
function documentedCommands(): string[] {
  const blocks = readFileSync(inProject('docs/steering.md'), 'utf8').match(/```sh\n[^]*?```/g) ?? [];
  const lines = blocks.flatMap((block) => block.split('\n')).filter((line) => /^(temporal|kubeocean) /.test(line));
  if (lines.length < 10) throw new Error('docs/steering.md should show more command lines');
  return lines;
}

/** As typed into a shell that finds both programs, and Temporal by its variable. */
async function runLine(line: string) {
  const programs = await binaries();
  const script = `temporal() { '${programs.temporal}' "$@"; }; kubeocean() { '${process.execPath}' '${inProject('bin/kubeocean')}' "$@"; }; ${line}`;
  const env = { PATH: process.env.PATH, HOME: walk.dir, TEMPORAL_ADDRESS: walk.stack.temporal.address };
  return await runCommand({ command: '/bin/bash', args: ['-c', script], env, within: 60_000 });
}

/** A new workflow has taken over what was asked of the lease. */
async function remembers(index: number): Promise<void> {
  await eventually(
    async () => expect((await temporal.query<LeasePlan>(workflowOf(index), 'plan')).override).toMatchObject({ kind: 'return', by: 'ana' }),
    { within: 60_000, every: 500 },
  );
}

it('reclaim takes the node back with the grace that was given, and no extension brings it back', async () => {
  const answer = await temporal.update<SteeringAnswer>(workflowOf(3), 'reclaim', { graceSeconds: 0, by: 'owner', reason: 'maintenance' });
  expect(answer).toMatchObject({ granted: true });
  await eventually(async () => expect(isTainted(await vnode(3), Taint.OutOfTimeWindows, 'NoExecute')).toBe(true));
  await tells(3, 'ReclaimRequested', /grace of 0 s at .*asked for by owner: maintenance/);
  const refusal = await temporal.update<SteeringAnswer>(workflowOf(3), 'extendLease', iso(Date.now() + 60_000));
  expect(refusal).toEqual({ granted: false, why: expect.stringContaining('The lender took the node back') });
  await eventually(async () => expect(await podsOn(3)).toEqual([]), { within: 20_000 });
  await openAll();
});

describe('the annotation', () => {
  const annotate = (value: string) =>
    walk.commands.kubectl(walk.stack.virtual.kubeconfig, 'annotate', 'node', `vnode-${lender.clusterId}-${physical(1)}`, `${Annotation.LeaseOverride}=${value}`);

  it('written by hand counts like an update', async () => {
    await annotate(JSON.stringify({ kind: 'return', until: iso(Date.now() - 1_000), at: iso(Date.now()), by: 'kubectl' }));
    await eventually(async () => expect(await isClosed(1)).toBe(true));
    await eventually(async () =>
      expect((await temporal.query<LeasePlan>(workflowOf(1), 'plan')).override).toMatchObject({ kind: 'return', by: 'kubectl' }),
    );
    await openAll();
  });

  it('that cannot be read is told about and not followed', async () => {
    await annotate('{"kind":"return"}');
    await tells(1, 'LeaseOverrideInvalid', /until must be an RFC 3339 instant/);
    await eventually(async () => expect(await overrideOn(1)).toBeUndefined());
    expect(await isClosed(1)).toBe(false);
  });
});

describe('signals', () => {
  it.each([['binding'], ['node']] as const)('pause and resume a %s, and say who asked and why', async (of) => {
    const workflowId = of === 'binding' ? bindingId(lender.binding) : workflowOf(1);
    const path = of === 'binding' ? `/apis/${GROUP_VERSION}/clusterbindings/${lender.binding}` : `/api/v1/nodes/${nameOf(await vnode(1))}`;
    const read = async () => await walk.stack.virtual.api.get<Node>(path);
    const paused = async () => (await read()).metadata?.annotations?.[Annotation.Paused];
    await temporal.signal(workflowId, 'pause', { by: 'ana', reason: 'upgrade' });
    await eventually(async () => expect(await paused()).toBe('true'));
    // It comes during the pause, and nothing happens to it or to its node afterwards.
    const waiting = await createPod(`waits-for-${of}`, 1);
    const target = of === 'binding' ? lender.binding : `${lender.binding}/${physical(1)}`;
    await walk.commands.kubeocean('resume', target, ...connection(), '--by', 'ben', '--reason', 'upgraded');
    await eventually(async () => expect(await paused()).toBeUndefined());
    await eventually(async () => expect((await physicalPods(lender)).map(virtualUidOf)).toContain(uidOf(waiting)));
    await walk.stack.virtual.api.delete(`/api/v1/namespaces/default/pods/${nameOf(waiting)}`);
    await eventually(async () => expect((await physicalPods(lender)).map(virtualUidOf)).not.toContain(uidOf(waiting)));
    await eventually(async () => {
      const events = (await eventsOn(uidOf(await read()))).map(({ reason, message }) => `${reason}: ${message}`);
      expect(events).toContainEqual(expect.stringMatching(/^Paused: .*asked for by ana: upgrade/));
      expect(events).toContainEqual(expect.stringMatching(/^Resumed: .*asked for by ben: upgraded/));
    });
  });

  it('forceReclaim of the binding ends the grace of every node', async () => {
    await editPolicy({ gracefulReclaimPeriodSeconds: 600 });
    await temporal.update(workflowOf(1), 'returnLease');
    await eventually(async () => expect(await temporal.query<LeasedNodeStatus>(workflowOf(1), 'status')).toMatchObject({ phase: 'Grace' }));
    await temporal.signal(bindingId(lender.binding), 'forceReclaim', { by: 'owner', reason: 'fire' });
    await eventually(async () => expect(await podsOn(1)).toEqual([]), { within: 20_000 });
    await tells(1, 'ForceReclaimRequested', /asked for by owner: fire/);
    await editPolicy({ gracefulReclaimPeriodSeconds: GRACE_SECONDS });
    await openAll();
  });
});

describe('an edit that would reclaim more than 40 % of the leased nodes at once', () => {
  const BINDING = `/apis/${GROUP_VERSION}/clusterbindings/cluster-b`;
  /** It is evening. */
  const CLOSED = [{ start: '08:00', end: '12:00' }];
  const blocked = async (of: 'policy' | 'binding') => {
    const { api } = of === 'policy' ? lender.cluster : walk.stack.virtual;
    const { status } = await api.get<ResourceLeasingPolicy>(of === 'policy' ? POLICY : BINDING);
    return status?.conditions?.find(({ type }) => type === 'Blocked');
  };
  const hashIn = (message: string) => /--hash (\w+)/.exec(message)![1]!;

  async function heldWith(of: 'policy' | 'binding', reclaimed: number): Promise<string> {
    const { message } = await eventually(async () => {
      const condition = await blocked(of);
      expect(condition).toMatchObject({ status: 'True', reason: 'ReclaimHeld', message: expect.stringContaining(`${reclaimed} of 3 leased nodes`) });
      return condition!;
    });
    await eventually(async () =>
      expect(await temporal.query(bindingId(lender.binding), 'status')).toMatchObject({ heldReclaim: { hash: hashIn(message), nodes: reclaimed } }),
    );
    return hashIn(message);
  }

  it('is held and, reverted, was never there', async () => {
    await editPolicy({ timeWindows: CLOSED });
    const hash = await heldWith('policy', 3);
    const wrong = await temporal.update(bindingId(lender.binding), 'confirmReclaim', { hash: 'another' });
    expect(wrong).toEqual({ granted: false, why: expect.stringContaining(hash) });
    await throughout(allOpen, 2_000);
    await editPolicy({ timeWindows: [] });
    await eventually(async () => expect(await blocked('policy')).toMatchObject({ status: 'False', reason: 'NothingHeld' }));
    expect(await temporal.update(bindingId(lender.binding), 'confirmReclaim')).toEqual({ granted: false, why: 'No edit is held.' });
    await allOpen();
  });

  it('stays held when all workers are killed, and takes effect when it is confirmed', async () => {
    await editPolicy({ timeWindows: CLOSED });
    const hash = await heldWith('policy', 3);
    killWorkers(walk.stack);
    await throughout(allOpen, 15_000, 500);
    expect(await heldWith('policy', 3)).toBe(hash);
    await eventually(
      async () => {
        const confirmed = await temporal.update(bindingId(lender.binding), 'confirmReclaim', { hash, by: 'owner', reason: 'maintenance' });
        expect(confirmed).toEqual({ granted: true, hash, nodes: 3 });
      },
      { within: 20_000 },
    );
    for (const index of [1, 2, 3]) await closedAt(index, 20_000);
    await eventually(async () => expect(await blocked('policy')).toMatchObject({ status: 'False' }));
    await eventually(async () => {
      const messages = (await eventsOn(uidOf(await walk.stack.virtual.api.get<Node>(BINDING)))).map(({ reason, message }) => `${reason}: ${message}`);
      expect(messages).toContainEqual(expect.stringMatching(/^ReclaimHeld: .*ResourceLeasingPolicy nights-and-weekends/));
      expect(messages).toContainEqual(expect.stringMatching(/^ReclaimConfirmed: .*asked for by owner: maintenance/));
    });
    await openAll();
  });

  it('by the selector of the binding is held there', async () => {
    const terms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [physical(1)] }] }];
    await walk.stack.virtual.api.merge(BINDING, { spec: { nodeSelector: { nodeSelectorTerms: terms } } });
    const hash = await heldWith('binding', 2);
    await throughout(allOpen, 2_000);
    await walk.commands.kubeocean('confirm-reclaim', lender.binding, '--hash', hash, ...connection());
    await eventually(async () => expect((await virtualNodes(walk, lender)).map(nameOf)).toEqual([nameOf(await vnode(1))]), { within: 30_000 });
    await eventually(async () => expect(await blocked('binding')).toMatchObject({ status: 'False' }));
  });

  it.each(documentedCommands())('leaves the documented command lines working: %s', async (line) => {
    const edge = nextMinute(3_600_000);
    const window = windowUntil(edge);
    await editPolicy({ timeWindows: [window], maxExtensionSeconds: 600 });
    const [longer, shorter] = [iso(edge + 300_000), iso(Date.now() + 1_800_000)];
    const { code, output } = await runLine(line.replace(/2026-11-21T09:30:00Z/g, longer).replace(/2026-11-21T07:00:00Z/g, shorter));
    const refused = line.startsWith('kubeocean') && output.includes('kubeocean: Refused: ');
    expect({ line, output, ended: refused ? 'refused' : code }).toEqual({ line, output, ended: refused ? 'refused' : 0 });
  });

  it('is never the deletion of a policy', async () => {
    await lender.cluster.api.delete(POLICY);
    await eventually(async () => expect(await virtualNodes(walk, lender)).toEqual([]), { within: 30_000 });
  });
});
