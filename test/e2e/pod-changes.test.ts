/** A running pod is edited on both sides, as with kubectl. */
import type { Event, Pod } from 'kubernetes-types/core/v1';
import { Annotation, Label, Taint, WORKER_NAMESPACE } from '../../api/names/keys';
import { physicalName } from '../../domain/pods';
import type { Rest } from '../../local/clusters/rest';
import { isRunning } from '../../local/demo/observe';
import { readAudit } from '../support/audit';
import { eventually, throughout } from '../support/eventually';
import { Lending, vnodeOf } from '../support/lending';

const HOME = '/api/v1/namespaces/default/pods';
const MOUNT = `/api/v1/namespaces/${WORKER_NAMESPACE}/pods`;
const NODE = 'changes';

let lending: Lending;

beforeAll(async () => {
  lending = await Lending.open();
  await lending.lendNode(NODE);
});

afterAll(async () => {
  await lending?.close();
});

const virtual = (): Rest => lending.virtual.api;
const physical = (): Rest => lending.physical.api;
const homeOf = (name: string) => `${HOME}/${name}`;
const copyPath = (name: string) => `${MOUNT}/${physicalName(name, 'default')}`;

/** A pod that runs, and has settled on both sides. */
async function running(name: string, metadata: object = {}): Promise<void> {
  const tolerations = [{ key: Taint.Vnode, operator: 'Exists' }];
  const resources = { requests: { cpu: '100m' } };
  await virtual().create(HOME, {
    metadata: { name, ...metadata },
    spec: { tolerations, nodeSelector: { [Label.Hostname]: vnodeOf(NODE) }, containers: [{ name: 'main', image: 'nginx:1', resources }] },
  });
  await eventually(async () => expect(isRunning(await virtual().get<Pod>(homeOf(name)))).toBe(true), { within: 30_000 });
}

/** Waits until the metadata there has what is expected, and none of the keys. */
async function shows(api: Rest, path: string, { labels, annotations, without = [] }: { labels?: object; annotations?: object; without?: readonly string[] }): Promise<void> {
  await eventually(async () => {
    const { metadata } = await api.get<Pod>(path);
    expect(metadata).toMatchObject({ ...(labels && { labels }), ...(annotations && { annotations }) });
    const keys = [...Object.keys(metadata?.labels ?? {}), ...Object.keys(metadata?.annotations ?? {})];
    expect(keys.filter((key) => without.includes(key))).toEqual([]);
  });
}

const strategic = (api: Rest, path: string, body: object) => api.call('PATCH', path, { body, contentType: 'application/strategic-merge-patch+json' });

it('labels and annotations of the user follow, whatever happens to them over there', async () => {
  await running('users', { labels: { app: 'web', old: 'x' }, annotations: { note: 'a' } });
  const copy = copyPath('users');
  await shows(physical(), copy, { labels: { app: 'web', old: 'x' }, annotations: { note: 'a' } });
  await virtual().merge(homeOf('users'), { metadata: { labels: { app: 'api', old: null, fresh: 'y' }, annotations: { note: null, more: 'b' } } });
  await shows(physical(), copy, { labels: { app: 'api', fresh: 'y' }, annotations: { more: 'b' }, without: ['old', 'note'] });
  await physical().merge(copy, { metadata: { labels: { app: 'theirs', fresh: null }, annotations: { more: 'theirs' } } });
  await shows(physical(), copy, { labels: { app: 'api', fresh: 'y' }, annotations: { more: 'b' } });
  await shows(virtual(), homeOf('users'), { labels: { app: 'api', fresh: 'y' }, annotations: { more: 'b' }, without: ['old', 'note'] });
});

it('what the physical cluster adds shows, changes and goes, until the user takes it over', async () => {
  await running('added', { labels: { app: 'web' } });
  const [home, copy] = [homeOf('added'), copyPath('added')];
  await physical().merge(copy, { metadata: { labels: { zone: 'z1' }, annotations: { 'cni.example/ip': '10.1.1.1', 'device.example/ids': '0,1' } } });
  await shows(virtual(), home, { labels: { zone: 'z1', app: 'web' }, annotations: { 'cni.example/ip': '10.1.1.1', 'device.example/ids': '0,1' } });
  await physical().merge(copy, { metadata: { annotations: { 'cni.example/ip': '10.1.1.2', 'device.example/ids': null } } });
  await shows(virtual(), home, { labels: { zone: 'z1' }, annotations: { 'cni.example/ip': '10.1.1.2' }, without: ['device.example/ids'] });
  await virtual().merge(home, { metadata: { labels: { zone: 'mine' } } });
  await shows(physical(), copy, { labels: { zone: 'mine' } });
  await physical().merge(copy, { metadata: { labels: { zone: 'z2' } } });
  await shows(physical(), copy, { labels: { zone: 'mine' } });
  await shows(virtual(), home, { labels: { zone: 'mine' }, annotations: { 'cni.example/ip': '10.1.1.2' } });
});

it('nobody forges keys of ours', async () => {
  await running('forged');
  const [home, copy] = [homeOf('forged'), copyPath('forged')];
  const uid = (await virtual().get<Pod>(home)).metadata?.uid;
  await virtual().merge(home, { metadata: { labels: { [Label.WorkloadName]: 'mine', marker: 'v' }, annotations: { [Annotation.VirtualPodName]: 'other', [Annotation.PhysicalPodName]: 'other' } } });
  await physical().merge(copy, { metadata: { labels: { [Label.PolicyApplied]: 'x', marked: 'p' }, annotations: { [Annotation.LeaseEndsAt]: 'x', [Annotation.VirtualNodeName]: 'other' } } });
  await shows(physical(), copy, { labels: { marker: 'v' }, annotations: { [Annotation.VirtualPodName]: 'forged', [Annotation.VirtualPodUid]: uid, [Annotation.VirtualNodeName]: vnodeOf(NODE) }, without: [Label.WorkloadName] });
  const annotations = { [Annotation.PhysicalPodName]: physicalName('forged', 'default') };
  await shows(virtual(), home, { labels: { marked: 'p' }, annotations, without: [Label.PolicyApplied, Annotation.LeaseEndsAt] });
});

it('images, deadline, tolerations, resources and ephemeral containers follow', async () => {
  await running('spec');
  const [home, copy] = [homeOf('spec'), copyPath('spec')];
  // As the kubelet of a node that can resize would say; kwok does not.
  await eventually(async () => {
    const { status } = await physical().get<Pod>(copy);
    const containerStatuses = status?.containerStatuses?.map((one) => ({ ...one, resources: { requests: { cpu: '100m' } } }));
    await physical().merge(`${copy}/status`, { status: { containerStatuses } });
    expect(JSON.stringify((await virtual().get<Pod>(home)).status?.containerStatuses)).toContain('100m');
  });
  await strategic(virtual(), `${home}/resize`, { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '200m' } } }] } });
  await strategic(virtual(), `${home}/ephemeralcontainers`, { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } });
  const { spec } = await virtual().get<Pod>(home);
  const tolerations = [...(spec?.tolerations ?? []), { key: 'late', operator: 'Exists' }];
  await strategic(virtual(), home, { spec: { activeDeadlineSeconds: 3600, tolerations, containers: [{ name: 'main', image: 'nginx:2' }] } });
  await eventually(async () => {
    const found = (await physical().get<Pod>(copy)).spec;
    expect(found).toMatchObject({ activeDeadlineSeconds: 3600, containers: [{ image: 'nginx:2', resources: { requests: { cpu: '200m' } } }], ephemeralContainers: [{ name: 'debug' }] });
    expect(found?.tolerations).toContainEqual({ key: 'late', operator: 'Exists' });
  });
  const { items } = await virtual().get<{ items: Event[] }>('/api/v1/namespaces/default/events');
  expect(items.filter(({ reason }) => reason === 'FailedUpdatePod')).toEqual([]);
});

it('a pod that nobody edits is not written to once it runs', async () => {
  await running('quiet');
  const writes = async () => {
    const events = [...(await readAudit(lending.virtual)), ...(await readAudit(lending.physical))];
    const names = ['quiet', physicalName('quiet', 'default')];
    return events.filter(({ verb, objectRef }) => ['patch', 'update'].includes(verb) && objectRef?.resource === 'pods' && names.includes(objectRef.name ?? '')).length;
  };
  // Created, bound, run by kwok, mirrored.
  await eventually(async () => expect(await writes()).toBeGreaterThan(0));
  const settled = await eventually(async () => {
    const before = await writes();
    await throughout(async () => expect(await writes()).toBe(before), 5_000);
    return before;
  });
  await throughout(async () => expect(await writes()).toBe(settled), 3_000);
});
