import type { NodeCondition, NodeStatus } from 'kubernetes-types/core/v1';
import {
  desiredStatus,
  isPhysicalReady,
  type NodeObject,
  planVnodeStatus,
  type StatusFacts,
} from '../../../../domain/vnode';
import { aNode, aNodeCondition } from '../../../support/builders/node';

const NOW = Date.parse('2026-03-06T18:30:00Z');
const facts: StatusFacts = {
  binding: { name: 'east', clusterID: 'e1' },
  physical: aNode().build(),
  endpoint: { address: '10.9.0.1', kubeletPort: 20_001 },
  capacity: { cpu: '2', memory: '4Gi' },
  live: null,
  now: NOW,
};
const statusOf = (change: Partial<StatusFacts> = {}) => desiredStatus({ ...facts, ...change });
const vnodeWith = (status: NodeStatus): NodeObject =>
  aNode('vnode-e1-n1')
    .status({ addresses: [], ...status })
    .build();
const live = vnodeWith(statusOf());
const conditionOf = (status: NodeStatus, type: string): NodeCondition | undefined =>
  status.conditions?.find((one) => one.type === type);
const plan = (change: Partial<StatusFacts> & { live?: NodeObject }) =>
  planVnodeStatus({ ...facts, live, ...change, now: NOW + 60_000 });

it('offers the capacity twice, our addresses and what the physical node is', () => {
  const { conditions, ...rest } = statusOf();
  expect(rest).toEqual({
    capacity: { cpu: '2', memory: '4Gi' },
    allocatable: { cpu: '2', memory: '4Gi' },
    addresses: [
      { type: 'InternalIP', address: '10.9.0.1' },
      { type: 'Hostname', address: 'vnode-e1-n1' },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 20_001 } },
    nodeInfo: facts.physical.status?.nodeInfo,
  });
  expect(conditions?.slice(0, 4)).toEqual(facts.physical.status?.conditions);
});

it('has no InternalIP while no gateway has one', () => {
  expect(statusOf({ endpoint: { address: null, kubeletPort: 20_001 } }).addresses).toEqual([
    { type: 'Hostname', address: 'vnode-e1-n1' },
  ]);
});

it('does not copy images, volumes or declared features', () => {
  const status = { images: [{ names: ['x'] }], volumesInUse: ['v'], declaredFeatures: ['f'] } as NodeStatus;
  expect(Object.keys(statusOf({ physical: aNode().status(status).build() }))).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/images|volumes|declared/)]),
  );
});

describe('PhysicalReady', () => {
  const ready = (status: string) => aNode().reporting(aNodeCondition('Ready', status)).build();
  const silent = aNode().silentAbout('Ready').build();
  const notReady = vnodeWith(statusOf({ physical: ready('False') }));

  it.each<[string, NodeObject, NodeObject | null, string]>([
    ['Ready', ready('True'), null, 'True'],
    ['not Ready', ready('False'), null, 'False'],
    ['unknown to its own cluster', ready('Unknown'), null, 'False'],
    ['silent from the start', silent, null, 'Unknown'],
    ['silent after Ready: no observation', silent, live, 'True'],
    ['silent after not Ready: no observation', silent, notReady, 'False'],
    ['Ready again', ready('True'), notReady, 'True'],
  ])('%s', (_, physical, before, status) => {
    const wanted = statusOf({ physical, live: before });
    expect(conditionOf(wanted, 'PhysicalReady')?.status).toBe(status);
    expect(isPhysicalReady(vnodeWith(wanted))).toBe(status === 'True');
  });

  it('keeps its time while its status stays', () => {
    expect(conditionOf(statusOf({ live, now: NOW + 60_000 }), 'PhysicalReady')?.lastTransitionTime).toBe(
      '2026-03-06T18:30:00Z',
    );
    expect(conditionOf(statusOf({ live: notReady, now: NOW + 60_000 }), 'PhysicalReady')?.lastTransitionTime).toBe(
      '2026-03-06T18:31:00Z',
    );
  });
});

describe('conditions that the physical node does not report', () => {
  it.each<[string, NodeObject, Record<string, string>]>([
    [
      'pressures of a healthy node',
      aNode().silentAbout('MemoryPressure', 'PIDPressure').build(),
      { MemoryPressure: 'False', PIDPressure: 'False', DiskPressure: 'False', Ready: 'True' },
    ],
    [
      'all of a new node',
      aNode().status({ conditions: undefined }).build(),
      { MemoryPressure: 'Unknown', PIDPressure: 'Unknown', DiskPressure: 'Unknown', Ready: 'Unknown' },
    ],
  ])('%s', (_, physical, expected) => {
    const wanted = statusOf({ physical });
    for (const [type, status] of Object.entries(expected)) {
      expect(conditionOf(wanted, type)?.status).toBe(status);
    }
    expect(planVnodeStatus({ ...facts, physical, live: vnodeWith(wanted), now: NOW + 60_000 })).toBeNull();
  });
});

describe('planVnodeStatus', () => {
  const unknown = (type: string) =>
    aNodeCondition(type, 'Unknown', { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' });
  const lifecycleSaysUnknown = aNode('vnode-e1-n1')
    .status(statusOf())
    .reporting(unknown('Ready'), unknown('MemoryPressure'), unknown('DiskPressure'), unknown('PIDPressure'));

  it.each<[string, Partial<StatusFacts> & { live?: NodeObject }, object | null]>([
    ['nothing changed', {}, null],
    [
      'only heartbeats',
      {
        physical: aNode()
          .reporting(aNodeCondition('Ready', 'True', { lastHeartbeatTime: '2026-03-09T00:00:00Z' }))
          .build(),
      },
      null,
    ],
    ['only the resource version', { live: { ...live, metadata: { ...live.metadata, resourceVersion: '99' } } }, null],
    ['the same amounts, written otherwise', { capacity: { cpu: '2000m', memory: '4096Mi' } }, null],
    [
      'fewer CPUs',
      { capacity: { cpu: '1', memory: '4Gi' } },
      { capacity: { cpu: '1', memory: '4Gi' }, allocatable: { cpu: '1', memory: '4Gi' } },
    ],
    [
      'a resource that vanished',
      { capacity: { cpu: '2' } },
      { capacity: { cpu: '2', memory: null }, allocatable: { cpu: '2', memory: null } },
    ],
    [
      'a gateway that moved',
      { endpoint: { address: '10.9.0.2', kubeletPort: 20_001 } },
      {
        addresses: [
          { type: 'InternalIP', address: '10.9.0.2' },
          { type: 'Hostname', address: 'vnode-e1-n1' },
        ],
      },
    ],
    [
      'a port of all vnodes',
      { endpoint: { address: '10.9.0.1', kubeletPort: 20_001, commonPort: 10_250 } },
      { daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } } },
    ],
    [
      'a reboot',
      {
        physical: aNode()
          .status({ nodeInfo: { ...facts.physical.status!.nodeInfo!, bootID: 'boot-2' } })
          .build(),
      },
      { nodeInfo: { ...facts.physical.status!.nodeInfo!, bootID: 'boot-2' } },
    ],
  ])('%s', (_, change, status) => {
    expect(plan(change)).toEqual(status === null ? null : { status });
  });

  it('writes all conditions when one changed', () => {
    const physical = aNode().reporting(aNodeCondition('MemoryPressure', 'True')).build();
    const patch = plan({ physical });
    expect(Object.keys(patch?.status ?? {})).toEqual(['conditions']);
    expect(patch?.status.conditions).toHaveLength(5);
  });

  it('corrects the node lifecycle controller about a node that is Ready', () => {
    const patch = plan({ live: lifecycleSaysUnknown.build() });
    expect(patch?.status.conditions?.find(({ type }) => type === 'Ready')?.status).toBe('True');
  });

  it('does not fight it about one that is not', () => {
    const physical = aNode().reporting(aNodeCondition('Ready', 'False')).build();
    const down = desiredStatus({ ...facts, physical });
    const vnode = aNode('vnode-e1-n1')
      .status(down)
      .reporting(unknown('Ready'), unknown('MemoryPressure'), unknown('DiskPressure'), unknown('PIDPressure'))
      .build();
    expect(plan({ physical, live: vnode })).toBeNull();
  });
});
