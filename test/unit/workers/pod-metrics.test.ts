import type { Node, Pod } from 'kubernetes-types/core/v1';
import { Registry } from 'prom-client';
import { ownershipLabels } from '../../../domain/pods';
import { podFiguresOf } from '../../../activities/watch/pod-figures';
import type { WatchContext } from '../../../activities/watch/context';
import { IndexedStore } from '../../../kube';
import { registerPodMetrics } from '../../../workers/observability/pod-metrics';

function storeOf<T extends Pod | Node>(index: string, value: (object: T) => string, objects: T[]): IndexedStore<T> {
  const store = new IndexedStore<T>({ [index]: (object) => [value(object)] });
  objects.forEach((object, key) => store.set(`${key}`, object));
  return store;
}

const vPod = (nodeName: string, phase: string | undefined, metadata: Pod['metadata'] = {}): Pod => ({
  metadata: { namespace: 'shop', ...metadata },
  spec: { nodeName, containers: [] },
  status: { phase },
});
const pPod = (phase: string, binding = 'east'): Pod => ({
  metadata: { labels: binding === '' ? {} : ownershipLabels({ virtualCluster: 'v1', binding }) },
  status: { phase },
});
const daemon = { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'd' }] };

const vnode = (name: string, binding: string): Node => ({ metadata: { name, labels: { binding } } });
const bindingOf = ({ metadata }: Node) => metadata?.labels?.binding ?? '';

function watched(vPods: Pod[], pPods: Pod[]): WatchContext {
  const nodes = storeOf<Node>('binding', bindingOf, [vnode('vnode-a', 'east'), vnode('vnode-w', 'west')]);
  const pods = storeOf<Pod>('node', ({ spec }) => spec?.nodeName ?? '', vPods);
  return {
    fleet: { virtual: { uid: 'v1', nodes: { store: nodes }, pods: { store: pods } } },
    physical: { pods: { store: storeOf<Pod>('node', () => '', pPods) } },
    ref: { name: 'east', uid: 'b' },
    binding: () => undefined,
  } as unknown as WatchContext;
}

async function linesOf(contexts: readonly WatchContext[]): Promise<string[]> {
  const registry = new Registry();
  registerPodMetrics(registry, () => podFiguresOf(contexts));
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('kubeocean'));
  return lines.map((line) => line.replace('kubeocean_syncer_', '').replace('clusterbinding="east",', ''));
}

const counted = (side: string, counts: Readonly<Record<string, number>>) => Object.entries(counts).map(([phase, count]) => `${side}_pod_total{phase="${phase}"} ${count}`);

it('counts the pods of a binding on both sides, every phase', async () => {
  const vPods = [vPod('vnode-a', 'Running'), vPod('vnode-a', 'Running'), vPod('vnode-a', undefined), vPod('vnode-a', 'Odd')];
  const lines = await linesOf([watched(vPods, [pPod('Running'), pPod('Failed')])]);
  expect(lines).toEqual([
    ...counted('virtual', { Pending: 1, Running: 2, Succeeded: 0, Failed: 0, Unknown: 1 }),
    ...counted('physical', { Pending: 0, Running: 1, Succeeded: 0, Failed: 1, Unknown: 0 }),
  ]);
});

it.each<[what: string, vPods: Pod[], pPods: Pod[]]>([
  ['pods of another binding’s vnode', [vPod('vnode-w', 'Running')], []],
  ['pods of nodes that are no vnodes', [vPod('n1', 'Running')], []],
  ['pods of system namespaces', [vPod('vnode-a', 'Running', { namespace: 'kube-system' })], []],
  ['skipped pods of DaemonSets', [vPod('vnode-a', 'Running', daemon)], []],
  ['physical pods of the owner', [], [pPod('Running', '')]],
  ['physical pods of another binding', [], [pPod('Running', 'west')]],
])('does not count %s', async (_, vPods, pPods) => {
  expect((await linesOf([watched(vPods, pPods)])).filter((line) => !line.endsWith(' 0'))).toEqual([]);
});

it('tells nothing of a binding that another process watches', async () => {
  expect(await linesOf([])).toEqual([]);
});
