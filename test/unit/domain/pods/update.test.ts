import { Annotation, Label } from '../../../../api/names/keys';
import { encodeExpected } from '../../../../domain/metadata';
import { inPlaceUpdate, physicalAnnotations, specHash } from '../../../../domain/pods';
import { aPhysicalPod, aPod, OWNERSHIP, type PodBuilder } from '../../../support/builders/pod';

const before = aPod().labelled({ app: 'web', old: 'x' }).annotated({ note: 'a' });
const copy = aPhysicalPod(before.build())
  .labelled({ app: 'web', old: 'x', cni: 'added' })
  .annotated({ ...physicalAnnotations(before.build()), 'cni/ip': '1.2.3.4' });
const context = { ...OWNERSHIP, mountNamespace: 'kubeocean-worker', physicalNode: 'n1', virtualApi: null, dns: null };

function plan(vPod: PodBuilder, pPod = copy) {
  const update = inPlaceUpdate(vPod.build(), pPod.build(), context);
  return (update?.patch ?? null) as { metadata: Record<string, Record<string, unknown>>; spec?: Record<string, unknown> } | null;
}

describe('inPlaceUpdate (spec pods.md 1.9)', () => {
  it('is nothing when the copy was written from this pod', () => expect(plan(before)).toBeNull());

  it('is guarded and records the new state, whatever changed', () => {
    const vPod = before.spec({ activeDeadlineSeconds: 9 });
    expect(plan(vPod)).toEqual({
      metadata: { uid: 'p-web-uid', resourceVersion: '20', annotations: { [Annotation.SpecHash]: specHash(vPod.build()) } },
      spec: { activeDeadlineSeconds: 9 },
    });
  });

  it('adds, changes and drops the keys of the user and leaves the others alone', () => {
    const vPod = before.meta({ labels: { app: 'api', fresh: 'y' }, annotations: {} });
    const { labels, annotations } = plan(vPod)?.metadata ?? {};
    expect(labels).toEqual({ app: 'api', fresh: 'y', old: null });
    expect(annotations).toEqual({
      note: null,
      [Annotation.SpecHash]: specHash(vPod.build()),
      [Annotation.ExpectedMetadata]: encodeExpected({ labels: { app: 'api', fresh: 'y' }, annotations: {}, taints: [] }),
    });
  });

  it('drops its record where that would make the pod too large', () => {
    const vPod = before.annotated({ big: 'x'.repeat(200 * 1024) });
    expect(plan(vPod)?.metadata.annotations).toMatchObject({ [Annotation.ExpectedMetadata]: null });
  });

  it.each<[string, PodBuilder, PodBuilder, Record<string, unknown> | undefined]>([
    ['what P changed on a key of the user is set right', before.labelled({ fresh: 'y' }), copy.labelled({ app: 'theirs' }), { app: 'web', fresh: 'y' }],
    ['what P took away comes back', before.labelled({ fresh: 'y' }), copy.meta({ labels: { cni: 'added' } }), { app: 'web', old: 'x', fresh: 'y' }],
    ['our labels are no business of the user', before.labelled({ [Label.ManagedBy]: 'me', fresh: 'y' }), copy, { fresh: 'y' }],
    ['without a record nothing is dropped', aPod().labelled({ app: 'web' }), copy.annotated({ [Annotation.ExpectedMetadata]: '' }), undefined],
  ])('%s', (_, vPod, pPod, labels) => expect(plan(vPod, pPod)?.metadata.labels).toEqual(labels));

  it.each<[string, PodBuilder, Record<string, unknown>]>([
    ['an image', before.container({ image: 'nginx:2' }), { containers: [{ name: 'main', image: 'nginx:2' }] }],
    ['a toleration, beside those that the copy has', before.tolerating({ key: 'new' }), { tolerations: [{ key: 'theirs' }, { key: 'new' }] }],
    ['the deadline', before.spec({ activeDeadlineSeconds: 5 }), { activeDeadlineSeconds: 5 }],
  ])('carries %s over', (_, vPod, spec) => expect(plan(vPod, copy.tolerating({ key: 'theirs' }))?.spec).toEqual(spec));

  it('an init image too', () => {
    const vPod = before.spec({ initContainers: [{ name: 'i', image: 'b' }] });
    expect(plan(vPod, copy.spec({ initContainers: [{ name: 'i', image: 'a' }] }))?.spec).toEqual({ initContainers: [{ name: 'i', image: 'b' }] });
  });
});

describe('ephemeral containers of the update', () => {
  const debug = { name: 'debug', image: 'busybox', env: [{ name: 'HOSTNAME', value: 'mine' }] };
  it.each([
    ['a new one', [debug], [], { spec: { ephemeralContainers: [debug] } }],
    ['only the new one', [debug, { name: 'old' }], [{ name: 'old' }], { spec: { ephemeralContainers: [debug] } }],
    ['none is new', [debug], [debug], null],
    ['none at all', undefined, undefined, null],
  ])('%s', (_, wanted, running, expected) => {
    const vPod = before.labelled({ fresh: 'y' }).spec({ ephemeralContainers: wanted }).build();
    const update = inPlaceUpdate(vPod, copy.spec({ ephemeralContainers: running }).build(), context);
    expect(update?.ephemeralContainers).toEqual(expected);
  });
});
