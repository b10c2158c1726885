import { ownPods, type OwnPodsFacts } from '../../../../domain/node-metrics';
import { physicalName } from '../../../../domain/pods';
import { ownershipLabels } from '../../../../domain/pods/identity/ownership';

const ownership = { virtualCluster: 'vc', binding: 'east' };
const virtual = { metadata: { namespace: 'shop', name: 'web', uid: 'v-1' }, spec: { nodeName: 'vnode-a', containers: [] } };
const physical = {
  metadata: {
    namespace: 'mount',
    name: physicalName('web', 'shop'),
    uid: 'p-1',
    labels: ownershipLabels(ownership),
    annotations: { 'kubeocean.io/virtual-pod-namespace': 'shop', 'kubeocean.io/virtual-pod-name': 'web', 'kubeocean.io/virtual-pod-uid': 'v-1' },
  },
  spec: { nodeName: 'n1', containers: [] },
};
const facts: OwnPodsFacts = { vnode: 'vnode-a', node: 'n1', ownership, mountNamespace: 'mount', vPods: [virtual], pPods: [physical] };

it('a pod of the vnode with its copy on the physical node', () => {
  expect([...ownPods(facts)]).toEqual([
    [`mount/${physical.metadata.name}`, { namespace: 'shop', name: 'web', uid: 'v-1', physicalUid: 'p-1', claims: {} }],
  ]);
});

it('with the claims that its volumes name', () => {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'orders' } }, { name: 'scratch', ephemeral: {} }, { name: 'tmp', emptyDir: {} }];
  const [own] = [...ownPods({ ...facts, vPods: [{ ...virtual, spec: { ...virtual.spec, volumes } }] }).values()];
  expect(own?.claims).toEqual({ data: 'orders', scratch: 'web-scratch' });
});

const { metadata } = physical;
const withMetadata = (change: Partial<typeof metadata>) => ({ pPods: [{ ...physical, metadata: { ...metadata, ...change } }] });
it.each<[what: string, change: Partial<OwnPodsFacts>]>([
  ['a copy other than the one that the pod points at', { vPods: [{ ...virtual, metadata: { ...virtual.metadata, annotations: { 'kubeocean.io/physical-pod-uid': 'p-0' } } }] }],
  ['a copy on another node', { pPods: [{ ...physical, spec: { ...physical.spec, nodeName: 'n2' } }] }],
  ['a pod of another vnode', { vPods: [{ ...virtual, spec: { ...virtual.spec, nodeName: 'vnode-b' } }] }],
  ['a pod that is gone', { vPods: [] }],
  ['a copy of an earlier pod of that name', { vPods: [{ ...virtual, metadata: { ...virtual.metadata, uid: 'v-2' } }] }],
  ['a copy in another namespace', withMetadata({ namespace: 'default' })],
  ['a copy of another binding', withMetadata({ labels: ownershipLabels({ ...ownership, binding: 'west' }) })],
  ['a copy of another virtual cluster', withMetadata({ labels: ownershipLabels({ ...ownership, virtualCluster: 'other' }) })],
  ['a pod of the owner that says it is a copy', withMetadata({ labels: {} as never })],
  ['a pod that says it is a copy under a name of its own', withMetadata({ name: 'web-forged' })],
  ['a pod that names another namespace', withMetadata({ annotations: { ...metadata.annotations, 'kubeocean.io/virtual-pod-namespace': 'bank' } })],
])('not %s', (_, change) => {
  expect(ownPods({ ...facts, ...change }).size).toBe(0);
});
