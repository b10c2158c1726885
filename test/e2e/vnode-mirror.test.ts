import type { Event, Node, Pod } from 'kubernetes-types/core/v1';
import type { ResourceLeasingPolicy } from '../../api/names/types';
import { FakeAnnotation } from '../../local/clusters/kwok-stages';
import { POLICIES_PATH } from '../bench/rig/manifests';
import { eventually, throughout } from '../support/eventually';
import { conditionOf, Lending, taintKeys, vnodeOf } from '../support/lending';

let lending: Lending;
const STRATEGIC = 'application/strategic-merge-patch+json';

beforeAll(async () => {
  lending = await Lending.open();
});

afterAll(async () => {
  await lending?.close();
});

const vnode = (node: string) => `/api/v1/nodes/${vnodeOf(node)}`;
const requests = (given: Record<string, string>) => ({ resources: { requests: given } });
const strategic = (path: string, body: object) => lending.physical.api.call('PATCH', path, { body, contentType: STRATEGIC });

describe('capacity', () => {
  const NODE = 'measured';
  const ALLOCATABLE = { cpu: '8', memory: '16Gi', pods: '15', 'nvidia.com/gpu': '3', 'example.com/nic': '5' };
  const limits = [
    { resource: 'pods', percent: 50 },
    { resource: 'nvidia.com/gpu', percent: 50 },
    { resource: 'example.com/nic', quantity: 0 },
  ];
  const offers = (expected: Record<string, string>) => lending.untilVnode(NODE, ({ status }) => {
    expect(status?.allocatable).toMatchObject(expected);
    expect(status?.capacity).toEqual(status?.allocatable);
  });

  it('is whole where it must be, and nothing where the limit is 0', async () => {
    await lending.lendNode(NODE, { allocatable: ALLOCATABLE }, { resourceLimits: limits });
    await offers({ cpu: '8', memory: '16Gi', pods: '7', 'nvidia.com/gpu': '1', 'example.com/nic': '0' });
  });

  it("is less what the owner's pods ask as the scheduler counts it, and everything again the moment they have ended", async () => {
    await lending.ownersPod('owner', NODE, {
      metadata: { annotations: { [FakeAnnotation.ExitCode]: '0', [FakeAnnotation.ExitAfter]: '100h' } },
      spec: {
        initContainers: [
          { name: 'proxy', image: 'nginx', restartPolicy: 'Always', ...requests({ cpu: '500m' }) },
          { name: 'prepare', image: 'nginx', ...requests({ cpu: '3' }) },
        ],
        containers: [{ name: 'main', image: 'nginx', ...requests({ cpu: '1', memory: '1Gi' }) }],
      } as Pod['spec'],
    });
    // The largest step is `prepare` beside the sidecar.
    await offers({ cpu: '4500m', memory: '15Gi', pods: '7' });
    await lending.physical.api.merge('/api/v1/namespaces/default/pods/owner', {
      metadata: { annotations: { [FakeAnnotation.ExitAfter]: null } },
    });
    await offers({ cpu: '8', memory: '16Gi', pods: '7' });
    expect(await lending.physical.api.find('/api/v1/namespaces/default/pods/owner')).not.toBeNull();
    await lending.physical.api.delete('/api/v1/namespaces/default/pods/owner');
  });

  it('follows a resize in place: up at once, down when the node has done it, not at all when it refuses', async () => {
    const path = '/api/v1/namespaces/default/pods/resized';
    const allocated = (cpu: string, conditions: object[] = []) =>
      strategic(`${path}/status`, {
        status: { conditions, containerStatuses: [{ name: 'main', image: 'nginx', imageID: '', ...requests({ cpu }), allocatedResources: { cpu } }] },
      });
    const ask = (cpu: string) => strategic(`${path}/resize`, { spec: { containers: [{ name: 'main', ...requests({ cpu }) }] } });
    await lending.ownersPod('resized', NODE, { spec: { containers: [{ name: 'main', image: 'nginx', ...requests({ cpu: '1' }) }] } });
    await eventually(async () => expect((await lending.physical.api.get<Pod>(path)).status?.phase).toBe('Running'));
    await allocated('1');
    await offers({ cpu: '7' });
    await ask('4');
    await offers({ cpu: '4' });
    await allocated('1', [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }]);
    await offers({ cpu: '7' });
    await allocated('4', [{ type: 'PodResizePending', status: 'False', reason: '' }]);
    await offers({ cpu: '4' });
    await ask('2');
    await throughout(async () => expect((await lending.vnode(NODE))?.status?.allocatable?.cpu).toBe('4'), 500);
    await allocated('2');
    await offers({ cpu: '6' });
    await lending.physical.api.delete(path);
    await offers({ cpu: '8' });
  });

  it('is less what another virtual cluster runs on the same node', async () => {
    const labels = { 'kubeocean.io/managed-by': 'kubeocean', 'kubeocean.io/virtual-cluster': 'another', 'kubeocean.io/cluster-binding': 'bench' };
    const spec = { containers: [{ name: 'main', image: 'nginx', ...requests({ cpu: '2' }) }] };
    await lending.ownersPod('neighbour', NODE, { metadata: { labels }, spec });
    await offers({ cpu: '6', pods: '7' });
    await lending.physical.api.delete('/api/v1/namespaces/default/pods/neighbour');
    await offers({ cpu: '8' });
  });
});

it('lends a node by the oldest policy, tells the other that it is shadowed, and passes on to it', async () => {
  const { api } = lending.physical;
  await lending.addNode('disputed');
  await lending.lend('first', { resourceLimits: [{ resource: 'cpu', quantity: '2' }] }, 'disputed');
  // Creation times are cut to the second; the names of equals decide, and these are in order.
  await lending.lend('second', { resourceLimits: [{ resource: 'cpu', quantity: '1' }] }, 'disputed');
  await lending.untilVnode('disputed', ({ status }) => expect(status?.allocatable?.cpu).toBe('2'));
  const { metadata } = (await lending.vnode('disputed'))!;
  const shadowed = async () => {
    const policy = await api.get<ResourceLeasingPolicy>(`${POLICIES_PATH}/second`);
    return policy.status?.conditions?.find(({ type }) => type === 'Shadowed');
  };
  await eventually(async () => {
    expect(await shadowed()).toMatchObject({ status: 'True', reason: 'PolicyShadowed', message: expect.stringContaining('first on disputed') });
    const { items } = await api.get<{ items: Event[] }>('/api/v1/namespaces/default/events');
    const told = items.filter(({ reason, involvedObject }) => reason === 'PolicyShadowed' && involvedObject.name === 'second');
    expect(told.map(({ message }) => message)).toEqual([expect.stringContaining('first on disputed')]);
  });
  await eventually(async () => {
    expect((await lending.physicalNode('disputed')).metadata?.labels).toMatchObject({ 'kubeocean.io/policy-applied': 'first' });
  });
  await api.delete(`${POLICIES_PATH}/first`);
  const after = await lending.untilVnode('disputed', ({ status }) => expect(status?.allocatable?.cpu).toBe('1'));
  expect(after.metadata?.uid).toBe(metadata?.uid);
  await eventually(async () => {
    expect(await shadowed()).toMatchObject({ status: 'False', reason: 'PolicyApplied' });
    expect((await lending.physicalNode('disputed')).metadata?.labels).toMatchObject({ 'kubeocean.io/policy-applied': 'second' });
  });
});

it('puts the label of the policy back, and in the end takes off only its own', async () => {
  const labelOf = async (node: string) => (await lending.physicalNode(node)).metadata?.labels?.['kubeocean.io/policy-applied'];
  const relabel = (node: string, value: string | null) =>
    lending.physical.api.merge(`/api/v1/nodes/${node}`, { metadata: { labels: { 'kubeocean.io/policy-applied': value } } });
  for (const node of ['labelled', 'claimed']) {
    await lending.lendNode(node);
    await eventually(async () => expect(await labelOf(node)).toBe(node));
  }
  await relabel('labelled', null);
  await eventually(async () => expect(await labelOf('labelled')).toBe('labelled'));
  // Another binding's policy lends the same node: its label is its own.
  await lending.lend('of-another', { cluster: 'another' }, 'claimed');
  await eventually(async () => {
    const { status } = await lending.physical.api.get<ResourceLeasingPolicy>(`${POLICIES_PATH}/of-another`);
    expect(status?.phase).toBe('Failed');
  });
  await relabel('claimed', 'of-another');
  for (const node of ['labelled', 'claimed']) {
    await lending.physical.api.delete(`${POLICIES_PATH}/${node}`);
    await eventually(async () => expect(await lending.vnode(node)).toBeNull(), { within: 20_000 });
  }
  await eventually(async () => expect(await labelOf('labelled')).toBeUndefined());
  expect(await labelOf('claimed')).toBe('of-another');
});

it("keeps what users add to a vnode, takes back their edits of ours, and drops what the physical node drops", async () => {
  const physical = '/api/v1/nodes/edited';
  const mine: NonNullable<NonNullable<Node['spec']>['taints']>[number] = { key: 'mine', effect: 'NoSchedule' };
  const theirs = { key: 'theirs', value: 'x', effect: 'NoSchedule' };
  const { spec } = await lending.lendNode('edited', { labels: { rack: '7' }, annotations: { 'example.com/note': 'a' }, taints: [theirs] });
  await lending.virtual.api.merge(vnode('edited'), {
    metadata: { labels: { mine: 'yes', rack: 'changed' }, annotations: { mine: 'too', 'example.com/note': 'changed' } },
    spec: { taints: [...(spec?.taints ?? []), mine] },
  });
  await lending.untilVnode('edited', ({ metadata }) => {
    expect(metadata?.labels).toMatchObject({ mine: 'yes', rack: '7' });
    expect(metadata?.annotations).toMatchObject({ mine: 'too', 'example.com/note': 'a' });
  });
  await lending.physical.api.merge(physical, {
    metadata: { labels: { rack: null, row: '3' }, annotations: { 'example.com/note': null } },
    spec: { taints: null },
  });
  const { metadata } = await lending.untilVnode('edited', (now) => {
    expect(now.metadata?.labels).toMatchObject({ row: '3' });
    expect(taintKeys(now)).toEqual(['kubeocean.io/vnode', 'mine']);
  });
  expect(metadata?.labels).toMatchObject({ mine: 'yes' });
  expect(metadata?.labels).not.toHaveProperty('rack');
  expect(metadata?.annotations).toMatchObject({ mine: 'too' });
  expect(metadata?.annotations).not.toHaveProperty(['example.com/note']);
});

describe('the physical node', () => {
  const path = '/api/v1/nodes/sick';
  beforeAll(async () => {
    await lending.lendNode('sick');
  });
  const status = (body: object) => strategic(`${path}/status`, { status: body });
  const condition = (type: string, value: string) => ({ type, status: value, reason: 'Test', message: '', lastTransitionTime: new Date().toISOString() });
  const annotate = (down: string | null) => lending.physical.api.merge(path, { metadata: { annotations: { [FakeAnnotation.NodeDown]: down } } });

  it.each<[string, () => Promise<unknown>, (vnode: Node) => void]>([
    ['is not Ready', () => annotate('yes'), (node) => {
      expect(conditionOf(node, 'Ready')).toMatchObject({ status: 'False', reason: 'KubeletDown' });
      expect(conditionOf(node, 'PhysicalReady')?.status).toBe('False');
      expect(taintKeys(node)).toContain('node.kubernetes.io/not-ready');
    }],
    ['is Ready again', () => annotate(null), (node) => {
      expect(conditionOf(node, 'Ready')?.status).toBe('True');
      expect(taintKeys(node)).toEqual(['kubeocean.io/vnode']);
    }],
    ['is short of memory', () => status({ conditions: [condition('MemoryPressure', 'True')] }), (node) => {
      expect(conditionOf(node, 'MemoryPressure')?.status).toBe('True');
      expect(taintKeys(node)).toContain('node.kubernetes.io/memory-pressure');
    }],
    ['has memory again', () => status({ conditions: [condition('MemoryPressure', 'False')] }), (node) => {
      expect(conditionOf(node, 'MemoryPressure')?.status).toBe('False');
      expect(taintKeys(node)).toEqual(['kubeocean.io/vnode']);
    }],
    ['is cordoned', () => lending.physical.api.merge(path, { spec: { unschedulable: true } }), (node) => {
      expect(taintKeys(node)).toEqual(expect.arrayContaining(['kubeocean.io/physical-node-unschedulable']));
      expect(node.spec?.unschedulable).toBeUndefined();
    }],
    ['is uncordoned', () => lending.physical.api.merge(path, { spec: { unschedulable: null } }), (node) => expect(taintKeys(node)).toEqual(['kubeocean.io/vnode'])],
    ['has booted again', () => status({ nodeInfo: { bootID: 'second-boot' } }), (node) => expect(node.status?.nodeInfo?.bootID).toBe('second-boot')],
  ])('%s', async (_, happen, expectations) => {
    await happen();
    await lending.untilVnode('sick', expectations);
  });

  it('is replaced by another of its name: so is the vnode', async () => {
    const before = await lending.untilVnode('sick', () => undefined);
    await lending.physical.api.delete(path);
    const { metadata } = await lending.addNode('sick', { labels: { generation: 'second' } });
    const after = await lending.untilVnode('sick', (now) => {
      expect(now.metadata?.uid).not.toBe(before.metadata?.uid);
      expect(now.metadata?.labels).toMatchObject({ 'kubeocean.io/physical-node-uid': metadata?.uid, generation: 'second' });
      expect(conditionOf(now, 'Ready')?.status).toBe('True');
    }, { within: 30_000 });
    expect(after.metadata?.deletionTimestamp).toBeUndefined();
  });

  it('disappears: so does the vnode', async () => {
    await lending.physical.api.delete(path);
    await eventually(async () => expect(await lending.vnode('sick')).toBeNull(), { within: 20_000 });
  });
});

it('makes a vnode again that somebody removed by force', async () => {
  const before = await lending.lendNode('forced');
  await lending.virtual.api.delete(vnode('forced'));
  await lending.virtual.api.merge(vnode('forced'), { metadata: { finalizers: null } }).catch(() => undefined);
  await lending.untilVnode('forced', ({ metadata }) => expect(metadata?.uid).not.toBe(before.metadata?.uid), { within: 20_000 });
});

it('follows an edit of the binding on vnodes that are there, also where the binding said nothing before', async () => {
  await lending.lendNode('bound');
  await lending.editBinding({ disableNodeDefaultTaint: true });
  await lending.untilVnode('bound', (now) => expect(taintKeys(now)).toEqual([]));
  await lending.editBinding({ disableNodeDefaultTaint: null });
  await lending.untilVnode('bound', (now) => expect(taintKeys(now)).toEqual(['kubeocean.io/vnode']));
  const elsewhere = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['nowhere'] }] }];
  await lending.editBinding({ nodeSelector: { nodeSelectorTerms: elsewhere } });
  await eventually(async () => expect(await lending.vnode('bound')).toBeNull());
  await lending.editBinding({ nodeSelector: null });
  await lending.untilVnode('bound', (now) => expect(conditionOf(now, 'Ready')?.status).toBe('True'));
});
