import { Annotation, Label } from '../../../../api/names/keys';
import {
  isOurs,
  namesVirtualKey,
  namesVirtualPod,
  physicalAnnotations,
  physicalLabels,
  specHash,
  virtualPodOf,
  workloadOf,
} from '../../../../domain/pods';
import { decodeExpected } from '../../../../domain/metadata';
import { aPhysicalPod, aPod, OWNERSHIP } from '../../../support/builders/pod';

const vPod = aPod().build();

describe('isOurs', () => {
  const ours = aPhysicalPod(vPod).build();
  it('accepts all three labels', () => expect(isOurs(ours, OWNERSHIP)).toBe(true));
  it.each([
    ['another virtual cluster', { [Label.VirtualCluster]: 'other' }],
    ['another binding', { [Label.ClusterBinding]: 'west' }],
    ['another manager', { [Label.ManagedBy]: 'someone' }],
    ['an empty label', { [Label.VirtualCluster]: '' }],
  ])('refuses %s', (_, labels) => {
    expect(isOurs(aPhysicalPod(vPod).labelled(labels).build(), OWNERSHIP)).toBe(false);
  });
  it('refuses an object without labels', () => expect(isOurs({ metadata: {} }, OWNERSHIP)).toBe(false));
});

describe('namesVirtualPod', () => {
  it.each([
    ['its own copy', {}, true, true],
    ['the copy of a predecessor', { [Annotation.VirtualPodUid]: 'older' }, false, true],
    ["another pod's copy", { [Annotation.VirtualPodName]: 'api' }, false, false],
    ["another namespace's copy", { [Annotation.VirtualPodNamespace]: 'prod' }, false, false],
    ['a copy without UID', { [Annotation.VirtualPodUid]: '' }, false, false],
  ])('%s', (_, annotations, pod, key) => {
    const physical = aPhysicalPod(vPod).annotated(annotations).build();
    expect([namesVirtualPod(physical, vPod), namesVirtualKey(physical, vPod)]).toEqual([pod, key]);
  });
  it('reads the way back', () => {
    expect(virtualPodOf(aPhysicalPod(vPod).build())).toEqual({ namespace: 'default', name: 'web', uid: 'web-uid' });
    expect(virtualPodOf(vPod)).toBeNull();
  });
});

describe('workloadOf', () => {
  const hash = { 'pod-template-hash': '6b7f' };
  it.each([
    ['no owner', [], {}, undefined, { type: 'pod', name: null }],
    ['a ReplicaSet of a Deployment, by its hash', [{ kind: 'ReplicaSet', name: 'web-6b7f' }], hash, undefined, { type: 'deployment', name: 'web' }],
    ['a ReplicaSet alone', [{ kind: 'ReplicaSet', name: 'web-6b7f' }], {}, undefined, { type: 'replicaset', name: 'web-6b7f' }],
    ['a ReplicaSet whose name does not end so', [{ kind: 'ReplicaSet', name: 'web' }], hash, undefined, { type: 'replicaset', name: 'web' }],
    ['a ReplicaSet named by nothing but the hash', [{ kind: 'ReplicaSet', name: '-6b7f' }], hash, undefined, { type: 'replicaset', name: '-6b7f' }],
    ['an owner that was read', [{ kind: 'ReplicaSet', name: 'web-6b7f' }], hash, { kind: 'Rollout', name: 'r' }, { type: 'rollout', name: 'r' }],
    ['any other kind', [{ kind: 'StatefulSet', name: 'db' }], {}, undefined, { type: 'statefulset', name: 'db' }],
    ['the controller before the first', [{ kind: 'X', name: 'x' }, { kind: 'Job', name: 'j', controller: true }], {}, undefined, { type: 'job', name: 'j' }],
    ['the first where none controls', [{ kind: 'X', name: 'x' }, { kind: 'Job', name: 'j' }], {}, undefined, { type: 'x', name: 'x' }],
  ])('%s', (...[, owners, labels, resolved, expected]) => {
    expect(workloadOf(aPod().labelled(labels).ownedBy(...owners).build(), resolved)).toEqual(expected);
  });
});

describe('physical metadata (spec pods.md 1.5)', () => {
  const user = aPod('web', 'prod')
    .labelled({ app: 'web', [Label.ManagedBy]: 'forged', [Label.ClusterBinding]: 'forged', 'kubeocean.io/other': 'x' })
    .annotated({ note: 'kept', [Annotation.PhysicalPodUid]: 'p', [Annotation.VirtualPodUid]: 'forged', [Annotation.SpecHash]: 'forged' })
    .ownedBy({ kind: 'StatefulSet', name: 'db', controller: true })
    .build();

  it('gives the user his labels and nobody ours', () => {
    expect(physicalLabels(user, OWNERSHIP)).toEqual({
      app: 'web',
      [Label.ManagedBy]: 'kubeocean',
      [Label.VirtualCluster]: 'v-uid',
      [Label.ClusterBinding]: 'east',
      [Label.VirtualNamespace]: 'prod',
      [Label.WorkloadType]: 'statefulset',
      [Label.WorkloadName]: 'db',
    });
  });

  it.each([
    ['none without an owner', aPod().build(), undefined],
    ['without what a label value may not have', aPod().ownedBy({ kind: 'X', name: '.system:a/b ü-' }).build(), 'system-a-b'],
    ['cut to a label value', aPod().ownedBy({ kind: 'Job', name: `${'j'.repeat(62)}.x` }).build(), 'j'.repeat(62)],
  ])('workload name: %s', (_, pod, expected) => {
    expect(physicalLabels(pod, OWNERSHIP)[Label.WorkloadName]).toBe(expected);
  });

  it('leads back to the virtual pod and records what was written', () => {
    const annotations = physicalAnnotations(user);
    expect(annotations).toEqual({
      note: 'kept',
      [Annotation.VirtualPodNamespace]: 'prod',
      [Annotation.VirtualPodName]: 'web',
      [Annotation.VirtualPodUid]: 'web-uid',
      [Annotation.VirtualNodeName]: 'vnode-east-n1',
      [Annotation.SpecHash]: specHash(user),
      [Annotation.ExpectedMetadata]: expect.any(String),
      [Annotation.ExpectedSpec]: '{"containers":{"main":{"image":"nginx:1.27"}}}',
    });
    expect(decodeExpected(annotations[Annotation.ExpectedMetadata])).toEqual({
      labels: { app: 'web' },
      annotations: { note: 'kept' },
      taints: [],
    });
  });

  it('does not make a mirror pod of the copy, which its kubelet would stop', () => {
    expect(physicalAnnotations(aPod().annotated({ 'kubernetes.io/config.mirror': 'x' }).build())).not.toHaveProperty(['kubernetes.io/config.mirror']);
  });

  it('has an empty node name for an unbound pod', () => {
    expect(physicalAnnotations(aPod().unbound().build())[Annotation.VirtualNodeName]).toBe('');
  });

  it('leaves the largest out where they do not fit beside ours', () => {
    const largest = 256 * 1024 - 'big'.length - 'a1'.length;
    const annotations = physicalAnnotations(aPod().annotated({ big: 'x'.repeat(largest), a: '1' }).build());
    expect(annotations).toMatchObject({ a: '1', [Annotation.VirtualPodUid]: 'web-uid' });
    expect(annotations).not.toHaveProperty('big');
  });

  it('has no type of a workload of which no letter is left', () => {
    expect(physicalLabels(aPod().ownedBy({ kind: '--', name: 'x' }).build(), OWNERSHIP)).not.toHaveProperty([Label.WorkloadType]);
  });

  it.each([
    [100 * 1024, true],
    [200 * 1024, false],
  ])('records what was written of %d bytes: %s', (size, recorded) => {
    const annotations = physicalAnnotations(aPod().annotated({ big: 'x'.repeat(size) }).build());
    expect(Annotation.ExpectedMetadata in annotations).toBe(recorded);
    expect(annotations.big).toHaveLength(size);
  });
});

describe('specHash', () => {
  const base = aPod().labelled({ a: '1', b: '2' }).spec({ terminationGracePeriodSeconds: 30 });
  const hash = specHash(base.build());

  it.each([
    ['status', base.phase('Running')],
    ['resourceVersion', base.meta({ resourceVersion: '99' })],
    ['our annotations', base.annotated({ [Annotation.PhysicalPodUid]: 'p' })],
    ['our labels', base.labelled({ [Label.ManagedBy]: 'kubeocean' })],
    ['key order', base.meta({ labels: { b: '2', a: '1' } })],
    ['an absent list that is empty', base.spec({ tolerations: [], ephemeralContainers: [] })],
  ])('does not change with %s', (_, changed) => expect(specHash(changed.build())).toBe(hash));

  it.each([
    ['a label', base.labelled({ c: '3' })],
    ['an annotation', base.annotated({ c: '3' })],
    ['the active deadline', base.spec({ activeDeadlineSeconds: 5 })],
    ['an image', base.container({ image: 'nginx:2' })],
    ['resources', base.container({ resources: { requests: { cpu: '1' } } })],
    ['an init image', base.spec({ initContainers: [{ name: 'i', image: 'x' }] })],
    ['a toleration', base.tolerating({ operator: 'Exists' })],
    ['an ephemeral container', base.spec({ ephemeralContainers: [{ name: 'd', image: 'x' }] })],
    ['pod-level resources', base.spec({ resources: { requests: { cpu: '1' } } } as object)],
  ])('changes with %s', (_, changed) => expect(specHash(changed.build())).not.toBe(hash));
});
