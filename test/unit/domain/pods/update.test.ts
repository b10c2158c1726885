import { Annotation, Label } from '../../../../api/names/keys';
import { encodeExpected } from '../../../../domain/metadata';
import { inPlaceUpdate, specHash } from '../../../../domain/pods';
import { encodeExpectedSpec } from '../../../../domain/pods/identity/expected-spec';
import { aPhysicalPod, aPod, OWNERSHIP, type PodBuilder } from '../../../support/builders/pod';

const before = aPod().labelled({ app: 'web', old: 'x' }).annotated({ note: 'a' });
/** The copy as it was written from a virtual pod. */
const writtenFrom = (vPod: PodBuilder) => aPhysicalPod(vPod.build());
const copy = writtenFrom(before).labelled({ cni: 'added' }).annotated({ 'cni/ip': '1.2.3.4' });
const context = { ...OWNERSHIP, mountNamespace: 'kubeocean-worker', physicalNode: 'n1', virtualApi: null, dns: null };

const plan = (vPod: PodBuilder, pPod = copy) => inPlaceUpdate(vPod.build(), pPod.build(), context);
/** Specs of the changes, each with the subresource that takes it. */
const changes = (vPod: PodBuilder, pPod = copy) => (plan(vPod, pPod)?.changes ?? []).map(({ subresource, spec }) => [subresource, spec]);

describe('inPlaceUpdate (spec pods.md 1.9)', () => {
  it('is nothing when the copy was written from this pod', () => expect(plan(before)).toBeNull());

  it('is guarded and records the new state, whatever changed', () => {
    const vPod = before.spec({ activeDeadlineSeconds: 9 });
    expect(plan(vPod)).toEqual({
      metadata: { uid: 'p-web-uid', resourceVersion: '20', annotations: { [Annotation.SpecHash]: specHash(vPod.build()) } },
      changes: [{ what: 'activeDeadlineSeconds', subresource: null, spec: { activeDeadlineSeconds: 9 } }],
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
    ['even where the user has changed nothing', before, copy.labelled({ app: 'theirs' }), { app: 'web' }],
    ['what P took away comes back', before.labelled({ fresh: 'y' }), writtenFrom(before).meta({ labels: { cni: 'added' } }), expect.objectContaining({ app: 'web', old: 'x', fresh: 'y', [Label.ManagedBy]: 'kubeocean' }) as never],
    ['our labels are no business of the user', before.labelled({ [Label.ManagedBy]: 'me', fresh: 'y' }), copy, { fresh: 'y' }],
    ['without a record nothing is dropped', aPod().labelled({ app: 'web' }), copy.annotated({ [Annotation.ExpectedMetadata]: '' }), undefined],
  ])('%s', (_, vPod, pPod, labels) => expect(plan(vPod, pPod)?.metadata.labels).toEqual(labels));
});

describe('the pod itself takes', () => {
  const seconds = (tolerationSeconds: number) => ({ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds });
  it.each<[string, PodBuilder, PodBuilder, object[]]>([
    ['an image', before.container({ image: 'nginx:2' }), copy, [{ containers: [{ name: 'main', image: 'nginx:2' }] }]],
    ['no image that the user left as it was, whatever a webhook made of it', before.labelled({ fresh: 'y' }), copy.container({ image: 'mirror/nginx:1.27' }), []],
    ['an image, where nobody knows which was written', before.container({ image: 'nginx:2' }), copy.annotated({ [Annotation.ExpectedSpec]: '{' }), [{ containers: [{ name: 'main', image: 'nginx:2' }] }]],
    ['a toleration, beside those that the copy has', before.tolerating({ key: 'new' }), copy.tolerating({ key: 'theirs' }), [{ tolerations: [{ key: 'theirs' }, { key: 'new' }] }]],
    ['other seconds of a toleration, in its place', before.tolerating(seconds(9)), copy.tolerating(seconds(5), { key: 'theirs' }), [{ tolerations: [seconds(9), { key: 'theirs' }] }]],
    ['the deadline', before.spec({ activeDeadlineSeconds: 5 }), copy, [{ activeDeadlineSeconds: 5 }]],
    ['no end of a deadline that it has by itself', before.labelled({ fresh: 'y' }), copy.spec({ activeDeadlineSeconds: 5 }), []],
  ])('%s', (_, vPod, pPod, specs) => expect(changes(vPod, pPod)).toEqual(specs.map((spec) => [null, spec])));

  it('the image of one container of two', () => {
    const two = (image: string) => before.spec({ containers: [{ name: 'a', image: 'nginx:1' }, { name: 'b', image }] });
    expect(changes(two('b:2'), writtenFrom(two('b:1')))).toEqual([[null, { containers: [{ name: 'b', image: 'b:2' }] }]]);
  });

  it('an init image too', () => {
    const [old, fresh] = ['a', 'b'].map((image) => before.spec({ initContainers: [{ name: 'i', image }] }));
    expect(changes(fresh!, writtenFrom(old!))).toEqual([[null, { initContainers: [{ name: 'i', image: 'b' }] }]]);
  });
});

describe('resizes', () => {
  const sized = (cpu: string) => before.container({ resources: { requests: { cpu }, limits: { cpu: '2' } } });
  const small = writtenFrom(sized('1'));
  /** What a LimitRange of the physical cluster makes of a pod that asks for nothing. */
  const defaulted = copy.container({ resources: { requests: { cpu: '100m' } } });
  const whole = (cpu: string) => before.spec({ resources: { requests: { cpu } } } as object);
  const sidecar = (cpu: string) => before.spec({ initContainers: [{ name: 's', restartPolicy: 'Always', resources: { requests: { cpu } } }] });

  it.each<[string, PodBuilder, PodBuilder, object[]]>([
    ['a container', sized('1500m'), small, [{ containers: [{ name: 'main', resources: { requests: { cpu: '1500m' }, limits: { cpu: '2' } } }] }]],
    ['a side-car', sidecar('2'), writtenFrom(sidecar('1')), [{ initContainers: [{ name: 's', resources: { requests: { cpu: '2' } } }] }]],
    ['the pod as a whole', whole('2'), writtenFrom(whole('1')), [{ resources: { requests: { cpu: '2' } } }]],
    ['nothing that the copy has already', sized('1500m'), small.container({ resources: { requests: { cpu: '1500m' }, limits: { cpu: '2' } } }), []],
    ['nothing where only the physical cluster resized', sized('1').labelled({ fresh: 'y' }), small.container({ resources: { requests: { cpu: '3' } } }), []],
    ['nothing where the physical cluster has defaults', before.labelled({ fresh: 'y' }), defaulted, []],
    ['what the user asks for, where nobody knows what was written', sized('1500m'), small.annotated({ [Annotation.ExpectedSpec]: '' }), [{ containers: [{ name: 'main', resources: { requests: { cpu: '1500m' }, limits: { cpu: '2' } } }] }]],
  ])('%s', (_, vPod, pPod, specs) => expect(changes(vPod, pPod)).toEqual(specs.map((spec) => ['resize', spec])));

  it('name for people what is resized', () => {
    const said = (vPod: PodBuilder, pPod: PodBuilder) => plan(vPod, pPod)?.changes.map(({ what }) => what);
    expect(said(sized('1500m'), small)).toEqual(['resources of container main']);
    expect(said(whole('2'), writtenFrom(whole('1')))).toEqual(['resources of the pod']);
  });

  it('are written down with the images', () => {
    expect(JSON.parse(encodeExpectedSpec(sized('1').build().spec))).toEqual({
      containers: { main: { image: 'nginx:1.27', resources: { requests: { cpu: '1' }, limits: { cpu: '2' } } } },
    });
  });
});

describe('ephemeral containers of the update', () => {
  const debug = { name: 'debug', image: 'busybox', env: [{ name: 'HOSTNAME', value: 'mine' }] };
  it.each([
    ['a new one', [debug], [], [debug]],
    ['only the new one', [debug, { name: 'old' }], [{ name: 'old' }], [debug]],
    ['none is new', [debug], [debug], []],
    ['none at all', undefined, undefined, []],
  ])('%s', (_, wanted, running, expected) => {
    const vPod = before.labelled({ fresh: 'y' }).spec({ ephemeralContainers: wanted });
    const specs = expected.map((container) => ['ephemeralcontainers', { ephemeralContainers: [container] }]);
    expect(changes(vPod, copy.spec({ ephemeralContainers: running }))).toEqual(specs);
  });
});
