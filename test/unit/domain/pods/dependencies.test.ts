import type { PodSpec } from 'kubernetes-types/core/v1';
import { copyNeeds, parseSourceKey, pullSecretReport, references, sourceKey, unsupportedNeeds, waitingReport } from '../../../../domain/pods';
import { aPod, kubeApiAccess } from '../../../support/builders/pod';

const podOf = (spec: Partial<PodSpec>) => aPod('web', 'prod').spec(spec).build();
const unsupported = (spec: Partial<PodSpec>) => unsupportedNeeds(podOf(spec)).map(({ kind, name, field }) => ({ kind, name, field }));
const copied = (spec: Partial<PodSpec>) => copyNeeds(podOf(spec)).map(({ kind, name, field, optional }) => ({ kind, name, field, optional }));
const env = (valueFrom: object): Partial<PodSpec> => ({ containers: [{ name: 'main', env: [{ name: 'A', valueFrom }] }] });
const volume = (source: object): Partial<PodSpec> => ({ volumes: [{ name: 'v', ...source }] });
const projected = (source: object): Partial<PodSpec> => volume({ projected: { sources: [source] } });

describe('copyNeeds', () => {
  it.each<[string, Partial<PodSpec>, string, string]>([
    ['ConfigMap volume', volume({ configMap: { name: 'x' } }), 'ConfigMap', 'spec.volumes[0].configMap'],
    ['Secret volume', volume({ secret: { secretName: 'x' } }), 'Secret', 'spec.volumes[0].secret'],
    ['claim', volume({ persistentVolumeClaim: { claimName: 'x' } }), 'PersistentVolumeClaim', 'spec.volumes[0].persistentVolumeClaim'],
    ['projected ConfigMap', projected({ configMap: { name: 'x' } }), 'ConfigMap', 'spec.volumes[0].projected.sources[0].configMap'],
    ['projected Secret', projected({ secret: { name: 'x' } }), 'Secret', 'spec.volumes[0].projected.sources[0].secret'],
    ['CSI secret', volume({ csi: { driver: 'd', nodePublishSecretRef: { name: 'x' } } }), 'Secret', 'spec.volumes[0].csi.nodePublishSecretRef'],
    ['cephfs secret', volume({ cephfs: { monitors: [], secretRef: { name: 'x' } } }), 'Secret', 'spec.volumes[0].cephfs.secretRef'],
    ['azure file secret', volume({ azureFile: { secretName: 'x', shareName: 's' } }), 'Secret', 'spec.volumes[0].azureFile'],
    ['ConfigMap variable', env({ configMapKeyRef: { name: 'x', key: 'k' } }), 'ConfigMap', 'spec.containers[0].env[0]'],
    ['Secret variable', env({ secretKeyRef: { name: 'x', key: 'k' } }), 'Secret', 'spec.containers[0].env[0]'],
    ['ConfigMap envFrom', { containers: [{ name: 'm', envFrom: [{ configMapRef: { name: 'x' } }] }] }, 'ConfigMap', 'spec.containers[0].envFrom[0]'],
    ['Secret envFrom', { containers: [{ name: 'm', envFrom: [{ secretRef: { name: 'x' } }] }] }, 'Secret', 'spec.containers[0].envFrom[0]'],
    ['init container', { initContainers: [{ name: 'i', envFrom: [{ secretRef: { name: 'x' } }] }] }, 'Secret', 'spec.initContainers[0].envFrom[0]'],
    ['root CA', volume({ configMap: { name: 'kube-root-ca.crt' } }), 'ConfigMap', 'spec.volumes[0].configMap'],
  ])('%s is required', (_, spec, kind, field) => {
    const name = field.includes('configMap') && JSON.stringify(spec).includes('kube-root') ? 'kube-root-ca.crt' : 'x';
    expect(copied(spec)).toEqual([{ kind, name, field, optional: false }]);
  });

  it.each<[string, Partial<PodSpec>]>([
    ['ConfigMap volume', volume({ configMap: { name: 'x', optional: true } })],
    ['Secret volume', volume({ secret: { secretName: 'x', optional: true } })],
    ['projection', projected({ secret: { name: 'x', optional: true } })],
    ['variable', env({ secretKeyRef: { name: 'x', key: 'k', optional: true } })],
    ['envFrom', { containers: [{ name: 'm', envFrom: [{ configMapRef: { name: 'x', optional: true } }] }] }],
    ['ephemeral container, since its pod runs already', { ephemeralContainers: [{ name: 'e', envFrom: [{ secretRef: { name: 'x' } }] }] }],
    ['pull secret, as a kubelet sees it', { imagePullSecrets: [{ name: 'x' }] }],
  ])('%s is optional', (_, spec) => expect(copied(spec)).toEqual([expect.objectContaining({ name: 'x', optional: true })]));

  it.each<[string, Partial<PodSpec>]>([
    ['nothing', {}],
    ['tokens of other audiences', projected({ serviceAccountToken: { path: 't', audience: 'vault' } })],
    ['emptyDir and hostPath', { volumes: [{ name: 'a', emptyDir: {} }, { name: 'b', hostPath: { path: '/x' } }] }],
    ['an optional reference with an empty name', volume({ configMap: { name: '', optional: true } })],
  ])('none for %s', (_, spec) => expect(copied(spec)).toEqual([]));

  it('names the root CA of the namespace once, however many volumes want it', () => {
    const pod = aPod('web', 'prod').volumes(kubeApiAccess('a'), kubeApiAccess('b')).build();
    expect(copyNeeds(pod)).toEqual([
      { kind: 'ConfigMap', namespace: 'prod', name: 'kube-root-ca.crt', field: 'spec.volumes[0].projected.sources[1].configMap', optional: false },
    ]);
  });

  it.each([
    [[true, false, true], 'spec.volumes[1].configMap', false],
    [[false, true], 'spec.volumes[0].configMap', false],
    [[true, true], 'spec.volumes[0].configMap', true],
  ])('a name required once is required: %j', (flags, field, optional) => {
    const volumes = flags.map((each, i) => ({ name: `v${i}`, configMap: { name: 'x', optional: each } }));
    expect(copied({ volumes })).toEqual([{ kind: 'ConfigMap', name: 'x', field, optional }]);
  });
});

describe('unsupportedNeeds', () => {
  const TEMPLATE = 'spec.volumes[0].ephemeral.volumeClaimTemplate.spec';
  const filled = (spec: object): Partial<PodSpec> => ({ volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec } } }] });
  it.each<[string, Partial<PodSpec>, string, string]>([
    ['volume from which a new claim is filled', filled({ dataSource: { kind: 'PersistentVolumeClaim', name: 'x' }, dataSourceRef: { kind: 'PersistentVolumeClaim', name: 'x' } }), 'VolumeSource', `${TEMPLATE}.dataSource`],
    ['volume that a new claim is bound to', filled({ volumeName: 'x' }), 'VolumeSource', `${TEMPLATE}.volumeName`],
    ['pod certificate', projected({ podCertificate: { signerName: 'x' } }), 'PodCertificate', 'spec.volumes[0].projected.sources[0].podCertificate'],
    ['claim of a device', { resourceClaims: [{ name: 'c', resourceClaimName: 'x' }] } as object, 'ResourceClaim', 'spec.resourceClaims[0]'],
    ['claim template of a device', { resourceClaims: [{ name: 'c', resourceClaimTemplateName: 'x' }] } as object, 'ResourceClaimTemplate', 'spec.resourceClaims[0]'],
    ['claim in its older shape', { resourceClaims: [{ name: 'c', source: { resourceClaimName: 'x' } }] }, 'ResourceClaim', 'spec.resourceClaims[0]'],
  ])('%s', (_, spec, kind, field) => expect(unsupported(spec)).toEqual([{ kind, name: 'x', field }]));

  it('nothing that is copied counts', () => {
    expect(unsupported({ ...volume({ configMap: { name: 'x' } }), imagePullSecrets: [{ name: 'y' }] })).toEqual([]);
  });
});

it('the event names every object, where it is asked for, and why it does not do', () => {
  const missing = [
    { kind: 'Secret', name: 'x', field: 'spec.containers[1].envFrom[0]', why: 'not found' },
    { kind: 'ConfigMap', name: 'y', field: 'spec.volumes[0].configMap', why: 'not found' },
  ] as const;
  expect(waitingReport(missing)).toEqual({
    type: 'Warning',
    reason: 'WaitingForDependency',
    message: 'Waiting for Secret x (spec.containers[1].envFrom[0]): not found; ConfigMap y (spec.volumes[0].configMap): not found',
  });
  expect(pullSecretReport(['a', 'b'])).toMatchObject({ type: 'Warning', message: expect.stringContaining('(a, b)') });
});

it('an empty name of an optional reference is no reference', () => {
  expect(references(podOf(volume({ configMap: { name: '' } })))).toEqual([]);
});

it.each([
  { kind: 'ConfigMap', namespace: 'prod', name: 'kube-root-ca.crt' },
  { kind: 'PersistentVolume', namespace: '', name: 'pv-1' },
] as const)('the key of %j leads back to it', (ref) => expect(parseSourceKey(sourceKey(ref))).toEqual(ref));
