import type { Pod } from 'kubernetes-types/core/v1';
import { Annotation, WORKER_NAMESPACE } from '../../api/names/keys';
import { isRunning } from '../../local/demo/observe';
import { eventually, throughout } from '../support/eventually';
import { Lending, taintKeys, vnodeOf } from '../support/lending';
import { LentPods } from '../support/lent-pods';
import { createPriorityClass } from '../support/pods-welcome';

let lending: Lending;
let pods: LentPods;

beforeAll(async () => {
  lending = await Lending.open();
  pods = new LentPods(lending);
  await lending.lendNode('n1');
  await lending.lendNode('n2');
});

afterAll(async () => {
  await lending?.close();
});

describe('a copy that finds no place', () => {
  const scheduled = ({ status }: Pod) => status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const taints = (keys: readonly string[]) =>
    lending.physical.api.merge('/api/v1/nodes/n2', { spec: { taints: keys.map((key) => ({ key, effect: 'NoSchedule' })) } });

  it('says why on the virtual pod, as condition and as event, until it has one', async () => {
    await taints(['lenders.example/reserved']);
    await lending.untilVnode('n2', (vnode) => expect(taintKeys(vnode)).toContain('lenders.example/reserved'));
    // Past the virtual scheduler, which would have seen the taint.
    const pod = await pods.create('n2', 'unplaced', { spec: { nodeName: vnodeOf('n2') } });
    const waiting = await eventually(async () => {
      const found = (await pods.find('unplaced'))!;
      expect(scheduled(found)).toMatchObject({ status: 'False', reason: 'Unschedulable', message: expect.stringContaining('untolerated taint') });
      return found;
    });
    expect(waiting.status?.phase).toBe('Pending');
    await eventually(async () => {
      expect(await pods.events(pod)).toContainEqual(
        expect.objectContaining({ type: 'Warning', reason: 'FailedScheduling', reportingComponent: 'physical-default-scheduler', message: expect.stringContaining('untolerated taint') }),
      );
    });
    await taints([]);
    const running = await pods.runs('unplaced');
    expect(scheduled(running)?.status).toBe('True');
    await pods.delete(running);
    await pods.untilGone([running]);
  });
});

describe('Warnings of the physical cluster', () => {
  const EVENTS = `/api/v1/namespaces/${WORKER_NAMESPACE}/events`;
  const warn = (about: Pod, name: string, facts: object) => {
    const { uid, namespace, name: pod } = about.metadata ?? {};
    const now = new Date().toISOString().replace(/\.\d+/, '');
    return lending.physical.api.create(EVENTS, {
      metadata: { name },
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name: pod, namespace, uid },
      ...{ type: 'Warning', reason: 'BackOff', source: { component: 'kubelet' }, count: 1, firstTimestamp: now, lastTimestamp: now },
      ...facts,
    });
  };

  const toldOf = async (pod: Pod) => (await pods.events(pod)).filter(({ reportingComponent }) => reportingComponent === 'physical-kubelet');

  it('about a copy show on its virtual pod, in its names, and are counted on; nobody else hears of them', async () => {
    const pod = await pods.run('n1', 'in-trouble');
    const copy = await pods.untilCopy(pod, () => undefined);
    await warn(copy, 'trouble', { message: `Back-off restarting container of ${WORKER_NAMESPACE}/${copy.metadata?.name}` });
    await warn(copy, 'fine', { type: 'Normal', reason: 'Pulled', message: 'pulled' });
    await warn({ metadata: { ...copy.metadata, uid: 'of-an-earlier-one' } }, 'earlier', { reason: 'Earlier', message: 'earlier' });
    const told = () => toldOf(pod);
    await eventually(async () => {
      expect(await told()).toEqual([expect.objectContaining({ reason: 'BackOff', count: 1, message: 'Back-off restarting container of default/in-trouble' })]);
    });
    await lending.physical.api.merge(`${EVENTS}/trouble`, { count: 7 });
    await eventually(async () => expect((await told()).map(({ count }) => count)).toEqual([7]));
    await pods.delete(pod);
    await pods.untilGone([pod]);
  });

  it('about a copy in great trouble come ten at once, then slowly', async () => {
    const since = Date.now();
    const pod = await pods.run('n1', 'in-great-trouble');
    const copy = await pods.untilCopy(pod, () => undefined);
    await Promise.all(Array.from({ length: 30 }, (_, i) => warn(copy, `great-trouble-${i}`, { message: `trouble ${i}` })));
    await eventually(async () => expect((await toldOf(pod)).length).toBeGreaterThanOrEqual(10));
    const most = () => 10 + Math.ceil((Date.now() - since) / 30_000);
    await throughout(async () => expect((await toldOf(pod)).length).toBeLessThanOrEqual(most()), 3_000, 500);
    await pods.delete(pod);
    await pods.untilGone([pod]);
  });
});

describe('what the binding and the lender decide about a copy', () => {
  it('a DaemonSet runs on a vnode where its pods ask for it, and only there', async () => {
    const path = '/apis/apps/v1/namespaces/default/daemonsets';
    const put = (name: string, annotations: Record<string, string>) =>
      lending.virtual.api.create(path, {
        metadata: { name },
        spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name }, annotations }, spec: LentPods.on('n1') } },
      });
    const podOf = async (name: string) => (await lending.virtual.api.get<{ items: Pod[] }>(`/api/v1/namespaces/default/pods?labelSelector=app%3D${name}`)).items[0];
    await put('not-asked', {});
    await put('asked', { [Annotation.RunningDaemonset]: 'true' });
    const running = await eventually(async () => {
      const found = await podOf('asked');
      if (found === undefined || !isRunning(found)) throw new Error('the DaemonSet does not run');
      return found;
    });
    expect(await pods.copyOf(running)).toBeDefined();
    const ignored = await eventually(async () => {
      const found = await podOf('not-asked');
      expect(found?.spec?.nodeName).toBe(vnodeOf('n1'));
      return found!;
    });
    expect([ignored.status?.phase, await pods.copyOf(ignored)]).toEqual(['Pending', undefined]);
    for (const name of ['asked', 'not-asked']) await lending.virtual.api.delete(`${path}/${name}`);
    await pods.untilGone([running, ignored]);
  });

  it('a copy has the class of the lender, whatever that of its pod, and the place of its vnode', async () => {
    await createPriorityClass(lending.virtual.api, { metadata: { name: 'important' }, value: 1_000 });
    const pod = await pods.run('n1', 'important', { spec: { priorityClassName: 'important' } });
    const { spec } = await pods.untilCopy(pod, () => undefined);
    expect(spec).toMatchObject({ nodeName: 'n1', priorityClassName: 'kubeocean-default', priority: -10_000, schedulerName: 'default-scheduler' });
    await pods.delete(pod);
  });

  it('or the one that the binding names from then on; pods that run keep theirs', async () => {
    await createPriorityClass(lending.physical.api, { metadata: { name: 'lenders' }, value: 7 });
    const before = await pods.run('n1', 'classless');
    await lending.editBinding({ podPriorityClassName: 'lenders' });
    const after: Pod[] = [];
    // The worker that places pods may hear of the binding after the one that says that it is Ready.
    await eventually(async () => {
      after.push(await pods.run('n1', `classy-${after.length}`));
      expect((await pods.copyOf(after.at(-1)!))?.spec).toMatchObject({ priorityClassName: 'lenders', priority: 7 });
    }, { within: 60_000 });
    expect((await pods.copyOf(before))?.spec?.priorityClassName).toBe('kubeocean-default');
    await lending.editBinding({ podPriorityClassName: null });
    for (const pod of [before, ...after]) await pods.delete(pod);
    await pods.untilGone([before, ...after]);
  });

  it('with directScheduling it has its node from the start, past taints that came meanwhile', async () => {
    await lending.editBinding({ directScheduling: true });
    const tried: Pod[] = [];
    // The worker that places pods may hear of the binding after the one that says that it is Ready.
    await eventually(async () => {
      tried.push(await pods.run('n2', `direct-${tried.length}`));
      expect((await pods.copyOf(tried.at(-1)!))?.spec?.affinity).toBeUndefined();
    }, { within: 60_000 });
    await lending.physical.api.merge('/api/v1/nodes/n2', { spec: { taints: [{ key: 'lenders.example/reserved', effect: 'NoSchedule' }] } });
    const pod = await pods.run('n2', 'direct', { spec: { nodeName: vnodeOf('n2') } });
    const { spec } = await pods.untilCopy(pod, () => undefined);
    expect([spec?.nodeName, spec?.affinity]).toEqual(['n2', undefined]);
    await lending.editBinding({ directScheduling: null });
    await lending.physical.api.merge('/api/v1/nodes/n2', { spec: { taints: null } });
    await lending.untilVnode('n2', (vnode) => expect(taintKeys(vnode)).not.toContain('lenders.example/reserved'));
    for (const one of [...tried, pod]) await pods.delete(one);
    await pods.untilGone([...tried, pod]);
  });
});
