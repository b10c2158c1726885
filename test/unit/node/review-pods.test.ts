import type { Fleet } from '../../../activities/fleet/fleet';
import { BY_NODE, BY_VIRTUAL_UID } from '../../../activities/fleet/virtual-cluster';
import { reviewPods } from '../../../activities/node/review-pods';
import { Label, MANAGED_BY, PLACEHOLDER_NAMESPACE } from '../../../api/names/keys';
import type { PodObject } from '../../../domain/pods';
import { IndexedStore } from '../../../kube';
import { podId } from '../../../workflows/contracts/ids';
import { aBinding } from '../../support/builders/binding';
import { aPod } from '../../support/builders/pod';

const binding = aBinding('east').build();
const NODE = { binding: 'east', bindingUid: binding.metadata.uid, node: 'n1' };
const VNODE = 'vnode-east-id-n1';

const vPod = (name: string, change: { meta?: object; status?: object; node?: string } = {}): PodObject => {
  const pod = aPod(name).meta({ uid: name, ...change.meta }).build();
  return { ...pod, spec: { ...pod.spec, nodeName: change.node ?? VNODE }, status: { ...pod.status, ...change.status } };
};

/** @param synced whether the virtual cluster's pods are known */
function fleetOf(pods: readonly PodObject[], synced = true): Fleet {
  const store = new IndexedStore<PodObject>({ [BY_NODE]: ({ spec }) => [spec.nodeName ?? ''], [BY_VIRTUAL_UID]: ({ metadata }) => [metadata.uid] });
  for (const pod of pods) store.set(`${pod.metadata.namespace}/${pod.metadata.name}`, pod);
  const physical = { hasSynced: () => true, isFresh: () => true, nodes: { store: { get: () => ({ metadata: { name: 'n1' } }) } } };
  return {
    binding: () => binding,
    physical: async () => physical,
    virtual: { pods: { store, hasSynced: () => synced }, nodes: { store: { get: () => undefined } } },
  } as unknown as Fleet;
}

const placeholder = vPod('placeholder', {
  meta: { namespace: PLACEHOLDER_NAMESPACE, labels: { [Label.HostPortFakePod]: 'true', [Label.ManagedBy]: MANAGED_BY } },
});

it.each<[string, { pods?: PodObject[]; open?: string[]; synced?: boolean }, { missing: string[]; stray: string[]; pods?: number }]>([
  ['a node without pods has nothing to look after', {}, { missing: [], stray: [], pods: 0 }],
  ['a pod with its workflow', { pods: [vPod('a')], open: ['a'] }, { missing: [], stray: [], pods: 1 }],
  ['a pod without', { pods: [vPod('a')] }, { missing: ['a'], stray: [], pods: 1 }],
  ['a workflow without its pod', { open: ['a'] }, { missing: [], stray: ['a'], pods: 1 }],
  ['a pod that has ended needs none, and is looked after', { pods: [vPod('a', { status: { phase: 'Succeeded' } })] }, { missing: [], stray: [], pods: 1 }],
  ['a pod of another node', { pods: [vPod('a', { node: 'other' })] }, { missing: [], stray: [], pods: 0 }],
  ['a placeholder of host ports', { pods: [placeholder] }, { missing: [], stray: [], pods: 0 }],
  ['pods that are not known yet', { pods: [vPod('a')], synced: false }, { missing: [], stray: [] }],
])('%s', async (_, { pods = [], open = [], synced }, expected) => {
  const { missing, ...rest } = await reviewPods(fleetOf(pods, synced), NODE, open.map(podId));
  expect({ missing: missing.map(({ uid }) => uid), ...rest }).toEqual(expected);
});
