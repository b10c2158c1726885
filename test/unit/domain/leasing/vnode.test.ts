import type { Taint } from 'kubernetes-types/core/v1';
import { decodeExpected } from '../../../../domain/metadata';
import type { ReclaimNote } from '../../../../domain/reclaim';
import { encodeOverride } from '../../../../domain/override';
import {
  type NodeObject,
  physicalNodeOf,
  planVnode,
  releasePatch,
  teardownPatch,
  teardownStartedAt,
  type VnodeFacts,
  vnodeName,
  type VnodePatch,
} from '../../../../domain/vnode';
import { aNode, NodeBuilder } from '../../../support/builders/node';
import { aPolicy } from '../../../support/builders/policy';

const NOW = Date.parse('2026-03-06T18:30:00Z');
const LATER = NOW + 60_000;
const facts: VnodeFacts = {
  binding: { name: 'east', clusterID: 'e1' },
  physical: aNode().annotated({ note: 'hello' }).build(),
  policy: aPolicy().build(),
  window: { open: true, closesAt: NOW + 3_600_000 },
  windowTaint: null,
  windowSince: null,
  reclaim: null,
  clusterUnreachable: false,
  endpoint: { address: '10.9.0.1', kubeletPort: 20_001, prometheusPort: 9006 },
  capacity: { cpu: '4' },
  live: null,
  now: NOW,
};

function created(change: Partial<VnodeFacts> = {}): NodeObject {
  const plan = planVnode({ ...facts, ...change });
  if (plan.action !== 'create') {
    throw new Error(`expected a new vnode, not ${plan.action}`);
  }
  return { ...plan.node, metadata: { ...plan.node.metadata, uid: 'vnode-uid', resourceVersion: '7' } };
}

/** The vnode as it was created, for a builder to change. */
const live = (change: Partial<VnodeFacts> = {}) => new NodeBuilder(created(change));

function patched(change: Partial<VnodeFacts>): VnodePatch {
  const plan = planVnode({ ...facts, ...change });
  if (plan.action !== 'patch') {
    throw new Error(`expected a patch, not ${plan.action}`);
  }
  return plan.patch;
}

describe('vnodeName', () => {
  it.each([
    ['short', 'n1', 'vnode-e1-n1'],
    ['63 characters', 'x'.repeat(54), `vnode-e1-${'x'.repeat(54)}`],
    ['64 characters', 'x'.repeat(55), 'vnode-e1-xxxxxxxxxxxxxxxxxxxxx-117658eb360aabae7dfc4964e19d10e9'],
    [
      'a dot at the cut',
      `${'x'.repeat(20)}.${'y'.repeat(40)}`,
      'vnode-e1-xxxxxxxxxxxxxxxxxxxx--7de0eb5f656d0c4ccb0dd00129e08446',
    ],
  ])('%s', (_, node, name) => {
    expect(vnodeName('e1', node)).toBe(name);
    expect(name.length).toBeLessThanOrEqual(63);
  });
});

describe('planVnode creates', () => {
  it('all labels of the physical node, then ours', () => {
    expect(created().metadata.labels).toEqual({
      'kubernetes.io/hostname': 'vnode-e1-n1',
      'kubernetes.io/os': 'linux',
      'kubeocean.io/role': 'worker',
      'kubeocean.io/managed-by': 'kubeocean',
      'kubeocean.io/cluster-binding': 'east',
      'kubeocean.io/physical-cluster-id': 'e1',
      'kubeocean.io/physical-node-name': 'n1',
      'kubeocean.io/physical-node-uid': 'n1-uid',
      'kubeocean.io/physical-node-innerip': '10.0.0.7',
      'kubeocean.io/proxier_port': '20001',
      'kubeocean.io/policy-applied': 'nights',
      type: 'virtual-kubelet',
      'node.kubernetes.io/instance-type': 'vnode',
      'beta.kubernetes.io/instance-type': 'vnode',
    });
  });

  it('annotations, the finalizer and a complete status', () => {
    const { metadata, status, spec } = created();
    expect(metadata.name).toBe('vnode-e1-n1');
    expect(metadata.finalizers).toEqual(['kubeocean.io/vnode']);
    expect(metadata.annotations).toEqual({
      note: 'hello',
      'kubeocean.io/physical-node-name': 'n1',
      'kubeocean.io/physical-node-uid': 'n1-uid',
      'kubeocean.io/policies-applied': 'nights',
      'kubeocean.io/policy-details': 'nights',
      'kubeocean.io/reclaim-terms': '{}',
      'kubeocean.io/lease-ends-at': '2026-03-06T19:30:00Z',
      'kubeocean.io/prometheus-url': '10.9.0.1:9006/vnode-e1-n1',
      'kubeocean.io/expected-metadata': expect.any(String),
    });
    expect(status?.capacity).toEqual({ cpu: '4' });
    expect(status?.conditions?.map(({ type, status: value }) => `${type}=${value}`)).toContain('PhysicalReady=True');
    expect(Object.keys(spec ?? {})).toEqual(['taints']);
  });

  it.each<[string, Partial<VnodeFacts>, string, string | undefined]>([
    [
      'limits',
      {
        policy: aPolicy('p1')
          .spec({
            resourceLimits: [
              { resource: 'cpu', quantity: 4, percent: 80 },
              { resource: 'memory', percent: 90 },
              { resource: 'pods', quantity: '0' },
            ],
          })
          .build(),
      },
      'kubeocean.io/policy-details',
      'p1(cpu=4/80%,memory=/90%,pods=0/)',
    ],
    [
      'no gateway yet',
      { endpoint: { address: null, kubeletPort: 20_001, prometheusPort: 9006 } },
      'kubeocean.io/prometheus-url',
      '<pending>:9006/vnode-e1-n1',
    ],
    [
      'no metrics port',
      { endpoint: { address: '10.9.0.1', kubeletPort: 20_001 } },
      'kubeocean.io/prometheus-url',
      undefined,
    ],
    ['an endless window', { window: { open: true, closesAt: null } }, 'kubeocean.io/lease-ends-at', undefined],
    ['a closed window', { window: { open: false, opensAt: LATER } }, 'kubeocean.io/lease-ends-at', undefined],
    [
      "the physical cluster's own bookkeeping",
      { physical: aNode().annotated({ 'node.alpha.kubernetes.io/ttl': '30' }).build() },
      'node.alpha.kubernetes.io/ttl',
      undefined,
    ],
    [
      'where the physical kubelet has its figures',
      { physical: aNode().annotated({ 'metrics.k8s.io/resource-metrics-path': '/elsewhere' }).build() },
      'metrics.k8s.io/resource-metrics-path',
      undefined,
    ],
    [
      'a kubelet that is played, which a player in the virtual cluster would do as well',
      { physical: aNode().annotated({ 'kwok.x-k8s.io/node': 'fake' }).build() },
      'kwok.x-k8s.io/node',
      undefined,
    ],
    [
      'a port that stands for all vnodes',
      { endpoint: { address: '10.9.0.1', kubeletPort: 20_001, commonPort: 10_250 } },
      'metrics.k8s.io/resource-metrics-path',
      '/vnode-e1-n1/metrics/resource',
    ],
    [
      'a forged annotation',
      { physical: aNode().annotated({ 'kubeocean.io/paused': 'true' }).build() },
      'kubeocean.io/paused',
      undefined,
    ],
  ])('%s: annotation', (_, change, key, value) => {
    expect(created(change).metadata.annotations?.[key]).toBe(value);
  });

  it.each<[string, NodeObject, string, string | undefined]>([
    ['no InternalIP', aNode().status({ addresses: [] }).build(), 'kubeocean.io/physical-node-innerip', undefined],
    [
      'an IPv6 address, which no label can hold',
      aNode()
        .status({ addresses: [{ type: 'InternalIP', address: 'fd00::1' }] })
        .build(),
      'kubeocean.io/physical-node-innerip',
      undefined,
    ],
    [
      'a forged label',
      aNode().labelled({ 'kubeocean.io/hostport-fake-pod': 'true' }).build(),
      'kubeocean.io/hostport-fake-pod',
      undefined,
    ],
    [
      'a name longer than a label value',
      aNode('n'.repeat(80)).build(),
      'kubeocean.io/physical-node-name',
      `${'n'.repeat(30)}-1b82bdea89b960233d3c9680985a590b`,
    ],
  ])('%s: label', (_, physical, key, value) => {
    expect(created({ physical }).metadata.labels?.[key]).toBe(value);
    expect(physicalNodeOf(created({ physical }))).toBe(physical.metadata.name);
  });
});

describe('taints', () => {
  const a: Taint = { key: 'a', effect: 'NoSchedule' };
  const notReady: Taint = {
    key: 'node.kubernetes.io/not-ready',
    effect: 'NoExecute',
    timeAdded: '2026-03-01T00:00:00Z',
  };
  const vnode: Taint = { key: 'kubeocean.io/vnode', effect: 'NoSchedule' };
  const closed = (effect: string, timeAdded: string): Taint => ({
    key: 'kubeocean.io/out-of-time-windows',
    value: 'true',
    effect,
    timeAdded,
  });
  const unreachable: Taint = { key: 'kubeocean.io/cluster-unreachable', value: 'true', effect: 'NoSchedule' };

  it.each<[string, Partial<VnodeFacts>, Taint[]]>([
    ['the default one', {}, [vnode]],
    ['unless it is disabled', { binding: { ...facts.binding, disableNodeDefaultTaint: true } }, []],
    ['physical ones first, as they are', { physical: aNode().tainted(a, notReady).build() }, [a, notReady, vnode]],
    [
      'the cordon under our name',
      {
        physical: aNode()
          .tainted({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule', timeAdded: '2026-03-01T00:00:00Z' })
          .build(),
      },
      [{ key: 'kubeocean.io/physical-node-unschedulable', effect: 'NoSchedule' }, vnode],
    ],
    [
      'a cordon whose taint is still to come',
      { physical: aNode().tainted(a).spec({ unschedulable: true }).build() },
      [a, { key: 'kubeocean.io/physical-node-unschedulable', effect: 'NoSchedule' }, vnode],
    ],
    [
      'and one whose taint is there, once',
      {
        physical: aNode()
          .tainted({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }, a)
          .spec({ unschedulable: true })
          .build(),
      },
      [{ key: 'kubeocean.io/physical-node-unschedulable', effect: 'NoSchedule' }, a, vnode],
    ],
    [
      'a forged one is not copied',
      {
        physical: aNode()
          .tainted(closed('NoExecute', '2026-01-01T00:00:00Z'), { ...vnode, effect: 'NoExecute' })
          .build(),
      },
      [vnode],
    ],
    ['closed', { windowTaint: 'NoSchedule' }, [vnode, closed('NoSchedule', '2026-03-06T18:30:00Z')]],
    ['forced', { windowTaint: 'NoExecute' }, [vnode, closed('NoExecute', '2026-03-06T18:30:00Z')]],
    [
      'unreachable',
      { windowTaint: 'NoSchedule', clusterUnreachable: true },
      [vnode, closed('NoSchedule', '2026-03-06T18:30:00Z'), unreachable],
    ],
  ])('%s', (_, change, taints) => {
    expect(created(change).spec?.taints).toEqual(taints);
  });

  it.each<[string, NodeObject, Partial<VnodeFacts>, Taint[]]>([
    [
      'added when the window closes',
      live().build(),
      { windowTaint: 'NoSchedule' },
      [vnode, closed('NoSchedule', '2026-03-06T18:31:00Z')],
    ],
    [
      'keeps its time when it becomes NoExecute',
      live({ windowTaint: 'NoSchedule' }).build(),
      { windowTaint: 'NoExecute' },
      [vnode, closed('NoExecute', '2026-03-06T18:30:00Z')],
    ],
    ['goes when the window opens', live({ windowTaint: 'NoExecute' }).build(), {}, [vnode]],
    [
      "a user's taint stays, at the end",
      live().tainted({ key: 'mine', effect: 'NoExecute' }).build(),
      { clusterUnreachable: true },
      [vnode, unreachable, { key: 'mine', effect: 'NoExecute' }],
    ],
    ['a physical taint that went goes', live({ physical: aNode().tainted(a).build() }).build(), {}, [vnode]],
    [
      'cluster-unreachable goes when the cluster is back, though no plan had put it there',
      live().tainted(unreachable).build(),
      {},
      [vnode],
    ],
    [
      'vnode-deleting on a healthy vnode goes',
      live().tainted({ key: 'kubeocean.io/vnode-deleting', effect: 'NoSchedule' }).build(),
      {},
      [vnode],
    ],
  ])('%s', (_, vnodeLive, change, taints) => {
    expect(patched({ ...change, live: vnodeLive, now: LATER }).spec?.taints).toEqual(taints);
  });

  it('are not written for their order, nor for the time the virtual cluster gave the same taint', () => {
    const physical = aNode().tainted(notReady).build();
    const vnodeLive = live({ physical })
      .spec({ taints: [vnode, { ...notReady, timeAdded: '2026-03-02T00:00:00Z' }] })
      .build();
    expect(planVnode({ ...facts, physical, live: vnodeLive, now: LATER })).toEqual({ action: 'unchanged' });
  });
});

describe('planVnode of an existing vnode', () => {
  it('writes nothing where nothing changed', () => {
    expect(planVnode({ ...facts, live: live().build(), now: LATER })).toEqual({ action: 'unchanged' });
  });

  it("keeps what users added, reverts their edits, drops what the physical node dropped, and that's all it writes", () => {
    const physical = aNode()
      .labelled({ once: 'here', 'kubernetes.io/os': 'linux' })
      .annotated({ note: 'hello' })
      .build();
    const edited = live({ physical })
      .labelled({ mine: 'yes', 'kubernetes.io/os': 'edited' })
      .annotated({ mine: 'too', 'kubeocean.io/paused': 'true' })
      .build();
    const patch = patched({ live: edited });
    expect(patch).toEqual({
      metadata: {
        resourceVersion: '7',
        labels: { once: null, 'kubernetes.io/os': 'linux' },
        annotations: { 'kubeocean.io/expected-metadata': expect.any(String) },
      },
    });
  });

  it('carries what was asked of the lease, and nothing that no longer counts', () => {
    const override = { kind: 'shorten', until: 0, expires: null, at: 0 } as const;
    const told = live({ override });
    expect(told.build().metadata.annotations?.['kubeocean.io/lease-override']).toBe(encodeOverride(override));
    expect(patched({ live: told.build() }).metadata.annotations).toMatchObject({ 'kubeocean.io/lease-override': null });
    const byHand = live().annotated({ 'kubeocean.io/lease-override': '{}' }).build();
    expect(patched({ live: byHand }).metadata.annotations).toEqual({ 'kubeocean.io/lease-override': null });
  });

  it('remembers what it wanted', () => {
    const { labels, annotations, taints } = decodeExpected(
      created().metadata.annotations?.['kubeocean.io/expected-metadata'],
    );
    expect(labels).toEqual(created().metadata.labels);
    expect(Object.keys(annotations)).not.toContain('kubeocean.io/expected-metadata');
    expect(taints).toEqual([{ key: 'kubeocean.io/vnode', effect: 'NoSchedule' }]);
  });

  it('puts a removed finalizer back beside others', () => {
    const vnodeLive = live()
      .meta({ finalizers: ['user/own'] })
      .build();
    expect(patched({ live: vnodeLive }).metadata).toEqual({
      resourceVersion: '7',
      finalizers: ['user/own', 'kubeocean.io/vnode'],
    });
  });

  it('ends a teardown that is over', () => {
    const vnodeLive = live().annotated({ 'kubeocean.io/deletion-taint-time': '2026-03-06T18:00:00Z' }).build();
    expect(patched({ live: vnodeLive }).metadata.annotations).toEqual({ 'kubeocean.io/deletion-taint-time': null });
    // The teardown wrote it, not planVnode: what was wanted last time does not mention it.
    const told = live().annotated({ 'kubeocean.io/reclaim': '{}' }).build();
    expect(patched({ live: told }).metadata.annotations).toEqual({ 'kubeocean.io/reclaim': null });
  });

  it.each([
    ['not managed by us', aNode('vnode-e1-n1').build()],
    ['of another binding', live().labelled({ 'kubeocean.io/cluster-binding': 'west' }).build()],
  ])('refuses a node %s', (_, other) => {
    expect(planVnode({ ...facts, live: other })).toMatchObject({ action: 'refuse', reason: 'NotOwned' });
  });
});

describe('teardown patches', () => {
  const startedAt = NOW;
  const deleting: Taint = { key: 'kubeocean.io/vnode-deleting', value: 'true', effect: 'NoSchedule' };

  const note: ReclaimNote = { phase: 'Returning', reason: 'NoPolicy', message: 'Going.' };
  const noted = '{"phase":"Returning","reason":"NoPolicy","message":"Going."}';

  it('mark a vnode once, tell where it stands, and cordon it when it is deleted', () => {
    const first = teardownPatch(live().build(), { startedAt, deleteVnode: false, note });
    const annotations = { 'kubeocean.io/deletion-taint-time': '2026-03-06T18:30:00Z', 'kubeocean.io/reclaim': noted };
    expect(first).toEqual({
      metadata: { resourceVersion: '7', annotations },
      spec: { taints: [{ key: 'kubeocean.io/vnode', effect: 'NoSchedule' }, deleting] },
    });
    const marked = live().annotated(annotations).tainted(deleting);
    expect(teardownStartedAt(marked.build())).toBe(NOW);
    expect(teardownPatch(marked.build(), { startedAt: LATER, deleteVnode: false, note })).toBeNull();
    expect(teardownPatch(marked.build(), { startedAt, deleteVnode: true, note })).toEqual({
      metadata: { resourceVersion: '7' },
      spec: { unschedulable: true },
    });
    const stuck: ReclaimNote = { ...note, stuck: 'Pods are left.' };
    expect(teardownPatch(marked.build(), { startedAt, deleteVnode: false, note: stuck })?.metadata.annotations).toEqual({
      'kubeocean.io/reclaim': expect.stringContaining('Pods are left.'),
    });
    const done = marked.spec({ taints: [deleting], unschedulable: true }).build();
    expect(teardownPatch(done, { startedAt, deleteVnode: true, note })).toBeNull();
  });

  it('release a vnode from our finalizer only', () => {
    expect(
      releasePatch(
        live()
          .meta({ finalizers: ['kubeocean.io/vnode', 'user/own'] })
          .build(),
      ),
    ).toEqual({ metadata: { resourceVersion: '7', finalizers: ['user/own'] } });
    expect(releasePatch(live().meta({ finalizers: [] }).build())).toBeNull();
    expect(teardownStartedAt(live().build())).toBeNull();
  });
});
