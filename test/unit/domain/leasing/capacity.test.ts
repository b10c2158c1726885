import type { ResourceLimit } from '../../../../api/names/types';
import type { Pod } from 'kubernetes-types/core/v1';
import { trimPhysicalPod } from '../../../../activities/fleet/trim-physical-pod';
import {
  lendableCapacity,
  occupancySignature,
  type OccupyingPod,
  podRequests,
  type RequestingPod,
} from '../../../../domain/capacity';
import { type ResourceList, toResourceList } from '../../../../domain/quantity';

type Container = RequestingPod['spec']['containers'][number];
const container = (cpu: string, name = 'c'): Container => ({ name, resources: { requests: { cpu } } });
const sidecar = (cpu: string, name = 's'): Container => ({ ...container(cpu, name), restartPolicy: 'Always' });
const resized = (cpu: string, allocated = cpu) => [
  { name: 'c', resources: { requests: { cpu } }, allocatedResources: { cpu: allocated } },
];

describe('podRequests', () => {
  it.each<[string, RequestingPod['spec'], RequestingPod['status'], ResourceList]>([
    ['nothing asked', { containers: [{ name: 'c' }] }, {}, {}],
    ['containers add up', { containers: [container('1'), container('500m', 'd')] }, {}, { cpu: '1500m' }],
    [
      'init steps do not',
      { containers: [container('1')], initContainers: [container('700m', 'i'), container('600m', 'j')] },
      {},
      { cpu: '1' },
    ],
    [
      'the largest init step counts',
      { containers: [container('1')], initContainers: [container('3', 'i'), container('2', 'j')] },
      {},
      { cpu: '3' },
    ],
    [
      'a sidecar runs beside',
      { containers: [container('1')], initContainers: [sidecar('500m')] },
      {},
      { cpu: '1500m' },
    ],
    [
      'an init step after a sidecar has it beside',
      { containers: [container('1')], initContainers: [sidecar('500m'), container('2', 'i')] },
      {},
      { cpu: '2500m' },
    ],
    [
      'one before it has not',
      { containers: [container('1')], initContainers: [container('2', 'i'), sidecar('500m')] },
      {},
      { cpu: '2' },
    ],
    [
      'overhead is added',
      { containers: [container('1')], overhead: { cpu: '250m', memory: '120Mi' } },
      {},
      { cpu: '1250m', memory: '120Mi' },
    ],
    [
      'pod-level requests win',
      { containers: [container('1')], resources: { requests: { cpu: '4' } }, overhead: { cpu: '1' } },
      {},
      { cpu: '5' },
    ],
    [
      'pod-level requests for memory and huge pages win as well',
      { containers: [container('1')], resources: { requests: { memory: '2Gi', 'hugepages-2Mi': '4Mi' } } },
      {},
      { cpu: '1', memory: '2Gi', 'hugepages-2Mi': '4Mi' },
    ],
    [
      'only for cpu, memory and huge pages',
      { containers: [container('1')], resources: { requests: { 'example.com/x': '4' } } },
      {},
      { cpu: '1' },
    ],
    [
      'a resize upward counts at once',
      { containers: [container('2')] },
      { containerStatuses: resized('1') },
      { cpu: '2' },
    ],
    [
      'a resize downward counts when done',
      { containers: [container('1')] },
      { containerStatuses: resized('2') },
      { cpu: '2' },
    ],
    [
      'what is allocated counts',
      { containers: [container('1')] },
      { containerStatuses: resized('1', '3') },
      { cpu: '3' },
    ],
    [
      'a refused resize does not count',
      { containers: [container('9')] },
      { containerStatuses: resized('1'), conditions: [{ type: 'PodResizePending', reason: 'Infeasible' }] },
      { cpu: '1' },
    ],
    [
      'a deferred one does',
      { containers: [container('9')] },
      { containerStatuses: resized('1'), conditions: [{ type: 'PodResizePending', reason: 'Deferred' }] },
      { cpu: '9' },
    ],
    [
      'without actual resources the spec counts',
      { containers: [container('1')] },
      { containerStatuses: [{ name: 'c', allocatedResources: { cpu: '3' } }] },
      { cpu: '1' },
    ],
    [
      'a sidecar is resized by its own status',
      { containers: [container('1', 'main')], initContainers: [sidecar('1', 'c')] },
      { initContainerStatuses: resized('2') },
      { cpu: '3' },
    ],
    [
      'an init step is not',
      { containers: [container('1', 'm')], initContainers: [container('2')] },
      { initContainerStatuses: resized('5') },
      { cpu: '2' },
    ],
    [
      'a resize of the whole pod upward counts at once',
      { containers: [container('1')], resources: { requests: { cpu: '6' } } },
      { resources: { requests: { cpu: '4' } }, allocatedResources: { cpu: '4' } },
      { cpu: '6' },
    ],
    [
      'one downward when it is done',
      { containers: [container('1')], resources: { requests: { cpu: '2' } } },
      { resources: { requests: { cpu: '4' } }, allocatedResources: { cpu: '5' } },
      { cpu: '5' },
    ],
    [
      'what is allocated to a pod that asks nothing as a whole does not count',
      { containers: [container('1')] },
      { resources: { requests: { cpu: '4' } } },
      { cpu: '1' },
    ],
  ])('%s', (_, spec, status, expected) => {
    expect(toResourceList(podRequests({ spec, status }))).toEqual(expected);
    const trimmed = trimPhysicalPod({ metadata: {}, spec, status } as Pod) as unknown as RequestingPod;
    expect(toResourceList(podRequests(trimmed))).toEqual(expected);
  });
});

const labels = (binding: string, virtualCluster: string) => ({
  'kubeocean.io/managed-by': 'kubeocean',
  'kubeocean.io/cluster-binding': binding,
  'kubeocean.io/virtual-cluster': virtualCluster,
});
const occupying = (
  phase: string,
  podLabels: Record<string, string> = {},
  requests: ResourceList = { cpu: '1', memory: '2Gi' },
): OccupyingPod => ({
  metadata: { labels: podLabels },
  spec: { containers: [{ name: 'c', resources: { requests } }] },
  status: { phase },
});

interface Row {
  readonly allocatable?: ResourceList;
  readonly capacity?: ResourceList;
  readonly pods?: OccupyingPod[];
  readonly limits?: ResourceLimit[];
}

describe('lendableCapacity', () => {
  const lend = ({ allocatable = { cpu: '4', memory: '8Gi', pods: '15' }, capacity, pods = [], limits }: Row) =>
    lendableCapacity({ node: { allocatable, capacity }, pods, limits, virtualCluster: 'v1', binding: 'east' });
  const used = [occupying('Running')];

  it.each<[string, Row, ResourceList]>([
    ['an empty node in full', {}, { cpu: '4', memory: '8Gi', pods: '15' }],
    ['capacity where allocatable is empty', { allocatable: {}, capacity: { cpu: '2' } }, { cpu: '2' }],
    ['nothing where both are absent', { allocatable: {} }, {}],
    ['less what others use', { pods: used }, { cpu: '3', memory: '6Gi', pods: '14' }],
    ['a pending pod uses', { pods: [occupying('Pending')] }, { cpu: '3', memory: '6Gi', pods: '14' }],
    ['one of unknown phase uses', { pods: [occupying('Unknown')] }, { cpu: '3', memory: '6Gi', pods: '14' }],
    [
      'an ended pod frees at once',
      { pods: [occupying('Succeeded'), occupying('Failed')] },
      { cpu: '4', memory: '8Gi', pods: '15' },
    ],
    [
      'our own pods are counted elsewhere',
      { pods: [occupying('Running', labels('east', 'v1'))] },
      { cpu: '4', memory: '8Gi', pods: '15' },
    ],
    [
      'those of another binding are not ours',
      { pods: [occupying('Running', labels('west', 'v1'))] },
      { cpu: '3', memory: '6Gi', pods: '14' },
    ],
    [
      'nor those of another virtual cluster',
      { pods: [occupying('Running', labels('east', 'v2'))] },
      { cpu: '3', memory: '6Gi', pods: '14' },
    ],
    ['never below zero', { pods: [occupying('Running', {}, { cpu: '9' })] }, { cpu: '0', memory: '8Gi', pods: '14' }],
    [
      'what the node has not is not lent',
      { pods: [occupying('Running', {}, { gpu: '1' })] },
      { cpu: '4', memory: '8Gi', pods: '14' },
    ],
    [
      'the percentages of the specification',
      {
        pods: used,
        limits: [
          { resource: 'cpu', percent: 50 },
          { resource: 'memory', percent: 75 },
        ],
      },
      { cpu: '1500m', memory: '4608Mi', pods: '14' },
    ],
    [
      'the smaller of quantity and percent',
      { pods: used, limits: [{ resource: 'cpu', quantity: '1', percent: 80 }] },
      { cpu: '1', memory: '6Gi', pods: '14' },
    ],
    [
      'or the other way round',
      { pods: used, limits: [{ resource: 'cpu', quantity: '3', percent: 10 }] },
      { cpu: '300m', memory: '6Gi', pods: '14' },
    ],
    [
      'a quantity above what is free',
      { limits: [{ resource: 'cpu', quantity: 64 }] },
      { cpu: '4', memory: '8Gi', pods: '15' },
    ],
    [
      'a second entry cuts what the first left',
      {
        limits: [
          { resource: 'cpu', quantity: 2 },
          { resource: 'cpu', percent: 50 },
        ],
      },
      { cpu: '1', memory: '8Gi', pods: '15' },
    ],
    [
      'quantity 0 lends nothing',
      { limits: [{ resource: 'cpu', quantity: '0' }] },
      { cpu: '0', memory: '8Gi', pods: '15' },
    ],
    ['percent 0 lends nothing', { limits: [{ resource: 'cpu', percent: 0 }] }, { cpu: '0', memory: '8Gi', pods: '15' }],
    [
      'percent above 100 lends no more than there is',
      { limits: [{ resource: 'cpu', percent: 300 }] },
      { cpu: '4', memory: '8Gi', pods: '15' },
    ],
    [
      'a negative quantity lends nothing',
      { limits: [{ resource: 'cpu', quantity: '-1' }] },
      { cpu: '0', memory: '8Gi', pods: '15' },
    ],
    [
      'an unreadable one too',
      { limits: [{ resource: 'cpu', quantity: 'lots' }] },
      { cpu: '0', memory: '8Gi', pods: '15' },
    ],
    [
      'an entry without cap changes nothing',
      { limits: [{ resource: 'cpu' }] },
      { cpu: '4', memory: '8Gi', pods: '15' },
    ],
    [
      'an unknown resource is skipped',
      { limits: [{ resource: 'gpu', quantity: 1 }] },
      { cpu: '4', memory: '8Gi', pods: '15' },
    ],
    ['pods are whole', { limits: [{ resource: 'pods', percent: 50 }] }, { cpu: '4', memory: '8Gi', pods: '7' }],
    [
      'extended resources are whole',
      {
        allocatable: { 'nvidia.com/gpu': '3', 'example.com/x': '1' },
        limits: [
          { resource: 'nvidia.com/gpu', percent: 50 },
          { resource: 'example.com/x', percent: 99 },
        ],
      },
      { 'example.com/x': '0', 'nvidia.com/gpu': '1' },
    ],
  ])('%s', (_, row, expected) => {
    expect(lend(row)).toEqual(expected);
  });

  it('lists resources in a fixed order', () => {
    expect(Object.keys(lend({ allocatable: { pods: '1', cpu: '1', memory: '1' } }))).toEqual(['cpu', 'memory', 'pods']);
  });
});

describe('occupancySignature', () => {
  const east = { binding: 'east', virtualCluster: 'v1' };
  const onNode = (pod: OccupyingPod, nodeName = 'n1'): OccupyingPod => ({ ...pod, spec: { ...pod.spec, nodeName } });
  const running = onNode(occupying('Running'));
  const signature = (pod: OccupyingPod | null) => occupancySignature(pod, east);
  const heartbeat = { ...running, status: { ...running.status, conditions: [{ type: 'Ready', reason: 'x' }] } };
  const resizedInPlace = { ...running, status: { ...running.status, containerStatuses: resized('7') } };

  it.each<[string, OccupyingPod | null, OccupyingPod | null, boolean]>([
    ['a pod appears', null, running, false],
    ['it starts', onNode(occupying('Pending')), running, true],
    ['it ends', running, onNode(occupying('Succeeded')), false],
    ['a pod that has ended goes', onNode(occupying('Failed')), null, true],
    ['it is bound', occupying('Pending'), onNode(occupying('Pending')), false],
    ['one that is not bound appears', null, occupying('Pending'), true],
    ['it moves', running, onNode(occupying('Running'), 'n2'), false],
    ['it says something else', running, heartbeat, true],
    ['it is resized in place', running, resizedInPlace, false],
    ['the same amount is written otherwise', running, onNode(occupying('Running', {}, { cpu: '1000m', memory: '2Gi' })), true],
    ['one of ours appears', null, onNode(occupying('Running', labels('east', 'v1'))), true],
    ["somebody else's appears", null, onNode(occupying('Running', labels('west', 'v1'))), false],
    ['one of ours loses its labels', onNode(occupying('Running', labels('east', 'v1'))), running, false],
  ])('%s', (_, before, after, same) => {
    expect(signature(before) === signature(after)).toBe(same);
  });
});
