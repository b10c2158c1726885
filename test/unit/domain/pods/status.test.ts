import type { PodCondition, PodStatus } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../../api/names/keys';
import { sameJson } from '../../../../domain/json/canonical-json';
import { lostStatus, virtualPodStatus, type PodObject } from '../../../../domain/pods';
import { aPhysicalPod, aPod, type PodBuilder } from '../../../support/builders/pod';

const bare = aPod();
const copyOf = (vPod: PodObject, status: object = {}) => aPhysicalPod(vPod).status(status);
/** A virtual pod that tells the truth already, apart from what the row changes. */
const settled = bare.mirroring(aPhysicalPod(bare.build()).build());

/** What an API server would store: RFC 7386, one level deep as these patches are. */
function applied(vPod: PodObject, patch: NonNullable<ReturnType<typeof virtualPodStatus>>): PodObject {
  const merged = Object.entries({ ...vPod.status, ...patch.status }).filter(([, value]) => value !== null);
  const annotations = { ...vPod.metadata.annotations, ...patch.metadata.annotations } as Record<string, string>;
  return { ...vPod, metadata: { ...vPod.metadata, annotations }, status: Object.fromEntries(merged) as PodStatus };
}

/** Status part of the patch for a settled pod whose copy has this status. */
function statusFor(physical: object, virtual: PodBuilder = settled) {
  const vPod = virtual.build();
  const patch = virtualPodStatus(vPod, copyOf(vPod, physical).build());
  if (patch) expect(virtualPodStatus(applied(vPod, patch), copyOf(vPod, physical).build())).toBeNull();
  return patch?.status;
}

describe('virtualPodStatus (spec pods.md 2.3)', () => {
  const containerStatuses = [
    { name: 'main', image: 'nginx', imageID: 'sha256:1', containerID: 'containerd://2', ready: true, restartCount: 3, state: { running: { startedAt: '2026-01-01T00:00:01Z' } }, fieldOfTheFuture: 1 },
  ];

  it.each<[string, object]>([
    ['phase', { phase: 'Running' }],
    ['message and reason', { message: 'm', reason: 'Evicted' }],
    ['addresses', { hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.1' }], podIP: '10.1.0.1', podIPs: [{ ip: '10.1.0.1' }] }],
    ['start time', { startTime: '2026-01-01T00:00:00Z' }],
    ['container statuses, verbatim', { containerStatuses }],
    ['init container statuses', { initContainerStatuses: containerStatuses }],
    ['ephemeral container statuses', { ephemeralContainerStatuses: containerStatuses }],
    ['resize', { resize: 'Proposed' }],
    ['pod-level resources', { allocatedResources: { cpu: '1' }, resources: { requests: { cpu: '1' } } }],
    ['qosClass, which the defaults of its namespace decide', { qosClass: 'Guaranteed' }],
    ['resource claims', { resourceClaimStatuses: [{ name: 'c', resourceClaimName: 'p' }], extendedResourceClaimStatus: { resourceClaimName: 'p', requestMappings: [] } }],
    ['a field of the future', { fieldOfTheFuture: { deep: [1] } }],
  ])('mirrors %s', (_, physical) => expect(statusFor(physical)).toEqual(physical));

  it.each<[string, object]>([
    ['nominatedNodeName', { nominatedNodeName: 'n2' }],
    ['an empty list', { containerStatuses: [] }],
    ['an empty message', { message: '' }],
  ])('does not mirror %s', (_, physical) => expect(statusFor(physical)).toBeUndefined());

  it('keeps what belongs to the virtual cluster', () => {
    const own = settled.status({ qosClass: 'Burstable', nominatedNodeName: 'vnode-2', resourceClaimStatuses: [{ name: 'c' }], extendedResourceClaimStatus: { resourceClaimName: 'c' } } as PodStatus);
    expect(statusFor({ qosClass: undefined }, own)).toBeUndefined();
  });

  it('removes what the copy no longer has', () => {
    expect(statusFor({}, settled.status({ message: 'old', podIP: '1.1.1.1', containerStatuses }))).toEqual({
      message: null,
      podIP: null,
      containerStatuses: null,
    });
  });

  it('is one guarded patch with the annotations, which come with the first status', () => {
    const vPod = bare.build();
    expect(virtualPodStatus(vPod, copyOf(vPod, { phase: 'Running' }).build())).toEqual({
      metadata: {
        uid: 'web-uid',
        resourceVersion: '10',
        annotations: {
          [Annotation.PhysicalPodNamespace]: 'kubeocean-worker',
          [Annotation.PhysicalPodName]: copyOf(vPod).build().metadata.name,
          [Annotation.PhysicalPodUid]: 'p-web-uid', [Annotation.VirtualPodUid]: 'web-uid',
        },
      },
      status: { phase: 'Running' },
    });
  });

  it('sends no annotations that are there, and no status that is the same', () => {
    expect(virtualPodStatus(settled.build(), copyOf(bare.build(), { phase: 'Running' }).build())?.metadata).toEqual({ uid: 'web-uid', resourceVersion: '10' });
    expect(virtualPodStatus(bare.build(), copyOf(bare.build()).build())).not.toHaveProperty('status');
  });

  it.each<[string, PodObject | null]>([
    ['nothing differs', copyOf(settled.build()).build()],
    ['keys stand in another order', copyOf(settled.build(), { conditions: [{ status: 'True', lastProbeTime: null, type: 'PodScheduled' }] }).build()],
    ['there is no copy', null],
    ['the copy is of a predecessor', copyOf(settled.build(), { phase: 'Running' }).annotated({ [Annotation.VirtualPodUid]: 'older' }).build()],
    ['the pod knows its copy by another UID', copyOf(settled.build(), { phase: 'Running' }).meta({ uid: 'made-again' }).build()],
    ['the copy is of another pod', copyOf(settled.build(), { phase: 'Running' }).annotated({ [Annotation.VirtualPodName]: 'api' }).build()],
  ])('is null when %s', (_, pPod) => expect(virtualPodStatus(settled.build(), pPod)).toBeNull());

  it('writes the annotations only while the copy has no status', () => {
    const vPod = bare.build();
    const pPod = { ...aPhysicalPod(vPod).build(), status: undefined };
    expect(virtualPodStatus(vPod, pPod)).toEqual({ metadata: expect.objectContaining({ annotations: expect.any(Object) }) });
  });
});

describe('terminal phases', () => {
  it.each([
    ['Succeeded', 'Running', false],
    ['Failed', 'Running', false],
    ['Failed', 'Succeeded', false],
    ['Succeeded', 'Failed', false],
    ['Failed', 'Pending', false],
    ['Failed', 'Failed', true],
    ['Running', 'Failed', true],
    ['Running', 'Pending', true],
  ])('%s, copy %s: written %s', (virtual, physical, written) => {
    const vPod = settled.phase(virtual).build();
    expect(virtualPodStatus(vPod, copyOf(vPod, { phase: physical, message: 'm' }).build()) !== null).toBe(written);
  });
});

describe('conditions', () => {
  const at = (type: string, status = 'True', more: object = {}): PodCondition => ({ type, status, ...more });
  const scheduled = at('PodScheduled');
  const unplaced = at('PodScheduled', 'False', { reason: 'Unschedulable', message: '0/3 nodes are available', lastTransitionTime: 'b' });
  it.each<[string, PodCondition[], PodCondition[], PodCondition[] | undefined]>([
    ["the virtual PodScheduled comes first, then the copy's in order", [scheduled], [at('Ready'), at('PodScheduled', 'True', { reason: 'theirs' }), at('Initialized')], [scheduled, at('Ready'), at('Initialized')]],
    ['a physical scheduler that finds no place overrules it, with its reason', [scheduled, at('Ready', 'False')], [unplaced, at('Ready', 'False')], [unplaced, at('Ready', 'False')]],
    ['also where the virtual pod has none', [], [unplaced], [unplaced]],
    ['until the copy has a node', [unplaced], [at('PodScheduled', 'True', { lastTransitionTime: 'c' })], [at('PodScheduled', 'True', { lastTransitionTime: 'c' })]],
    ['a copy about which nobody has said anything changes nothing', [unplaced], [], undefined],
    ['a physical one fills in for a missing one', [], [at('PodScheduled')], [scheduled]],
    ['a change of transition time is a change', [scheduled, at('Ready', 'True', { lastTransitionTime: 'a' })], [at('Ready', 'True', { lastTransitionTime: 'b' })], [scheduled, at('Ready', 'True', { lastTransitionTime: 'b' })]],
    ['what the kubelet dropped goes', [scheduled, at('Ready'), at('PodResizePending')], [at('Ready')], [scheduled, at('Ready')]],
    ['what only the virtual cluster knows stays', [scheduled, at('DisruptionTarget'), at('lb/ready')], [at('Ready')], [scheduled, at('Ready'), at('DisruptionTarget'), at('lb/ready')]],
    ["the copy's word wins beside others", [scheduled, at('lb/ready', 'False')], [at('Ready'), at('lb/ready')], [scheduled, at('Ready'), at('lb/ready')]],
    ["the copy's word wins over the same type", [scheduled, at('lb/ready', 'False')], [at('lb/ready')], [scheduled, at('lb/ready')]],
  ])('%s', (_, virtual, physical, expected) => {
    expect(statusFor({ conditions: physical }, settled.status({ conditions: virtual }))?.conditions).toEqual(expected);
  });
});

describe('observedGeneration', () => {
  const hash = (stale: boolean, pPod: PodBuilder) => (stale ? pPod.annotated({ [Annotation.SpecHash]: 'older' }) : pPod);
  it.each([
    ['is the virtual one once the copy reflects it', 3, 3, false, undefined, 7],
    ['stays unknown while the kubelet lags', 2, 3, false, undefined, undefined],
    ['stays what it was while the kubelet lags', 2, 3, false, 5, 5],
    ['stays what it was until the copy is updated', 3, 3, true, 5, 5],
    ['is not made up', undefined, 3, false, undefined, undefined],
    ['is not made up for a condition that has none', undefined, 3, false, 5, 5],
  ])('%s', (...[, observed, generation, stale, before, expected]) => {
    const vPod = settled.meta({ generation: 7 }).status({ observedGeneration: before, phase: 'Pending' } as PodStatus).build();
    const conditions = [{ type: 'Ready', status: 'True', observedGeneration: observed }];
    const physical = copyOf(vPod, { phase: 'Running', observedGeneration: observed, conditions }).meta({ generation });
    const result = applied(vPod, virtualPodStatus(vPod, hash(stale, physical).build())!).status as { observedGeneration?: number; conditions?: { observedGeneration?: number }[] };
    expect(result.observedGeneration).toBe(expected);
    expect(result.conditions?.[1]?.observedGeneration).toBe(observed === undefined ? undefined : expected);
  });
});

describe('lostStatus (spec pods.md 1.4)', () => {
  it('fails the pod and keeps the rest', () => {
    const vPod = settled.phase('Running').status({ podIP: '1.1.1.1' }).build();
    const patch = lostStatus(vPod)!;
    expect(patch).toEqual({
      metadata: { uid: 'web-uid', resourceVersion: '10' },
      status: { phase: 'Failed', reason: 'PhysicalPodLost', message: 'Physical pod was deleted unexpectedly' },
    });
    expect(applied(vPod, patch).status).toMatchObject({ podIP: '1.1.1.1', conditions: vPod.status?.conditions });
  });
  it.each(['Succeeded', 'Failed'])('leaves a %s pod as it is', (phase) => expect(lostStatus(settled.phase(phase).build())).toBeNull());
  it('says what it is told', () => expect(lostStatus(settled.build(), 'no place')?.status?.message).toBe('no place'));
});

describe('sameJson', () => {
  it.each<[unknown, unknown, boolean]>([
    [{ a: 1, b: [{ c: 2, d: 3 }] }, { b: [{ d: 3, c: 2 }], a: 1 }, true],
    [{ a: null }, {}, true],
    [{ a: undefined }, {}, true],
    [[1, 2], [2, 1], false],
    [{ a: 0 }, {}, false],
    [{ a: '' }, {}, false],
    [{ a: 1 }, { a: '1' }, false],
    [null, undefined, true],
    [[], {}, false],
  ])('%j and %j: %s', (a, b, same) => expect(sameJson(a, b)).toBe(same));
});
