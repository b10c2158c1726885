import { Annotation } from '../../../../api/names/keys';
import { auditDuplicates, auditPods, auditTokens, changedPaths, type PodAuditFacts, type Source } from '../../../../domain/audit';
import { forwardAnnotations, tokenRequests, type PodObject, type VnodeState } from '../../../../domain/pods';
import { aPhysicalPod, aPod, kubeApiAccess, OWNERSHIP, type PodBuilder } from '../../../support/builders/pod';

const NOW = Date.parse('2026-01-01T00:01:00Z');
const fresh = aPod();
const copy = aPhysicalPod(fresh.build());
const known = fresh.mirroring(copy.build());
const needy = fresh.volumes({ name: 'v', configMap: { name: 'settings' } });
const claiming = fresh.volumes({ name: 'v', persistentVolumeClaim: { claimName: 'data' } });
const lists = { containerStatuses: [{ name: 'main', ready: true, restartCount: 0, image: 'nginx', imageID: '', user: { linux: { uid: 1 } } }] };
const source = (name: string, rest: object = {}): Source => ({ metadata: { name, namespace: 'default', uid: `${name}-uid`, resourceVersion: '1' }, ...rest });

const FORWARD = Object.keys(forwardAnnotations(copy.build())).sort().map((key) => `annotation ${key}`).join(', ');

interface Facts {
  readonly virtual?: readonly PodBuilder[];
  readonly mount?: readonly PodBuilder[];
  readonly state?: VnodeState;
  readonly sources?: PodAuditFacts['sources'];
  readonly unkept?: string;
  /** In the default namespace. */
  readonly refused?: string;
  readonly now?: number;
}

const built = (pods: readonly PodBuilder[] = []): PodObject[] => pods.map((pod) => pod.build());

function look({ virtual, mount, state = 'lent', sources = new Map(), unkept = '', refused = '', now = NOW }: Facts) {
  const vnodeState = (name: string): VnodeState => (name === 'vnode-east-n1' ? state : 'foreign');
  const refusals = { unkept: new Set([unkept]), refused: new Set([`default: ${refused}`]) };
  return auditPods({ ownership: OWNERSHIP, virtualPods: built(virtual), mountPods: built(mount), vnodeState, sources, ...refusals, now });
}

const inWords = (facts: Facts) => look(facts).findings.map(({ kind, object, cause, repair }) => `${kind} ${object.cluster} ${object.name}: ${cause} (${repair})`);

it('tells what is refused from a status that lies', () => {
  const words = inWords({ virtual: [fresh], mount: [copy.phase('Running')], refused: FORWARD });
  expect(words).toEqual([expect.stringMatching(/^Refused .*\(null\)$/), 'Drift virtual web: its status does not say what that of its copy says: phase (compare)']);
});

describe('pods', () => {
  it.each<[string, Facts]>([
    ['a pod and its copy that agree', { virtual: [known], mount: [copy] }],
    ['a pod of an ordinary node', { virtual: [fresh.spec({ nodeName: 'ordinary' })] }],
    ['a pod of somebody else in the mount namespace', { mount: [copy.meta({ labels: {} })] }],
    ['a pod that ended and lost its copy', { virtual: [known.phase('Succeeded')] }],
    ['a DaemonSet pod that is not run', { virtual: [fresh.ownedBy({ kind: 'DaemonSet', name: 'd' })] }],
    ['a pod on a paused node', { virtual: [fresh], state: 'paused' }],
    ['a status of which its cluster does not keep the rest', { virtual: [known], mount: [copy.status({ qosClass: 'Burstable', ...lists })], unkept: 'containerStatuses qosClass' }],
    ['a copy that stops within its grace', { virtual: [known], mount: [copy.meta({ deletionTimestamp: '2026-01-01T00:00:30Z' })] }],
  ])('%s: nothing', (_name, facts) => {
    expect(inWords(facts)).toEqual([]);
  });

  it.each<[string, Facts, string]>([
    ['without a copy', { virtual: [fresh] }, 'Missing virtual web: it has no copy in the physical cluster (compare)'],
    ['a copy without a pod', { mount: [copy] }, `Orphan physical ${copy.build().metadata.name}: its virtual pod default/web with UID web-uid is gone (compare)`],
    ['a copy that names nobody', { mount: [copy.meta({ annotations: {} })] }, `Orphan physical ${copy.build().metadata.name}: no virtual pod is found by its annotations and its name (compare)`],
    ['a copy under a name that is not that of the pod it names', { virtual: [known], mount: [copy, copy.meta({ name: 'another' })] }, 'Orphan physical another: no virtual pod is found by its annotations and its name (compare)'],
    ['the copy of a predecessor', { virtual: [fresh.meta({ uid: 'newer' })], mount: [copy] }, `Orphan physical ${copy.build().metadata.name}: its virtual pod default/web with UID web-uid is gone (compare)`],
    ['a status that lies', { virtual: [known], mount: [copy.phase('Running')] }, 'Drift virtual web: its status does not say what that of its copy says: phase (compare)'],
    ['a status that lies beside what is not kept', { virtual: [known], mount: [copy.status({ qosClass: 'Burstable', reason: 'r' })], unkept: 'qosClass' }, 'Drift virtual web: its status does not say what that of its copy says: qosClass, reason (compare)'],
    ['metadata beside what is not kept', { virtual: [known], mount: [copy.status({ qosClass: 'Burstable' }).labelled({ zone: 'z1' })], unkept: 'qosClass' }, `Drift virtual web: its status does not say what that of its copy says: qosClass, ${Annotation.ExpectedMetadata} (compare)`],
    ['annotations of ours that are refused', { virtual: [fresh], mount: [copy], refused: FORWARD }, `Refused virtual web: admission in its cluster refuses ${FORWARD} (null)`],
    ['the same beside a status that is not kept', { virtual: [fresh], mount: [copy.status({ qosClass: 'Burstable' })], unkept: 'qosClass', refused: FORWARD }, `Refused virtual web: admission in its cluster refuses ${FORWARD} (null)`],
    ['the same, refused in another namespace', { virtual: [fresh.meta({ namespace: 'other' })], mount: [aPhysicalPod(fresh.meta({ namespace: 'other' }).build())], refused: FORWARD }, `Drift virtual web: its status does not say what that of its copy says: ${Object.keys(forwardAnnotations(copy.build())).join(', ')} (compare)`],
    ['a change that was not carried over', { virtual: [known.labelled({ a: 'b' })], mount: [copy] }, `Drift physical ${copy.build().metadata.name}: it was not updated since its virtual pod changed (compare)`],
    ['a copy that nobody told of the deletion', { virtual: [known.deleting()], mount: [copy] }, `Drift physical ${copy.build().metadata.name}: its virtual pod is being deleted, and it was not asked to end (compare)`],
    ['a deleted pod of which nothing is left', { virtual: [known.deleting()] }, 'Drift virtual web: it is being deleted, and nothing of it is left in the physical cluster (compare)'],
    ['a lost copy', { virtual: [known.phase('Running')] }, 'Drift virtual web: its copy is gone, and its status does not say so (compare)'],
    ['a pod that came to a closing node', { virtual: [fresh], state: 'closing' }, 'Drift virtual web: its node is being returned, and it never ran there (compare)'],
    ['a copy without a node', { virtual: [known], mount: [copy.unbound()], now: NOW + 300_000 }, `Drift physical ${copy.build().metadata.name}: the physical scheduler has found no node for it in time (compare)`],
    ['a name that is taken', { virtual: [fresh], mount: [copy.meta({ labels: {} })] }, `NameTaken physical ${copy.build().metadata.name}: pod default/web needs its name (null)`],
    ['a copy that has not ended in time', { virtual: [known], mount: [copy.meta({ deletionTimestamp: '2025-12-31T23:59:59Z' })] }, `Stuck physical ${copy.build().metadata.name}: its grace is over, and it has not ended (null)`],
  ])('%s', (_name, facts, expected) => {
    expect(inWords(facts)).toEqual([expected]);
    expect(look(facts).findings.map(({ binding, object }) => [binding, object.kind])).toEqual([['east', 'Pod']]);
  });

  const bound = source('data', { spec: { volumeName: 'pv' }, status: { phase: 'Bound' } });
  const volume = { metadata: { name: 'pv', uid: 'pv-uid', resourceVersion: '1' }, spec: { csi: { driver: 'd', volumeHandle: 'h', nodePublishSecretRef: { namespace: 'storage', name: 'key' } } } };
  const [CLAIM, VOLUME, KEY] = ['PersistentVolumeClaim default/data', 'PersistentVolume /pv', 'Secret storage/key'] as const;

  it.each<[string, PodBuilder, PodAuditFacts['sources'], string | null]>([
    ['for a ConfigMap', needy, new Map(), 'ConfigMap settings not found'],
    ['for nothing once it is there', needy, new Map([['ConfigMap default/settings', source('settings')]]), null],
    ['for nothing that is optional', fresh.volumes({ name: 'v', configMap: { name: 'settings', optional: true } }), new Map(), null],
    ['for a claim', claiming, new Map([['PersistentVolumeClaim default/data', source('data', { spec: {}, status: { phase: 'Pending' } })]]), 'is not bound'],
    ['for a claim that is being deleted', claiming, new Map<string, Source>([[CLAIM, { ...bound, metadata: { ...bound.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }], [VOLUME, volume], [KEY, source('key')]]), 'PersistentVolumeClaim data is being deleted'],
    ['for the volume of its claim', claiming, new Map([[CLAIM, bound]]), 'PersistentVolume pv not found'],
    ['for a Secret of that volume', claiming, new Map<string, Source>([[CLAIM, bound], [VOLUME, volume]]), 'Secret key not found'],
    ['for nothing once all of that is there', claiming, new Map<string, Source>([[CLAIM, bound], [VOLUME, volume], [KEY, source('key')]]), null],
    ['for nothing behind a volume that has no Secrets', claiming, new Map<string, Source>([[CLAIM, bound], [VOLUME, { metadata: volume.metadata }]]), null],
    ['for what is not carried over', fresh.spec({ resourceClaims: [{ name: 'c', resourceClaimName: 'x' }] } as object), new Map(), 'ResourceClaim x'],
  ])('that rightly waits %s', (_name, pod, sources, why) => {
    const { findings, waiting } = look({ virtual: [pod], sources });
    expect(waiting.map((one) => one.why)).toEqual(why === null ? [] : [expect.stringContaining(why)]);
    expect(findings.map(({ kind }) => kind)).toEqual(why === null ? ['Missing'] : []);
  });

  it('that wait for an unbound claim do not wait for its volume', () => {
    const pending = source('data', { spec: {}, status: { phase: 'Pending' } });
    const { waiting } = look({ virtual: [claiming], sources: new Map([[CLAIM, pending]]) });
    expect(waiting).toEqual([{ binding: 'east', namespace: 'default', name: 'web', why: 'PVC default/data is not bound, current phase: Pending (no StorageClass)' }]);
  });

  it('are told in the order of their copies, whatever that of the lists', () => {
    const others = ['a', 'b', 'c'].map((name) => aPod(name));
    const told = (virtual: PodBuilder[]) => look({ virtual }).findings.map(({ object }) => object.name);
    expect(told(others)).toHaveLength(3);
    expect(told([...others].reverse())).toEqual(told(others));
  });

  it('give the same finding the same id, and another another', () => {
    const [first] = look({ virtual: [fresh] }).findings;
    expect(look({ virtual: [fresh] }).findings[0]?.id).toBe(first?.id);
    expect(look({ virtual: [fresh.meta({ uid: 'newer' })] }).findings[0]?.id).not.toBe(first?.id);
  });
});

describe('duplicates', () => {
  const other = copy.meta({ name: 'another', uid: 'second' });
  const elsewhere = copy.meta({ uid: 'third', labels: { ...copy.build().metadata.labels, 'kubeocean.io/cluster-binding': 'west' } });
  const judge = (copies: readonly PodBuilder[]) =>
    auditDuplicates({ copies: built(copies), virtualPods: built([fresh]), bindingOf: () => 'east' }).map(({ object, binding, repair }) => [object.uid, binding, repair]);

  it.each<[string, PodBuilder[], unknown[]]>([
    ['one copy', [copy], []],
    ['a second one under another name', [copy, other], [['second', 'east', 'remove']]],
    ['a second one of another binding', [elsewhere, copy], [['third', 'west', 'remove']]],
    ['a second one that stops', [copy, other.deleting()], []],
    ['two of which neither is right', [other, elsewhere], [['second', 'east', null], ['third', 'west', null]]],
  ])('%s', (_name, copies, expected) => {
    expect(judge(copies)).toEqual(expected);
  });
});

it('a duplicate names its object, and the pod that has too many', () => {
  const copies = built([copy, copy.meta({ name: 'another', uid: 'second' })]);
  const [found] = auditDuplicates({ copies, virtualPods: built([fresh]), bindingOf: () => 'east' });
  expect(found).toMatchObject({ kind: 'Duplicate', object: { cluster: 'physical', kind: 'Pod', namespace: 'kubeocean-worker', name: 'another' }, cause: 'pod default/web has 2 copies, and this is not the one of its node' });
});

describe('tokens', () => {
  const pod = known.volumes(kubeApiAccess());
  const name = tokenRequests(pod.build())[0]?.secretName ?? '';
  const back = { [Annotation.VirtualPodNamespace]: 'default', [Annotation.VirtualPodName]: 'web', [Annotation.VirtualPodUid]: 'web-uid' };
  const secret = (annotations: Record<string, string>) => ({ metadata: { name, namespace: 'kubeocean-worker', uid: 's', annotations } });
  const valid = secret({ ...back, [Annotation.TokenExpiresAt]: '2026-01-01T01:00:00Z' });
  const find = (virtual: PodBuilder[], mount: PodBuilder[], secrets: ReturnType<typeof secret>[]) =>
    auditTokens({ ownership: OWNERSHIP, mountNamespace: 'kubeocean-worker', virtualPods: built(virtual), mountPods: built(mount), tokenSecrets: secrets, now: NOW });
  const judge = (...facts: Parameters<typeof find>) => find(...facts).map(({ kind, repair }) => [kind, repair]);

  it('are found under their names, and why', () => {
    const expired = secret({ ...back, [Annotation.TokenExpiresAt]: '2025-12-31T00:00:00Z' });
    const object = { cluster: 'physical', kind: 'Secret', namespace: 'kubeocean-worker', name };
    expect([...find([], [], [valid]), ...find([pod], [copy], [expired]), ...find([pod], [copy], [])].map((one) => [one.object, one.cause])).toEqual([
      [{ ...object, uid: 's' }, 'the pod whose tokens it holds is gone on both sides'],
      [{ ...object, uid: 's' }, 'its tokens have expired'],
      [object, 'pod default/web (ServiceAccount default) waits for its tokens'],
    ]);
  });

  it.each<[string, unknown[], unknown[]]>([
    ['of a running pod', judge([pod], [copy], [valid]), []],
    ['of a pod that still stops in the physical cluster', judge([], [copy], [valid]), []],
    ['of a pod that is gone', judge([], [], [valid]), [['Orphan', 'compare']]],
    ['of nobody', judge([], [], [secret({})]), [['Orphan', 'compare']]],
    ['of a pod that is gone, while they go', judge([], [], [{ ...valid, metadata: { ...valid.metadata, deletionTimestamp: 'x' } as typeof valid.metadata }]), []],
    ['that have expired', judge([pod], [copy], [secret({ ...back, [Annotation.TokenExpiresAt]: '2026-01-01T00:00:59Z' })]), [['Drift', 'tokens']]],
    ['that are missing', judge([pod], [copy], []), [['Missing', 'tokens']]],
    ['that are missing, of a pod that ends', judge([pod.deleting()], [copy], []), []],
    ['that are missing, of a pod whose copy ends', judge([pod], [copy.deleting()], []), []],
    ['that are missing, of a pod that has ended', judge([pod.phase('Succeeded')], [copy], []), []],
    ['of a pod without a copy', judge([pod], [], []), []],
    ['of a pod whose name a predecessor holds', judge([pod.meta({ uid: 'newer' })], [copy], []), []],
    ['of a pod whose name somebody else holds', judge([pod], [copy.meta({ labels: {} })], []), []],
    ['of a pod that asks for none', judge([known], [copy], []), []],
  ])('%s', (_name, found, expected) => {
    expect(found).toEqual(expected);
  });
});

describe('what a patch changes of a status', () => {
  const before = { phase: 'Running', containerStatuses: [{ name: 'a', ready: true }, { name: 'b', ready: true }] } as unknown as PodObject['status'];
  it.each<[string, object, string]>([
    ['nothing', { phase: 'Running' }, ''],
    ['a field', { reason: 'r', phase: 'Failed' }, 'phase reason'],
    ['one that goes', { phase: null }, 'phase'],
    ['fields within a list, whichever items have them', { containerStatuses: [{ name: 'a', ready: true, user: { linux: { uid: 1 } } }, { name: 'b', ready: true, user: { linux: { uid: 2 } } }] }, 'containerStatuses[].user'],
    ['items of a list', { containerStatuses: [{ name: 'a', ready: true }] }, 'containerStatuses[]'],
    ['a value within', { containerStatuses: [{ name: 'a', ready: false }, { name: 'b', ready: true }] }, 'containerStatuses[].ready'],
  ])('%s', (_name, status, expected) => {
    expect(changedPaths({ status: before }, { metadata: { uid: 'u' }, status: status as Record<string, unknown> })).toBe(expected);
  });
});
