import type { PodSpec } from 'kubernetes-types/core/v1';
import { configMapCopies, references, toPhysicalConfigMap, unsupportedNeeds, waitingReport } from '../../../../domain/pods';
import { Annotation, Label } from '../../../../api/names/keys';
import { aPod, deepFreeze, kubeApiAccess, OWNERSHIP } from '../../../support/builders/pod';

const needsOf = (spec: Partial<PodSpec>) => unsupportedNeeds(aPod().spec(spec).build());
const env = (valueFrom: object): Partial<PodSpec> => ({ containers: [{ name: 'main', env: [{ name: 'A', valueFrom }] }] });
const volume = (source: object): Partial<PodSpec> => ({ volumes: [{ name: 'v', ...source }] });
const projected = (source: object): Partial<PodSpec> => volume({ projected: { sources: [source] } });

describe('unsupportedNeeds', () => {
  it.each<[string, Partial<PodSpec>, string, string]>([
    ['ConfigMap volume', volume({ configMap: { name: 'x' } }), 'ConfigMap', 'spec.volumes[0].configMap'],
    ['Secret volume', volume({ secret: { secretName: 'x' } }), 'Secret', 'spec.volumes[0].secret'],
    ['claim', volume({ persistentVolumeClaim: { claimName: 'x' } }), 'PersistentVolumeClaim', 'spec.volumes[0].persistentVolumeClaim'],
    ['projected ConfigMap', projected({ configMap: { name: 'x' } }), 'ConfigMap', 'spec.volumes[0].projected.sources[0].configMap'],
    ['projected Secret', projected({ secret: { name: 'x' } }), 'Secret', 'spec.volumes[0].projected.sources[0].secret'],
    ['pod certificate', projected({ podCertificate: { signerName: 'x' } }), 'PodCertificate', 'spec.volumes[0].projected.sources[0].podCertificate'],
    ['CSI secret', volume({ csi: { driver: 'd', nodePublishSecretRef: { name: 'x' } } }), 'Secret', 'spec.volumes[0].csi.nodePublishSecretRef'],
    ['cephfs secret', volume({ cephfs: { monitors: [], secretRef: { name: 'x' } } }), 'Secret', 'spec.volumes[0].cephfs.secretRef'],
    ['azure file secret', volume({ azureFile: { secretName: 'x', shareName: 's' } }), 'Secret', 'spec.volumes[0].azureFile'],
    ['ConfigMap variable', env({ configMapKeyRef: { name: 'x', key: 'k' } }), 'ConfigMap', 'spec.containers[0].env[0]'],
    ['Secret variable', env({ secretKeyRef: { name: 'x', key: 'k' } }), 'Secret', 'spec.containers[0].env[0]'],
    ['ConfigMap envFrom', { containers: [{ name: 'm', envFrom: [{ configMapRef: { name: 'x' } }] }] }, 'ConfigMap', 'spec.containers[0].envFrom[0]'],
    ['Secret envFrom', { containers: [{ name: 'm', envFrom: [{ secretRef: { name: 'x' } }] }] }, 'Secret', 'spec.containers[0].envFrom[0]'],
    ['init container', { initContainers: [{ name: 'i', envFrom: [{ secretRef: { name: 'x' } }] }] }, 'Secret', 'spec.initContainers[0].envFrom[0]'],
    ['pull secret', { imagePullSecrets: [{ name: 'x' }] }, 'Secret', 'spec.imagePullSecrets[0]'],
    ['claim of a device', { resourceClaims: [{ name: 'c', resourceClaimName: 'x' }] } as object, 'ResourceClaim', 'spec.resourceClaims[0]'],
    ['claim template of a device', { resourceClaims: [{ name: 'c', resourceClaimTemplateName: 'x' }] } as object, 'ResourceClaimTemplate', 'spec.resourceClaims[0]'],
    ['claim in its older shape', { resourceClaims: [{ name: 'c', source: { resourceClaimName: 'x' } }] }, 'ResourceClaim', 'spec.resourceClaims[0]'],
  ])('%s', (_, spec, kind, field) => {
    expect(needsOf(spec)).toEqual([{ kind, name: 'x', field }]);
  });

  it.each<[string, Partial<PodSpec>]>([
    ['nothing', {}],
    ['the volume that admission adds', { volumes: [kubeApiAccess()] }],
    ['the root CA by any way', volume({ configMap: { name: 'kube-root-ca.crt' } })],
    ['optional ConfigMap volume', volume({ configMap: { name: 'x', optional: true } })],
    ['optional Secret volume', volume({ secret: { secretName: 'x', optional: true } })],
    ['optional projections', projected({ secret: { name: 'x', optional: true } })],
    ['optional variable', env({ secretKeyRef: { name: 'x', key: 'k', optional: true } })],
    ['optional envFrom', { containers: [{ name: 'm', envFrom: [{ configMapRef: { name: 'x', optional: true } }] }] }],
    ['tokens of other audiences', projected({ serviceAccountToken: { path: 't', audience: 'vault' } })],
    ['emptyDir and hostPath', { volumes: [{ name: 'a', emptyDir: {} }, { name: 'b', hostPath: { path: '/x' } }] }],
  ])('none for %s', (_, spec) => expect(needsOf(spec)).toEqual([]));

  it('a name required once is required, and is named once', () => {
    const needs = needsOf({
      containers: [
        { name: 'a', envFrom: [{ secretRef: { name: 'x', optional: true } }] },
        { name: 'b', envFrom: [{ secretRef: { name: 'x' } }] },
        { name: 'c', envFrom: [{ secretRef: { name: 'x' } }] },
      ],
    });
    expect(needs).toEqual([{ kind: 'Secret', name: 'x', field: 'spec.containers[1].envFrom[0]' }]);
    expect(waitingReport(needs)).toEqual({
      type: 'Warning',
      reason: 'WaitingForDependency',
      message: 'Waiting for what is not carried over yet: Secret x (spec.containers[1].envFrom[0])',
    });
  });

  it('an empty name of an optional reference is no reference', () => {
    expect(references(aPod().spec(volume({ configMap: { name: '' } })).build())).toEqual([]);
  });
});

describe('copies of ConfigMaps', () => {
  it('names the root CA of the namespace, once', () => {
    const pod = aPod('web', 'prod').volumes(kubeApiAccess('a'), kubeApiAccess('b')).build();
    expect(configMapCopies(pod)).toEqual([
      { namespace: 'prod', name: 'kube-root-ca.crt', physicalName: expect.stringMatching(/^kube-root-ca\.crt-[0-9a-f]{32}$/), optional: false },
    ]);
  });

  it.each([
    [[true], true],
    [[true, false], false],
  ])('optional %j is optional: %s', (flags, expected) => {
    const volumes = flags.map((optional, i) => ({ name: `v${i}`, configMap: { name: 'kube-root-ca.crt', optional } }));
    expect(configMapCopies(aPod().volumes(...volumes).build())[0]?.optional).toBe(expected);
  });

  it('carries data and the way back, never immutable', () => {
    const source = deepFreeze({
      metadata: { name: 'kube-root-ca.crt', namespace: 'prod', labels: { app: 'x', [Label.ManagedBy]: 'forged' }, annotations: { note: 'n' } },
      data: { 'ca.crt': 'PEM' },
      immutable: true,
    });
    expect(toPhysicalConfigMap(source, { ...OWNERSHIP, mountNamespace: 'kubeocean-worker' })).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: configMapCopies(aPod('p', 'prod').volumes(kubeApiAccess()).build())[0]?.physicalName,
        namespace: 'kubeocean-worker',
        labels: { app: 'x', [Label.ManagedBy]: 'kubeocean', [Label.VirtualCluster]: 'v-uid', [Label.ClusterBinding]: 'east' },
        annotations: { note: 'n', [Annotation.VirtualNamespace]: 'prod', [Annotation.VirtualName]: 'kube-root-ca.crt' },
      },
      data: { 'ca.crt': 'PEM' },
    });
  });
});
