import { Annotation, Label } from '../../../../api/names/keys';
import {
  claimGrowth,
  copyAction,
  copyWrite,
  holdersOf,
  physicalName,
  releaseOf,
  toPhysicalClaim,
  toPhysicalConfigMap,
  toPhysicalSecret,
  toPhysicalVolume,
  unboundBecause,
  volumeSecrets,
  type ClaimSource,
  type ConfigMapSource,
  type CopyFacts,
  type CopyObject,
  type SecretSource,
  type VolumeSource,
} from '../../../../domain/pods';
import { deepFreeze, OWNERSHIP } from '../../../support/builders/pod';

const CONTEXT = { ...OWNERSHIP, mountNamespace: 'kubeocean-worker' };
const META = { name: 'app', namespace: 'prod', uid: 'u1', resourceVersion: '7' } as const;
const OURS = { [Label.ManagedBy]: 'kubeocean', [Label.VirtualCluster]: 'v-uid', [Label.ClusterBinding]: 'east' };
const WAY_BACK = { [Annotation.VirtualNamespace]: 'prod', [Annotation.VirtualName]: 'app', [Annotation.SourceVersion]: 'u1/7' };

/** Of ours on those that hold something. */
const RECORDS = { [Annotation.ExpectedMetadata]: expect.any(String) as string, [Annotation.ContentKeys]: expect.any(String) as string };

const configMap = (source: Partial<ConfigMapSource> = {}) => toPhysicalConfigMap(deepFreeze({ metadata: META, ...source }), CONTEXT);
const secret = (source: Partial<SecretSource> = {}) => toPhysicalSecret(deepFreeze({ metadata: META, ...source }), CONTEXT);

describe('copies of ConfigMaps and Secrets', () => {
  it('carry content, the user’s metadata and the way back', () => {
    const source = { data: { a: '1' }, binaryData: { b: 'Ag==' }, immutable: true };
    const copy = configMap({ ...source, metadata: { ...META, labels: { app: 'x' }, annotations: { note: 'n' } } });
    expect(copy).toEqual({
      ...{ apiVersion: 'v1', kind: 'ConfigMap', ...source },
      metadata: {
        name: physicalName('app', 'prod'),
        namespace: 'kubeocean-worker',
        labels: { app: 'x', ...OURS },
        annotations: { note: 'n', ...WAY_BACK, ...RECORDS },
      },
    });
  });

  it.each([
    ['labels of ours', { labels: { [Label.ManagedBy]: 'forged', [Label.ClusterBinding]: 'west' } }],
    ['annotations of ours', { annotations: { [Annotation.VirtualName]: 'forged', [Annotation.SharedWith]: 'west' } }],
    ['kubectl’s record, which repeats a Secret’s content', { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } }],
    ['what volume controllers wrote', { annotations: { 'pv.kubernetes.io/bind-completed': 'yes', 'volume.kubernetes.io/selected-node': 'n', 'volume.beta.kubernetes.io/storage-class': 's' } }],
  ])('do not carry %s', (_, metadata) => {
    const { labels, annotations } = secret({ metadata: { ...META, ...metadata } }).metadata ?? {};
    expect(labels).toEqual(OURS);
    expect(annotations).toEqual({ ...WAY_BACK, ...RECORDS });
  });

  it.each([
    ['kubernetes.io/tls', 'kubernetes.io/tls'],
    ['kubernetes.io/dockerconfigjson', 'kubernetes.io/dockerconfigjson'],
    [undefined, 'Opaque'],
    ['kubernetes.io/service-account-token', 'Opaque'],
  ])('a Secret of type %s becomes one of type %s', (type, expected) => {
    expect(secret({ type, data: { a: 'MQ==' } })).toMatchObject({ type: expected, data: { a: 'MQ==' } });
  });

  it('leave the record of the metadata out where it would be too much', () => {
    const copy = configMap({ metadata: { ...META, annotations: { large: 'x'.repeat(200_000) } } });
    expect(copy.metadata?.annotations).not.toHaveProperty([Annotation.ExpectedMetadata]);
  });
});

describe('copies of volumes and claims', () => {
  const claimRef = { namespace: 'prod', name: 'data', uid: 'c1' };
  const csi = {
    driver: 'd',
    volumeHandle: 'h',
    nodePublishSecretRef: { name: 'publish', namespace: 'storage' },
    nodeStageSecretRef: { name: 'stage', namespace: 'storage' },
    nodeExpandSecretRef: { name: 'grow', namespace: 'storage' },
    controllerPublishSecretRef: { name: 'attach', namespace: 'storage' },
    controllerExpandSecretRef: { name: 'resize', namespace: 'storage' },
  };
  const volume = (spec: object = {}): VolumeSource =>
    deepFreeze({
      metadata: { name: 'pv-1', uid: 'u2', resourceVersion: '8' },
      spec: { capacity: { storage: '10Gi' }, accessModes: ['ReadWriteOnce'], claimRef, csi, storageClassName: 'fast', persistentVolumeReclaimPolicy: 'Delete', ...spec },
    });
  const spec = (more: object = {}) => toPhysicalVolume(volume(more), CONTEXT).spec;

  it('a volume is reserved for the copy of its claim, retained, and has no class', () => {
    expect(toPhysicalVolume(volume(), CONTEXT).metadata).toMatchObject({ name: physicalName('pv-1', CONTEXT.virtualCluster), annotations: { [Annotation.VirtualNamespace]: '', [Annotation.VirtualName]: 'pv-1' } });
    expect(spec()).toMatchObject({
      capacity: { storage: '10Gi' },
      persistentVolumeReclaimPolicy: 'Retain',
      claimRef: { kind: 'PersistentVolumeClaim', namespace: 'kubeocean-worker', name: physicalName('data', 'prod') },
    });
    expect(spec()).not.toHaveProperty('storageClassName');
    expect(spec()?.claimRef).not.toHaveProperty('uid');
  });

  it('every Secret of a CSI driver is read from its copy in the mount namespace', () => {
    const names = ['attach', 'resize', 'stage', 'publish', 'grow'];
    expect(volumeSecrets(volume().spec)).toEqual(names.map((name) => ({ namespace: 'storage', name })));
    const refs = Object.values(spec()?.csi ?? {}).filter((ref): ref is { name: string; namespace: string } => typeof ref === 'object');
    expect(refs.map(({ namespace }) => namespace)).toEqual(Array(5).fill('kubeocean-worker'));
    expect(refs.map(({ name }) => name).sort()).toEqual(names.map((name) => physicalName(name, 'storage')).sort());
  });

  it.each([
    ['rbd', { csi: undefined, rbd: { monitors: [], image: 'i', secretRef: { name: 's' } } }, { namespace: 'prod', name: 's' }],
    ['iscsi with a namespace', { csi: undefined, iscsi: { targetPortal: 't', iqn: 'q', lun: 0, secretRef: { name: 's', namespace: 'n' } } }, { namespace: 'n', name: 's' }],
    ['azure file', { csi: undefined, azureFile: { shareName: 'x', secretName: 's' } }, { namespace: 'prod', name: 's' }],
  ])('so are those of %s', (_, source, found) => {
    expect(volumeSecrets(volume(source).spec)).toEqual([found]);
    expect(JSON.stringify(spec(source))).toContain(physicalName(found.name, found.namespace));
  });

  it('node affinity speaks of virtual nodes and stays there, except where the API server insists', () => {
    const nodeAffinity = { required: { nodeSelectorTerms: [] } };
    expect(spec({ nodeAffinity })).not.toHaveProperty('nodeAffinity');
    expect(spec({ nodeAffinity, csi: undefined, local: { path: '/x' } })).toHaveProperty('nodeAffinity');
  });

  const claim = (status: object = {}, more: object = {}): ClaimSource =>
    deepFreeze({
      metadata: { ...META, name: 'data' },
      spec: { volumeName: 'pv-1', accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '20Gi' } }, dataSource: { kind: 'x', name: 'y' }, ...more },
      status: { phase: 'Bound', capacity: { storage: '10Gi' }, ...status },
    });

  it('a claim takes the copy of its volume, whatever the default class, and asks for what it has', () => {
    expect(toPhysicalClaim(claim(), CONTEXT).spec).toEqual({
      accessModes: ['ReadWriteOnce'],
      storageClassName: '',
      volumeName: physicalName('pv-1', CONTEXT.virtualCluster),
      resources: { requests: { storage: '10Gi' } },
    });
  });

  it.each<[string, ClaimSource, string | null]>([
    ['bound', claim(), null],
    ['pending', claim({ phase: 'Pending' }), 'PVC prod/data is not bound, current phase: Pending (StorageClass fast)'],
    ['lost', claim({ phase: 'Lost' }), 'PVC prod/data is not bound, current phase: Lost (StorageClass fast)'],
    ['without a volume', claim({}, { volumeName: undefined, storageClassName: undefined }), 'PVC prod/data is not bound, current phase: Bound (no StorageClass)'],
  ])('%s', (_, source, expected) => expect(unboundBecause(source)).toBe(expected));
});

describe('copyWrite', () => {
  const base = { data: { a: '1' } };
  const live = (source: Partial<ConfigMapSource> = base): CopyObject => ({ ...configMap(source) });
  const write = (wanted: Partial<ConfigMapSource>, found: CopyObject = live()) => copyWrite(configMap(wanted) as CopyObject, found);
  const relabelled = (labels: object, annotations: object = {}, found = live()): CopyObject => ({
    ...found,
    metadata: { ...found.metadata, labels: { ...found.metadata?.labels, ...labels }, annotations: { ...found.metadata?.annotations, ...annotations } },
  });

  it('writes nothing where all agrees, whatever the lender’s own tools added', () => {
    expect(write(base)).toEqual({ kind: 'none' });
    expect(write(base, relabelled({ team: 'x' }, { scanned: 'yes' }))).toEqual({ kind: 'none' });
  });

  it.each<[string, Partial<ConfigMapSource>, CopyObject, object]>([
    ['a changed value', { data: { a: '2' } }, live(), { data: { a: '2' } }],
    ['a key that is gone', { data: { b: '1' } }, live(), { data: { a: null, b: '1' } }],
    ['all data gone', {}, live(), { data: { a: null } }],
    ['binary data', { ...base, binaryData: { x: 'AA==' } }, live(), { binaryData: { x: 'AA==' } }],
    ['frozen', { ...base, immutable: true }, live(), { immutable: true }],
  ])('patches %s', (_, wanted, found, content) => {
    const { body } = write(wanted, found) as { body: { metadata?: object } };
    expect({ ...body, metadata: undefined }).toEqual(content);
  });

  it('follows labels and annotations of the source, those that are gone included, and no others', () => {
    const before = live({ ...base, metadata: { ...META, labels: { app: 'x', old: 'y' }, annotations: { note: 'n' } } });
    const found = relabelled({ team: 'lender' }, {}, before);
    const wanted = { ...base, metadata: { ...META, resourceVersion: '9', labels: { app: 'z' } } };
    const result = write(wanted, found) as { body: { metadata: { labels: object; annotations: object } } };
    expect(result.body.metadata.labels).toEqual({ app: 'z', old: null });
    expect(result.body.metadata.annotations).toMatchObject({ note: null, [Annotation.SourceVersion]: 'u1/9' });
    expect(Object.keys(result.body)).toEqual(['metadata']);
  });

  it('joins the bindings that use it already', () => {
    const patch = write(base, relabelled({ [Label.ClusterBinding]: 'west' }));
    expect(patch).toEqual({ kind: 'patch', body: { metadata: { annotations: { [Annotation.SharedWith]: 'east' } } } });
    expect(write(base, relabelled({ [Label.ClusterBinding]: 'west' }, { [Annotation.SharedWith]: 'north,east' }))).toEqual({ kind: 'none' });
  });

  it.each<[string, object, object]>([
    ['without our label', { [Label.ManagedBy]: '' }, {}],
    ['of another virtual cluster', { [Label.VirtualCluster]: 'w-uid' }, {}],
    ['of another source', {}, { [Annotation.VirtualName]: 'other' }],
  ])('leaves one %s alone', (_, labels, annotations) => {
    expect(write(base, relabelled(labels, annotations))).toEqual({ kind: 'notOurs' });
  });

  it('waits for one that is being deleted', () => {
    const found = live();
    expect(write(base, { ...found, metadata: { ...found.metadata, deletionTimestamp: 'x' } })).toEqual({ kind: 'terminating' });
  });

  it.each<[string, CopyObject, CopyObject]>([
    ['a Secret of another type', secret({ type: 'a/b' }) as CopyObject, secret() as CopyObject],
    ['other content of an immutable one', configMap({ data: { a: '2' }, immutable: true }) as CopyObject, live({ ...base, immutable: true })],
    ['one that is immutable no more', configMap(base) as CopyObject, live({ ...base, immutable: true })],
  ])('makes %s again', (_, wanted, found) => expect(copyWrite(wanted, found)).toEqual({ kind: 'recreate' }));

  describe('of a volume', () => {
    const pv = (spec: object, uid = 'u2') =>
      toPhysicalVolume({ metadata: { name: 'pv', uid, resourceVersion: '1' }, spec: { claimRef: { namespace: 'prod', name: 'data' }, capacity: { storage: '1Gi' }, ...spec } }, CONTEXT) as unknown as CopyObject;
    const spec = (volume: CopyObject) => volume.spec as object;

    it('follows an expansion', () => {
      const body = { spec: { capacity: { storage: '2Gi' } } };
      expect(copyWrite(pv({ capacity: { storage: '2Gi' } }), pv({}))).toEqual({ kind: 'patch', body });
    });

    it('leaves what the API server filled in', () => {
      const found = pv({});
      const filled = { ...found, spec: { ...spec(found), volumeMode: 'Filesystem', claimRef: { uid: 'x' } } };
      expect(copyWrite(pv({}), filled)).toEqual({ kind: 'none' });
    });

    it('is free again when its claim is gone', () => {
      const body = { spec: { claimRef: { uid: null, resourceVersion: null } } };
      expect(copyWrite(pv({}), { ...pv({}), status: { phase: 'Released' } })).toEqual({ kind: 'patch', body });
    });

    it('is made again for another volume of the same name', () => {
      expect(copyWrite(pv({}, 'u3'), pv({}))).toEqual({ kind: 'recreate' });
    });
  });
});

describe('who holds a copy', () => {
  const held = (first: string, shared?: string) => ({
    metadata: { labels: { [Label.ClusterBinding]: first }, ...(shared !== undefined && { annotations: { [Annotation.SharedWith]: shared } }) },
  });
  const patch = (first: string, shared: string | null) => ({
    metadata: { labels: { [Label.ClusterBinding]: first }, annotations: { [Annotation.SharedWith]: shared } },
  });
  const everyone = () => true;

  it('the label names the first, the annotation the others', () => {
    expect(holdersOf(held('east', 'west,north'))).toEqual(['east', 'west', 'north']);
    expect(holdersOf(held('east'))).toEqual(['east']);
    expect(holdersOf({})).toEqual([]);
  });

  it.each<[string, object, (name: string) => boolean, unknown]>([
    ['the only one: it goes', held('east'), everyone, 'delete'],
    ['the first: the next takes over', held('east', 'west,north'), everyone, patch('west', 'north')],
    ['a further one', held('west', 'east'), everyone, patch('west', null)],
    ['beside a binding that is gone', held('west', 'east'), () => false, 'delete'],
  ])('%s', (_, copy, exists, expected) => expect(releaseOf(copy, 'east', exists)).toEqual(expected));
});

describe('claimGrowth', () => {
  const pending = { type: 'FileSystemResizePending', status: 'True' };
  const status = (conditions = [pending], storage = '10Gi') => ({ phase: 'Bound', capacity: { storage }, conditions });
  const grown = { capacity: { storage: '20Gi' }, conditions: [], allocatedResourceStatuses: { storage: null } };

  it.each([
    ['the node has enlarged the file system', status(), ['20Gi', '20Gi'], grown],
    ['a little more than asked', status(), ['20Gi', '21Gi'], grown],
    ['other conditions stay', status([pending, { type: 'Other', status: 'True' }]), ['20Gi', '20Gi'], { ...grown, conditions: [{ type: 'Other', status: 'True' }] }],
    ['the node has not', status(), ['20Gi', '10Gi'], null],
    ['the volume has not grown', status(), ['10Gi', '10Gi'], null],
    ['nobody waits for a node', status([]), ['20Gi', '20Gi'], null],
    ['it is known already', status([pending], '20Gi'), ['20Gi', '20Gi'], null],
    ['there is no copy', status(), ['20Gi'], null],
  ])('%s', (_, found, [volume, usable], expected) => expect(claimGrowth(found, { volume, usable })).toEqual(expected));
});

describe('copyAction', () => {
  const copy = { source: 'u1/7', holders: ['east'] };
  const FACTS: CopyFacts = { used: true, source: 'u1/7', copy, binding: 'east', unusedSince: null, retention: 1_000, fresh: true, now: 10_000 };
  const none = (until: number | null = null) => ({ kind: 'none', until });

  it.each<[string, Partial<CopyFacts>, object]>([
    ['current and used', {}, none()],
    ['used and missing', { copy: null }, { kind: 'ensure' }],
    ['used and old', { source: 'u1/8' }, { kind: 'ensure' }],
    ['used, its source made again', { source: 'u2/7' }, { kind: 'ensure' }],
    ['used, but held for another binding only', { copy: { ...copy, holders: ['west'] } }, { kind: 'ensure' }],
    ['used and missing, from lists that are not fresh', { copy: null, fresh: false }, { kind: 'ensure' }],
    ['used, its source gone', { source: null }, { kind: 'confirmGone' }],
    ['used, its source gone, as an old list says', { source: null, fresh: false }, none(20_000)],
    ['used, source and copy gone', { source: null, copy: null }, none()],
    ['used no more', { used: false, unusedSince: 9_500 }, none(10_500)],
    ['used no more, as we see just now', { used: false }, none(11_000)],
    ['used no more for long', { used: false, unusedSince: 9_000 }, { kind: 'release' }],
    ['used no more for long, source gone', { used: false, unusedSince: 9_000, source: null }, { kind: 'release' }],
    ['used no more for long, as an old list says', { used: false, unusedSince: 9_000, fresh: false }, none(20_000)],
    ['of a binding that is gone, used no more for long', { used: false, unusedSince: 9_000, copy: { ...copy, holders: [] } }, { kind: 'release' }],
    ['of a binding that is gone, but used by ours', { copy: { ...copy, holders: [] } }, { kind: 'ensure' }],
    ['used by others only', { used: false, unusedSince: 0, copy: { ...copy, holders: ['west'] } }, none()],
    ['not used and not there', { used: false, copy: null }, none()],
  ])('%s', (_, facts, expected) => expect(copyAction({ ...FACTS, ...facts })).toEqual(expected));
});
