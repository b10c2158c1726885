import type { CSINodeDriver } from 'kubernetes-types/storage/v1';
import { type CsiNodeFacts, type CsiNodeObject, type CsiNodePlan, planCsiNode } from '../../../../domain/csi-node';
import { decodeExpected } from '../../../../domain/metadata';
import { aNode } from '../../../support/builders/node';
import { deepFreeze } from '../../../support/builders/pod';

const disk: CSINodeDriver = { name: 'disk.csi', nodeID: 'i-1', topologyKeys: ['zone'], allocatable: { count: 8 } };
const share: CSINodeDriver = { name: 'share.csi', nodeID: 'i-1' };
const physicalWith = (drivers: CSINodeDriver[], metadata: Partial<CsiNodeObject['metadata']> = {}): CsiNodeObject => ({
  metadata: { name: 'n1', uid: 'csi-uid', labels: { rack: '7' }, annotations: { note: 'x' }, ...metadata },
  spec: { drivers },
});
const vnode = aNode('vnode-e1-n1')
  .labelled({
    'kubeocean.io/managed-by': 'kubeocean',
    'kubeocean.io/cluster-binding': 'east',
    'kubeocean.io/physical-cluster-id': 'e1',
  })
  .annotated({ 'kubeocean.io/physical-node-name': 'n1' });
const facts: CsiNodeFacts = deepFreeze({
  binding: { name: 'east', clusterID: 'e1' },
  node: 'n1',
  physical: physicalWith([disk]),
  vnode: vnode.build(),
  live: null,
});
const plan = (change: Partial<CsiNodeFacts> = {}): CsiNodePlan => planCsiNode(deepFreeze({ ...facts, ...change }));

/** The mirror as the API server holds it after we made it for `physical`. */
function mirrorOf(physical = facts.physical): CsiNodeObject {
  const made = plan({ physical });
  if (made.action !== 'create') throw new Error(`expected create, not ${made.action}`);
  return { metadata: { ...made.object.metadata, uid: 'v-csi-uid', resourceVersion: '9' }, spec: made.object.spec };
}
const changed = (live: CsiNodeObject, metadata: Partial<CsiNodeObject['metadata']>): CsiNodeObject => ({
  ...live,
  metadata: { ...live.metadata, ...metadata },
});

it('makes one with the drivers as they are, the physical metadata and ours', () => {
  expect(mirrorOf()).toMatchObject({
    metadata: {
      name: 'vnode-e1-n1',
      labels: {
        rack: '7',
        'kubeocean.io/managed-by': 'kubeocean',
        'kubeocean.io/cluster-binding': 'east',
        'kubeocean.io/physical-cluster-id': 'e1',
        'kubeocean.io/physical-node-name': 'n1',
      },
      annotations: { note: 'x', 'kubeocean.io/physical-node-name': 'n1', 'kubeocean.io/physical-csinode-uid': 'csi-uid' },
    },
    spec: { drivers: [disk] },
  });
  expect(mirrorOf().metadata).not.toHaveProperty('ownerReferences');
});

it('does not take keys of ours from the physical cluster', () => {
  const labels = { 'kubeocean.io/cluster-binding': 'forged', 'kubeocean.io/virtual-cluster': 'forged' };
  expect(JSON.stringify(mirrorOf(physicalWith([disk], { labels })))).not.toContain('forged');
});

describe('what to do', () => {
  const live = mirrorOf();
  const strange = changed(live, { labels: { 'kubeocean.io/managed-by': 'kubeocean', 'kubeocean.io/cluster-binding': 'west' } });
  const gone = { metadata: { ...vnode.build().metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } };
  it.each<[string, Partial<CsiNodeFacts>, CsiNodePlan['action']]>([
    ['nothing changed', { live }, 'none'],
    ['no physical one, none here', { physical: null }, 'none'],
    ['no physical one any more', { physical: null, live }, 'remove'],
    ['no vnode yet', { vnode: null }, 'none'],
    ['no vnode any more', { vnode: null, live }, 'remove'],
    ['a vnode that is going gets none', { vnode: gone }, 'none'],
    ['and keeps the one it has', { vnode: gone, live }, 'none'],
    ["somebody else's of that name", { live: changed(live, { labels: {} }) }, 'none'],
    ["another binding's of that name", { live: strange }, 'none'],
    ['also when the physical one is gone', { physical: null, live: strange }, 'none'],
    ['a vnode of another binding', { vnode: vnode.labelled({ 'kubeocean.io/cluster-binding': 'west' }).build() }, 'none'],
    ['a vnode of another cluster', { vnode: vnode.labelled({ 'kubeocean.io/physical-cluster-id': 'e2' }).build(), live }, 'none'],
    ['a vnode of another node', { vnode: vnode.annotated({ 'kubeocean.io/physical-node-name': 'n2' }).build(), live }, 'none'],
    ['one that is going', { live: changed(live, { deletionTimestamp: '2026-01-01T00:00:00Z' }), physical: physicalWith([share]) }, 'none'],
    ['a driver came', { live, physical: physicalWith([disk, share]) }, 'patch'],
    ['all drivers went', { live, physical: physicalWith([]) }, 'patch'],
    ['a volume limit changed', { live, physical: physicalWith([{ ...disk, allocatable: { count: 9 } }]) }, 'patch'],
    ['a driver registered anew under another id', { live, physical: physicalWith([{ ...disk, nodeID: 'i-2' }]) }, 'recreate'],
    ['or with other topology keys', { live, physical: physicalWith([{ ...disk, topologyKeys: [] }]) }, 'recreate'],
    ['the physical one was replaced', { live, physical: physicalWith([disk], { uid: 'other' }) }, 'patch'],
  ])('%s', (_, change, action) => {
    expect(plan(change).action).toBe(action);
  });

  it('keeps what others added, drops what the physical one dropped, and writes only that', () => {
    const edited = changed(live, { labels: { ...live.metadata.labels, mine: 'yes', rack: 'edited' } });
    expect(plan({ live: edited, physical: physicalWith([disk], { labels: { rack: '7' }, annotations: {} }) })).toEqual({
      action: 'patch',
      patch: {
        metadata: {
          resourceVersion: '9',
          labels: { rack: '7' },
          annotations: { note: null, 'kubeocean.io/expected-metadata': expect.any(String) },
        },
      },
    });
    expect(decodeExpected(live.metadata.annotations?.['kubeocean.io/expected-metadata']).labels).toMatchObject({ rack: '7' });
  });
});
