import { Annotation, Label } from '../../../../api/names/keys';
import { encodeExpected } from '../../../../domain/metadata';
import { broughtBy, specHash, virtualPodStatus } from '../../../../domain/pods';
import { pushedMetadata } from '../../../../domain/pods/identity/pushed-metadata';
import { hadPhysicalPod } from '../../../../domain/pods/reconcile/name-holder';
import type { PodObject } from '../../../../domain/pods';
import { aPhysicalPod, aPod, type PodBuilder } from '../../../support/builders/pod';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
type Map = Record<string, string | null>;

/** The copy as it was written from a virtual pod, and the virtual pod as the mirror left it. */
function pair(vPod: PodBuilder) {
  const copy = aPhysicalPod(vPod.build());
  return { copy, home: vPod.mirroring(copy.build()) };
}
const { copy, home } = pair(aPod().labelled({ app: 'web' }).annotated({ note: 'a' }));
const record = (labels: Record<string, string>, annotations: Record<string, string> = {}) =>
  ({ [Annotation.ExpectedMetadata]: encodeExpected({ labels, annotations, taints: [] }) });

function patchOf(vPod: PodBuilder, pPod: PodBuilder) {
  const metadata: { labels?: Map; annotations?: Map } = virtualPodStatus(vPod.build(), pPod.build())?.metadata ?? {};
  return { labels: metadata.labels ?? {}, annotations: metadata.annotations ?? {} };
}

/** As an API server stores a merge patch. */
function patched({ metadata, ...rest }: PodObject, patch: { labels: Map; annotations: Map }): PodObject {
  const merge = (map: Record<string, string> = {}, changes: Map) =>
    Object.fromEntries(Object.entries({ ...map, ...changes }).filter((entry): entry is [string, string] => entry[1] !== null));
  return { ...rest, metadata: { ...metadata, labels: merge(metadata.labels, patch.labels), annotations: merge(metadata.annotations, patch.annotations) } };
}

/** A pod that shows `cni/ip` and `zone`, which the physical cluster added. */
const shown = home.labelled({ zone: 'z1' }).annotated({ 'cni/ip': '1', ...record({ zone: 'z1' }, { 'cni/ip': '1' }) });
const added = copy.labelled({ zone: 'z1' }).annotated({ 'cni/ip': '1' });

const refusal = (labels: Record<string, string>, annotations: Record<string, string> = {}) =>
  ({ [Annotation.RefusedMetadata]: encodeExpected({ labels, annotations, taints: [] }) });
/** The same where the virtual cluster does not take the label. */
const declined = home.annotated({ 'cni/ip': '1', ...record({}, { 'cni/ip': '1' }), ...refusal({ zone: 'z1' }) });

describe('metadata of the virtual pod', () => {
  it.each<[string, PodBuilder, PodBuilder, { labels?: Map; annotations?: Map }]>([
    ['nothing where nobody added anything', home, copy, {}],
    ['what was added shows, with a record of it', home, added, { labels: { zone: 'z1' }, annotations: { 'cni/ip': '1', ...record({ zone: 'z1' }, { 'cni/ip': '1' }) } }],
    ['and that is all', shown, added, {}],
    ['a new value follows', shown, added.annotated({ 'cni/ip': '2' }), { annotations: { 'cni/ip': '2', ...record({ zone: 'z1' }, { 'cni/ip': '2' }) } }],
    ['what is gone over there goes', shown, copy, { labels: { zone: null }, annotations: { 'cni/ip': null, [Annotation.ExpectedMetadata]: null } }],
    ['what the user took off is shown again', shown.meta({ labels: { app: 'web' } }), added, { labels: { zone: 'z1' } }],
    ['a value that the user gave is his', shown.labelled({ zone: 'mine' }), added, { annotations: record({}, { 'cni/ip': '1' }) }],
    ['also when it is gone over there', shown.labelled({ zone: 'mine' }), copy.annotated({ 'cni/ip': '1' }), { annotations: record({}, { 'cni/ip': '1' }) }],
    ['a key of the user is not touched', home, copy.labelled({ app: 'theirs' }).annotated({ note: 'theirs' }), {}],
    ['a key that the user has just taken off does not come back', home.meta({ labels: {} }), copy, {}],
    ['our keys stay over there', home, copy.labelled({ [Label.PolicyApplied]: 'x', 'kubeocean.io/forged': 'x' }).annotated({ [Annotation.LeaseEndsAt]: 'x' }), {}],
    ['neither does what local tools and kubelets note', home, copy.annotated({ [LAST_APPLIED]: '{}', 'kubernetes.io/config.hash': 'x' }), {}],
    ['without a record nobody knows who owns a key', home, added.meta({ annotations: { ...added.build().metadata.annotations, [Annotation.ExpectedMetadata]: undefined as never } }), {}],
    ['what was refused is not asked again', declined, added, {}],
    ['unless its value changes', declined, added.labelled({ zone: 'z2' }), { labels: { zone: 'z2' }, annotations: { ...record({ zone: 'z2' }, { 'cni/ip': '1' }), [Annotation.RefusedMetadata]: null } }],
    ['nor remembered when it is gone over there', declined, copy.annotated({ 'cni/ip': '1' }), { annotations: { [Annotation.RefusedMetadata]: null } }],
    ["nor when the key is the user's", declined.labelled({ zone: 'mine' }), added, { annotations: { [Annotation.RefusedMetadata]: null } }],
    ['what does not fit stays over there', home, copy.labelled({ zone: 'z1' }).annotated({ big: 'x'.repeat(200 * 1024) }), {}],
  ])('%s', (_, vPod, pPod, expected) => {
    const patch = patchOf(vPod, pPod);
    expect(patch).toEqual({ labels: {}, annotations: {}, ...expected });
    const after = patched(vPod.build(), patch);
    expect(virtualPodStatus(after, pPod.build())).toBeNull();
  });

  it('leaves out what has just been refused, and says so in a record', () => {
    const patch = virtualPodStatus(home.build(), added.build(), { labels: {}, annotations: { 'cni/ip': '1' } });
    expect(patch?.metadata).toMatchObject({ labels: { zone: 'z1' }, annotations: { ...record({ zone: 'z1' }), ...refusal({}, { 'cni/ip': '1' }) } });
    expect(patch?.metadata.annotations).not.toHaveProperty('cni/ip');
  });

  it('tells what a patch brings: keys of theirs that come, not those that go, nor ours', () => {
    const labels = { zone: 'z1', gone: null };
    expect(broughtBy({ labels, annotations: { 'cni/ip': '1', [Annotation.PhysicalPodName]: 'web', [Annotation.ExpectedMetadata]: null } })).toEqual({ labels: { zone: 'z1' }, annotations: { 'cni/ip': '1' } });
    expect(broughtBy({})).toEqual({ labels: {}, annotations: {} });
  });

  it('brings no change back to where it came from', () => {
    expect(specHash(shown.build())).toBe(specHash(home.build()));
    expect(pushedMetadata(shown.build())).toEqual(pushedMetadata(home.build()));
  });

  it("gives way to the user's value, which goes over", () => {
    const taken = shown.labelled({ zone: 'mine' }).build();
    expect(pushedMetadata(taken).labels).toEqual({ app: 'web', zone: 'mine' });
    expect(specHash(taken)).not.toBe(specHash(home.build()));
  });

  it.each([
    ['of another pod, whose YAML was copied', { ...record({ app: 'web' }), [Annotation.VirtualPodUid]: 'other', [Annotation.PhysicalPodUid]: 'p' }],
    ['that somebody wrote by hand', { ...record({ app: 'web' }), [Annotation.PhysicalPodUid]: 'p' }],
  ])('a record %s says nothing', (_, annotations) => {
    const vPod = aPod().labelled({ app: 'web' }).annotated(annotations).build();
    expect(pushedMetadata(vPod).labels).toEqual({ app: 'web' });
    expect(hadPhysicalPod(vPod)).toBe(false);
    // Its own copy is its copy, and what was written about another is put right.
    const own = aPhysicalPod(vPod).build();
    expect(virtualPodStatus(vPod, own)?.metadata.annotations).toMatchObject({ [Annotation.PhysicalPodUid]: own.metadata.uid, [Annotation.VirtualPodUid]: 'web-uid' });
  });
});
