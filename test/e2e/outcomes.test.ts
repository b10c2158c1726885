import type { Namespace, Pod, Secret } from 'kubernetes-types/core/v1';
import { Finalizer, Label, WORKER_NAMESPACE } from '../../api/names/keys';
import { FakeAnnotation } from '../../local/clusters/kwok-stages';
import { isRunning, uidOf } from '../../local/demo/observe';
import { graceOf, readAudit } from '../support/audit';
import { install, renewKubeconfig } from '../bench/rig/install';
import { eventually, throughout } from '../support/eventually';
import { Lending, vnodeOf } from '../support/lending';
import { LentPods } from '../support/lent-pods';

/** A pod that takes all of its grace to stop. */
const SLOW = { annotations: { [FakeAnnotation.StopAfter]: 'grace' } };

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

/** Graces with which the copy was asked to be deleted by us. */
async function gracesOf(copy: Pod): Promise<(number | null)[]> {
  const events = await readAudit(lending.physical);
  return events
    .filter(({ verb, objectRef }) => verb === 'delete' && objectRef?.resource === 'pods' && objectRef.name === copy.metadata?.name)
    .filter(({ user, requestObject }) => user.username.startsWith('system:serviceaccount:') && requestObject?.preconditions?.uid === uidOf(copy))
    .map(graceOf);
}

describe('a virtual pod', () => {
  it('that is deleted gives its copy the grace of the caller, and a shorter one that comes later; what it does before it stops, the copy does', async () => {
    const lifecycle = { preStop: { exec: { command: ['sh', '-c', 'drain'] } } };
    const containers = [{ name: 'main', image: 'nginx', lifecycle }];
    const pod = await pods.run('n1', 'hurried', { ...SLOW, spec: { terminationGracePeriodSeconds: 90, containers } });
    const copy = await pods.untilCopy(pod, ({ spec }) => expect([spec?.terminationGracePeriodSeconds, spec?.containers[0]?.lifecycle]).toEqual([90, lifecycle]));
    await pods.delete(pod, { gracePeriodSeconds: 60 });
    await pods.untilCopy(pod, ({ metadata }) => expect(metadata?.deletionGracePeriodSeconds).toBe(60));
    await pods.delete(pod, { gracePeriodSeconds: 2 });
    await pods.untilGone([pod]);
    await eventually(async () => expect(await gracesOf(copy)).toEqual([60, 2]));
  });

  it('whose copy takes its time to stop has it asked once', async () => {
    const pod = await pods.run('n1', 'slow', { annotations: { [FakeAnnotation.StopAfter]: '5s' } });
    const copy = await pods.untilCopy(pod, () => undefined);
    await pods.delete(pod, { gracePeriodSeconds: 40 });
    await pods.untilGone([pod]);
    expect(await gracesOf(copy)).toEqual([40]);
  });

  it.each([
    ['running', false],
    ['while it stops', true],
  ])('that is force-deleted, %s, takes its copy along by force', async (_, stopping) => {
    const name = stopping ? 'forced-later' : 'forced';
    const pod = await pods.run('n1', name, { ...SLOW, spec: { terminationGracePeriodSeconds: 90 } });
    const copy = await pods.untilCopy(pod, () => undefined);
    if (stopping) {
      await pods.delete(pod);
      await pods.untilCopy(pod, ({ metadata }) => expect(metadata?.deletionTimestamp).toBeDefined());
    }
    await pods.delete(pod, { gracePeriodSeconds: 0 });
    await pods.untilGone([pod]);
    await eventually(async () => expect((await gracesOf(copy)).at(-1)).toBe(0));
  });

  it('whose copy its owner deletes has failed, says why, and can be deleted at once', async () => {
    const pod = await pods.run('n1', 'robbed');
    await pods.deleteCopy(await pods.untilCopy(pod, () => undefined));
    await eventually(async () => {
      expect((await pods.find('robbed'))?.status).toMatchObject({ phase: 'Failed', reason: 'PhysicalPodLost' });
    });
    await eventually(async () => expect((await pods.events(pod)).map(({ reason }) => reason)).toContain('PhysicalPodLost'));
    await throughout(async () => expect(await pods.copyOf(pod)).toBeUndefined(), 1_000);
    await pods.delete(pod);
    await pods.untilGone([pod], { within: 5_000 });
  });

  it.each([
    ['Succeeded', '0'],
    ['Failed', '3'],
  ])('that has ended as %s stays so when its copy goes', async (phase, code) => {
    const name = `ended-${phase.toLowerCase()}`;
    const annotations = { [FakeAnnotation.ExitCode]: code };
    await pods.create('n1', name, { annotations, spec: { restartPolicy: 'Never' } });
    const pod = await eventually(async () => {
      const found = await pods.find(name);
      expect(found?.status?.phase).toBe(phase);
      return found!;
    });
    const copy = await pods.untilCopy(pod, ({ status }) => expect(status?.phase).toBe(phase));
    const before = await eventually(async () => {
      const status = (await pods.find(name))?.status;
      expect(status?.containerStatuses).toMatchObject(copy.status?.containerStatuses ?? []);
      await throughout(async () => expect((await pods.find(name))?.status).toEqual(status), 1_000);
      return status;
    });
    await pods.deleteCopy(copy);
    await throughout(async () => expect((await pods.find(name))?.status).toEqual(before), 1_500);
    await pods.delete(pod);
    await pods.untilGone([pod], { within: 5_000 });
  });
});

describe('a copy', () => {
  /** As a backup would restore it, labels and annotations included. */
  const restored = ({ metadata, spec }: Pod, annotations = metadata?.annotations) => ({
    metadata: { name: metadata?.name, labels: metadata?.labels, annotations },
    spec: { ...spec, serviceAccountName: undefined, priority: undefined, preemptionPolicy: undefined },
  });

  it('that somebody makes again is removed: a pod is started once', async () => {
    const pod = await pods.run('n1', 'restored');
    const copy = await pods.untilCopy(pod, () => undefined);
    await pods.deleteCopy(copy);
    await eventually(async () => expect((await pods.find('restored'))?.status?.phase).toBe('Failed'));
    await lending.physical.api.create(`/api/v1/namespaces/${WORKER_NAMESPACE}/pods`, restored(copy));
    await eventually(async () => expect(await pods.copyOf(pod)).toBeUndefined());
    expect((await pods.find('restored'))?.status).toMatchObject({ phase: 'Failed', reason: 'PhysicalPodLost' });
    await pods.delete(pod);
  });

  it('of a pod that its own cluster has ended is stopped', async () => {
    const pod = await pods.run('n1', 'ended-here');
    await lending.virtual.api.merge('/api/v1/namespaces/default/pods/ended-here/status', { status: { phase: 'Failed', reason: 'Terminated' } });
    await eventually(async () => expect(await pods.copyOf(pod)).toBeUndefined());
    expect((await pods.find('ended-here'))?.status).toMatchObject({ phase: 'Failed', reason: 'Terminated' });
    await pods.delete(pod);
  });

  it('with a binding of its own name but of another virtual cluster is left alone', async () => {
    const pod = await pods.run('n1', 'template');
    const copy = await pods.untilCopy(pod, () => undefined);
    const stranger = restored(copy, { ...copy.metadata?.annotations, 'kubeocean.io/virtual-pod-uid': 'elsewhere' });
    const path = `/api/v1/namespaces/${WORKER_NAMESPACE}/pods`;
    const labels = { ...copy.metadata?.labels, [Label.VirtualCluster]: 'another' };
    await lending.physical.api.create(path, { ...stranger, metadata: { ...stranger.metadata, name: 'not-ours', labels } });
    await throughout(async () => expect((await lending.physical.api.get<Pod>(`${path}/not-ours`)).metadata?.deletionTimestamp).toBeUndefined(), 1_500);
    await lending.physical.api.delete(`${path}/not-ours`);
    await pods.delete(pod);
    await pods.untilGone([pod]);
  });
});

describe('a StatefulSet', () => {
  const SETS = '/apis/apps/v1/namespaces/default/statefulsets';
  const replaced = async (before: Pod) =>
    await eventually(async () => {
      const now = await pods.find('db-0');
      if (now === null || uidOf(now) === uidOf(before) || !isRunning(now)) throw new Error('the successor does not run');
      return now;
    }, { within: 30_000 });
  beforeAll(async () => {
    await lending.virtual.api.create(SETS, {
      metadata: { name: 'db' },
      spec: {
        serviceName: 'db',
        selector: { matchLabels: { app: 'db' } },
        template: { metadata: { labels: { app: 'db' }, ...SLOW }, spec: LentPods.on('n1', { terminationGracePeriodSeconds: 3 }) },
      },
    });
  });

  it.each<[string, number, { gracePeriodSeconds?: number }]>([
    ['deleted', 1, {}],
    // Once is not enough: the next pod may come while the watch is still busy with what the last one left.
    ['force-deleted, again and again', 8, { gracePeriodSeconds: 0 }],
  ])('has its pod replaced under the same name when it is %s', async (_, times, options) => {
    let now = await pods.runs('db-0');
    for (let time = 1; time <= times; time += 1) {
      await pods.delete(now, options);
      now = await replaced(now);
    }
    const copies = (await pods.copies()).filter(({ metadata }) => metadata?.name?.startsWith('db-0-'));
    expect(copies).toHaveLength(1);
    expect(uidOf((await pods.copyOf(now))!)).toBe(uidOf(copies[0]!));
  });

  it('has it replaced as soon as a copy that its owner deletes, and that takes its time, is gone', async () => {
    const before = await pods.runs('db-0');
    const copy = await pods.untilCopy(before, () => undefined);
    await pods.deleteCopy(copy);
    await pods.untilCopy(before, ({ metadata }) => expect(metadata?.deletionTimestamp).toBeDefined());
    expect((await pods.find('db-0'))?.metadata?.uid).toBe(uidOf(before));
    await replaced(before);
  });

  it('goes without a trace', async () => {
    const last = await pods.runs('db-0');
    await lending.virtual.api.delete(`${SETS}/db`);
    await pods.untilGone([last]);
  });
});

describe('a vnode', () => {
  const vnodeUid = async (node: string) => (await lending.vnode(node))?.metadata?.uid;

  it('that is deleted by hand takes its pods along, with their grace, and comes again', async () => {
    const pod = await pods.run('n2', 'on-deleted', { ...SLOW, spec: { terminationGracePeriodSeconds: 2 } });
    const uid = await vnodeUid('n2');
    await lending.virtual.api.delete(`/api/v1/nodes/${vnodeOf('n2')}`);
    await pods.untilGone([pod], { within: 40_000 });
    await lending.untilVnode('n2', ({ metadata }) => {
      expect(metadata?.uid).not.toBe(uid);
      expect(metadata?.deletionTimestamp).toBeUndefined();
    }, { within: 40_000 });
    const again = await pods.run('n2', 'on-deleted');
    await pods.delete(again);
    await pods.untilGone([again]);
  });

  it('whose finalizer somebody took off comes again at once, and its pods run on', async () => {
    const pod = await pods.run('n2', 'on-stripped');
    const copy = await pods.untilCopy(pod, () => undefined);
    const path = `/api/v1/nodes/${vnodeOf('n2')}`;
    const uid = await vnodeUid('n2');
    const { metadata } = (await lending.vnode('n2'))!;
    await lending.virtual.api.merge(path, { metadata: { finalizers: metadata?.finalizers?.filter((one) => one !== Finalizer.Vnode) } });
    await lending.virtual.api.delete(path);
    await lending.untilVnode('n2', (vnode) => expect(vnode.metadata?.uid).not.toBe(uid));
    await throughout(async () => {
      expect(isRunning((await pods.find('on-stripped'))!)).toBe(true);
      expect(uidOf((await pods.copyOf(pod))!)).toBe(uidOf(copy));
    }, 2_000);
    await pods.delete(pod);
    await pods.untilGone([pod]);
  });
});

describe('a namespace of the virtual cluster', () => {
  it('that is deleted ends, with its pods, their copies, tokens and everything they used', async () => {
    const { api } = lending.virtual;
    await api.create('/api/v1/namespaces', { metadata: { name: 'team' } });
    await api.create('/api/v1/namespaces/team/configmaps', { metadata: { name: 'settings' }, data: { key: '1' } });
    await eventually(() => api.get('/api/v1/namespaces/team/serviceaccounts/default'));
    const spec = { terminationGracePeriodSeconds: 2, volumes: [{ name: 'v', configMap: { name: 'settings' } }] };
    await Promise.all(['a', 'b'].map((name) => pods.create('n1', name, { ...SLOW, namespace: 'team', spec })));
    const running = await Promise.all(['a', 'b'].map((name) => pods.runs(name, { namespace: 'team' })));
    await api.delete('/api/v1/namespaces/team');
    await pods.untilGone(running);
    await eventually(async () => expect(await api.find<Namespace>('/api/v1/namespaces/team')).toBeNull(), { within: 30_000 });
    await eventually(async () => {
      const { items } = await lending.physical.api.get<{ items: Secret[] }>(
        `/api/v1/namespaces/${WORKER_NAMESPACE}/secrets?labelSelector=${encodeURIComponent(`${Label.ServiceAccountToken}=true`)}`,
      );
      expect(items.map(({ metadata }) => metadata?.annotations?.['kubeocean.io/virtual-pod-namespace'])).not.toContain('team');
    });
  });
});

describe('the mount namespace', () => {
  const MOUNT = `/api/v1/namespaces/${WORKER_NAMESPACE}`;

  it('that its owner deletes fails its pods; they can be deleted, and nothing is left in the virtual cluster', async () => {
    const pod = await pods.run('n1', 'homeless');
    const spare = await pods.run('n1', 'homeless-too', { ...SLOW, spec: { terminationGracePeriodSeconds: 3 } });
    await lending.physical.api.delete(MOUNT);
    await eventually(async () => expect(await lending.physical.api.find(MOUNT)).toBeNull(), { within: 40_000 });
    await eventually(async () => {
      for (const name of ['homeless', 'homeless-too']) expect((await pods.find(name))?.status).toMatchObject({ phase: 'Failed', reason: 'PhysicalPodLost' });
    }, { within: 30_000 });
    for (const one of [pod, spare]) await pods.delete(one);
    await eventually(async () => expect([await pods.find('homeless'), await pods.find('homeless-too')]).toEqual([null, null]));
  });

  it('keeps new pods waiting, with the reason, until it is installed again; nothing stays', async () => {
    const { virtual, physical, stack } = lending;
    const [waiting, leaving] = [await pods.create('n1', 'waiting'), await pods.create('n1', 'leaving')];
    await eventually(async () => {
      for (const pod of [waiting, leaving]) expect((await pods.events(pod)).map(({ message }) => message).join()).toMatch(/Unauthorized|NotFound/);
    });
    await pods.delete(leaving);
    await install(virtual, physical);
    await renewKubeconfig(virtual, physical, stack.dir);
    await pods.runs('waiting', {}, { within: 40_000 });
    await pods.untilGone([leaving]);
    await pods.delete(waiting);
    await pods.untilGone([waiting]);
  });
});
