import type { ContainerPort } from 'kubernetes-types/core/v1';
import {
  declaresHostPort,
  foreignHostPorts,
  type HostPort,
  hostPortSignature,
  isPlaceholder,
  planPlaceholders,
  type PortHoldingPod,
  scheduledPatch,
  toPlaceholder,
} from '../../../../domain/host-ports';
import type { PodObject } from '../../../../domain/pods';
import { aNode } from '../../../support/builders/node';
import { deepFreeze } from '../../../support/builders/pod';

const borrower = { virtualCluster: 'v1', binding: 'east' };
const labelsOf = (virtualCluster: string, binding: string) => ({
  'kubeocean.io/managed-by': 'kubeocean',
  'kubeocean.io/virtual-cluster': virtualCluster,
  'kubeocean.io/cluster-binding': binding,
});
type Ports = Partial<ContainerPort>[];
const pod = (ports: Ports, change: Partial<PortHoldingPod> = {}): PortHoldingPod =>
  deepFreeze({ metadata: {}, spec: { nodeName: 'n1', containers: [{ ports }] }, status: { phase: 'Running' }, ...change });
const port = (hostPort: number, protocol = 'TCP', hostIP = '0.0.0.0'): HostPort => ({ hostIP, protocol, hostPort });

describe('foreignHostPorts', () => {
  it.each<[string, PortHoldingPod[], HostPort[]]>([
    ['none', [pod([{ containerPort: 80 }])], []],
    ['with the defaults of the API', [pod([{ hostPort: 80 }])], [port(80)]],
    [
      'sorted by address, protocol and number',
      [pod([{ hostPort: 90 }, { hostPort: 80, protocol: 'UDP' }, { hostPort: 100 }, { hostPort: 80, hostIP: '10.0.0.1' }])],
      [port(90), port(100), port(80, 'UDP'), port(80, 'TCP', '10.0.0.1')],
    ],
    ['the same triple of two pods once', [pod([{ hostPort: 80 }]), pod([{ hostPort: 80, protocol: 'TCP', hostIP: '' }])], [port(80)]],
    ['the same number of another protocol twice', [pod([{ hostPort: 80 }, { hostPort: 80, protocol: 'UDP' }])], [port(80), port(80, 'UDP')]],
    ['init containers too', [pod([], { spec: { containers: [], initContainers: [{ ports: [{ hostPort: 7 }] }] } })], [port(7)]],
    ['a pending pod too', [pod([{ hostPort: 80 }], { status: { phase: 'Pending' } })], [port(80)]],
    ['not of pods that have ended', ['Succeeded', 'Failed'].map((phase) => pod([{ hostPort: 80 }], { status: { phase } })), []],
    ['not of our own pods', [pod([{ hostPort: 80 }], { metadata: { labels: labelsOf('v1', 'east') } })], []],
    ['those of another binding', [pod([{ hostPort: 80 }], { metadata: { labels: labelsOf('v1', 'west') } })], [port(80)]],
    ['those of another virtual cluster', [pod([{ hostPort: 80 }], { metadata: { labels: labelsOf('v2', 'east') } })], [port(80)]],
  ])('%s', (_, pods, expected) => {
    expect(foreignHostPorts(pods, borrower)).toEqual(expected);
  });
});

it.each<[string, PortHoldingPod | null, PortHoldingPod | null, boolean]>([
  ['appears', null, pod([{ hostPort: 80 }]), false],
  ['ends', pod([{ hostPort: 80 }]), pod([{ hostPort: 80 }], { status: { phase: 'Failed' } }), false],
  ['is bound', pod([{ hostPort: 80 }], { spec: { containers: [{ ports: [{ hostPort: 80 }] }] } }), pod([{ hostPort: 80 }]), false],
  ['says something else', pod([{ hostPort: 80 }]), pod([{ hostPort: 80 }], { status: { phase: 'Pending' } }), true],
  ['holds no port', null, pod([{ containerPort: 80 }]), true],
])('a pod that %s changes its signature, or not', (_, before, after, same) => {
  expect(hostPortSignature(before, borrower) === hostPortSignature(after, borrower)).toBe(same);
});

const vnode = aNode('vnode-e1-n1').build();
/** A placeholder as the API server holds it; one with several ports is of an earlier version. */
function placed(ports: HostPort[], change: { name?: string; deleting?: boolean; marked?: boolean } = {}): PodObject {
  const { metadata, spec } = toPlaceholder(vnode, ports[0] ?? port(1), 'east');
  const { name = metadata.name, deleting = false, marked = true } = change;
  return deepFreeze({
    metadata: { ...metadata, name, uid: `${name}-uid`, ...(deleting ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: { ...spec, containers: [{ ...spec?.containers[0], ports: ports.map((one) => ({ containerPort: one.hostPort, ...one })) }] },
    status: marked ? { conditions: [{ type: 'PodScheduled', status: 'True' }] } : {},
  } as unknown as PodObject);
}

describe('toPlaceholder', () => {
  it('is a pod that holds the port, never runs and is never moved', () => {
    const { metadata, spec } = toPlaceholder(vnode, port(53, 'UDP', '10.0.0.1'), 'east');
    expect(metadata).toEqual({
      namespace: 'kubeocean-fake',
      name: expect.stringMatching(/^fake-pod-for-hostport-[0-9a-f]{10}$/),
      labels: {
        'kubeocean.io/hostport-fake-pod': 'true',
        'kubeocean.io/managed-by': 'kubeocean',
        'kubeocean.io/cluster-binding': 'east',
      },
    });
    expect(spec).toMatchObject({
      nodeName: 'vnode-e1-n1',
      priorityClassName: 'system-node-critical',
      tolerations: [{ operator: 'Exists' }],
      restartPolicy: 'Never',
      containers: [
        {
          name: 'fake-container',
          image: 'busybox:1.28',
          command: ['sleep', '100000000'],
          ports: [{ name: 'port-0', containerPort: 53, hostPort: 53, protocol: 'UDP', hostIP: '10.0.0.1' }],
        },
      ],
    });
  });

  it('has one name for one port of one vnode', () => {
    const nameOf = (node = vnode, one = port(80)) => toPlaceholder(node, one, 'east').metadata.name;
    const names = [nameOf(), nameOf(vnode, port(81)), nameOf(vnode, port(80, 'UDP')), nameOf(aNode('vnode-e1-n2').build()), nameOf(aNode('vnode-e1-n1').meta({ uid: 'new' }).build())];
    expect(new Set(names).size).toBe(names.length);
    expect(nameOf()).toBe(names[0]);
  });
});

describe('planPlaceholders', () => {
  const plan = (change: Partial<Parameters<typeof planPlaceholders>[0]>) => {
    const { create, mark, remove } = planPlaceholders({ binding: 'east', vnode, ports: [port(80)], pods: [], ...change });
    return [
      create.flatMap(({ spec }) => spec?.containers[0]?.ports?.map(({ hostPort }) => hostPort) ?? []),
      mark.map(({ placeholder, scheduled }) => `${scheduled ? 'mark' : 'unmark'} ${placeholder.metadata.name}`),
      remove.map(({ placeholder, inFavourOf }) => [placeholder.metadata.name, ...inFavourOf.map(({ metadata }) => metadata.name)].join(' for ')),
    ];
  };
  const going = { ...vnode, metadata: { ...vnode.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  const vPod = { ...placed([port(80)]), metadata: { ...placed([]).metadata, namespace: 'default' } };
  const wanting = (ports: HostPort[], { init = [] as HostPort[], phase = 'Running' } = {}) => deepFreeze({
    ...{ metadata: { namespace: 'default', name: 'wanting', uid: 'w' }, status: { phase } },
    spec: { containers: [{ name: 'main', ports }], initContainers: [{ name: 'first', ports: init }] },
  } as unknown as PodObject);

  it.each<[string, Parameters<typeof plan>[0], ReturnType<typeof plan>]>([
    ['a port is taken', {}, [[80], [], []]],
    ['two are', { ports: [port(80), port(53, 'UDP')] }, [[80, 53], [], []]],
    ['none is', { ports: [] }, [[], [], []]],
    ['none is any more', { ports: [], pods: [placed([port(80)], { name: 'old' })] }, [[], [], ['old']]],
    ['the right one is there', { pods: [placed([port(80)])] }, [[], [], []]],
    ['whatever its name', { pods: [placed([port(80)], { name: 'fake-pod-for-hostport-x7x9z' })] }, [[], [], []]],
    ['the same port of another protocol is another', { pods: [placed([port(80, 'UDP')], { name: 'old' })] }, [[80], [], ['old']]],
    // A pod that waited for port 80 was sent there while its placeholder was replaced.
    ['another port is free again: nothing happens to the one that stays', { pods: [placed([port(80)], { name: 'a' }), placed([port(81)], { name: 'b' })] }, [[], [], ['b']]],
    ['nobody has said that it is scheduled', { pods: [placed([port(80)], { name: 'a', marked: false })] }, [[], ['mark a'], []]],
    ['a second one goes', { pods: [placed([port(80)], { name: 'b' }), placed([port(80)], { name: 'a' })] }, [[], ['unmark a'], ['b for a']]],
    ['one of an earlier version is replaced', { pods: [placed([port(80), port(81)], { name: 'old' })] }, [[80], [], ['old']]],
    ['in favour of those that are there', { ports: [port(80), port(81)], pods: [placed([port(80), port(81)], { name: 'old' }), placed([port(80)], { name: 'a' })] }, [[81], ['unmark a'], ['old for a']]],
    ['there is no mark while one with its port goes', { pods: [placed([port(80)], { name: 'b', deleting: true }), placed([port(80)], { name: 'a', marked: false })] }, [[], [], []]],
    ['a pod of the borrower has the port already', { pods: [wanting([port(80)]), placed([port(80)], { name: 'a' })] }, [[], ['unmark a'], []]],
    ['an init container of the borrower has it', { pods: [wanting([], { init: [port(80)] }), placed([port(80)], { name: 'a' })] }, [[], ['unmark a'], []]],
    ['a pod of the borrower had it', { pods: [wanting([port(80)], { phase: 'Succeeded' }), placed([port(80)], { name: 'a', marked: false })] }, [[], ['mark a'], []]],
    ['a pod of the borrower has another port', { pods: [wanting([port(81)]), placed([port(80)], { name: 'a', marked: false })] }, [[], ['mark a'], []]],
    ['one that is being deleted is none', { pods: [placed([port(80)], { deleting: true })] }, [[80], [], []]],
    ['the vnode is gone', { vnode: null, pods: [placed([port(80)], { name: 'old' })] }, [[], [], ['old']]],
    ['a vnode that is going gets none', { vnode: going }, [[], [], []]],
    ['and keeps what it has', { vnode: going, pods: [placed([port(81)])] }, [[], [], []]],
    ['other pods are left alone', { vnode: null, pods: [vPod] }, [[], [], []]],
  ])('%s', (_, change, expected) => {
    expect(plan(change)).toEqual(expected);
  });
});

it.each<[string, object, boolean]>([
  ['of ours', {}, true],
  ['of an earlier version', { name: 'fake-pod-for-hostport-x7x9z', labels: { 'kubeocean.io/hostport-fake-pod': 'true', 'kubeocean.io/managed-by': 'kubeocean' } }, true],
  ['without our label', { labels: { 'kubeocean.io/managed-by': 'kubeocean' } }, false],
  ['of somebody else', { labels: { 'kubeocean.io/hostport-fake-pod': 'true' } }, false],
  ['in another namespace', { namespace: 'default' }, false],
])('a placeholder %s', (_, metadata, expected) => {
  const base = placed([port(80)]);
  expect(isPlaceholder({ metadata: { ...base.metadata, ...metadata } })).toBe(expected);
});

describe('the mark', () => {
  it('says that a placeholder is scheduled and still pending', () => {
    expect(scheduledPatch(true, 0)).toEqual({
      status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: '1970-01-01T00:00:00Z' }] },
    });
  });

  it('is taken away so that it can be given again', () => {
    expect(scheduledPatch(false, 0)).toEqual({ status: { phase: 'Pending', conditions: [] } });
  });
});

it.each<[string, PodObject, boolean]>([
  ['that declares none', { ...placed([]) }, false],
  ['that declares one', placed([port(80)]), true],
  ['that has ended', { ...placed([port(80)]), status: { phase: 'Failed' } } as PodObject, false],
])('a pod %s holds a host port, or not', (_, one, expected) => {
  expect(declaresHostPort(one)).toBe(expected);
});
