import fc from 'fast-check';
import type { Volume } from 'kubernetes-types/core/v1';
import { downwardFiles } from './containers';
import { referenceName } from './names';

const optional = fc.constantFrom(undefined, true, false);
const items = fc.constantFrom(undefined, [{ key: 'key', path: 'file' }], [{ key: 'key', path: 'dir/file', mode: 0o400 }]);
const secretRef = fc.record({ name: referenceName });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Sources of a projected volume; every path is its own, or the pod would not be valid at home. */
const projections = fc
  .array(
    fc.oneof(
      fc.record({ configMap: fc.record({ name: referenceName, optional }) }),
      fc.record({ secret: fc.record({ name: referenceName, optional }) }),
      fc.record({ serviceAccountToken: fc.record({ path: fc.constant('token'), audience: fc.constantFrom(undefined, 'vault'), expirationSeconds: fc.constantFrom(undefined, 600, 7200) }) }),
      fc.record({ downwardAPI: fc.record({ items: downwardFiles }) }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((sources) => sources.map((source, index) => JSON.parse(JSON.stringify(source).replace(/"path":"/g, `"path":"p${index}/`)) as object));

const SOURCES: Record<string, fc.Arbitrary<unknown>> = {
  emptyDir: fc.constantFrom({}, { medium: 'Memory', sizeLimit: '16Mi' }),
  hostPath: fc.constant({ path: '/var/data', type: '' }),
  nfs: fc.constant({ server: 'nfs.example', path: '/' }),
  configMap: fc.record({ name: referenceName, items, optional, defaultMode: fc.constantFrom(0o400, 0o644) }),
  secret: fc.record({ secretName: referenceName, items, optional }),
  persistentVolumeClaim: fc.record({ claimName: referenceName, readOnly: optional }),
  downwardAPI: fc.record({ items: downwardFiles }),
  projected: fc.record({ sources: projections }),
  csi: fc.record({ driver: fc.constant('csi.example'), nodePublishSecretRef: maybe(secretRef) }),
  azureFile: fc.record({ secretName: referenceName, shareName: fc.constant('share') }),
  cephfs: fc.record({ monitors: fc.constant(['m']), secretRef: maybe(secretRef) }),
  flexVolume: fc.record({ driver: fc.constant('example/flex'), secretRef: maybe(secretRef) }),
  iscsi: fc.record({ targetPortal: fc.constant('10.0.0.9:3260'), iqn: fc.constant('iqn.2001-04.com.example:storage'), lun: fc.constant(0), secretRef: maybe(secretRef) }),
  rbd: fc.record({ monitors: fc.constant(['m']), image: fc.constant('i'), secretRef: maybe(secretRef) }),
  scaleIO: fc.record({ gateway: fc.constant('g'), system: fc.constant('s'), volumeName: fc.constant('v'), secretRef }),
  storageos: fc.record({ volumeName: fc.constant('v'), secretRef: maybe(secretRef) }),
  glusterfs: fc.record({ endpoints: referenceName, path: fc.constant('v') }),
  ephemeral: fc.record({
    volumeClaimTemplate: fc.record({
      spec: fc.record({
        accessModes: fc.constant(['ReadWriteOnce']),
        storageClassName: fc.constantFrom(undefined, 'fast'),
        resources: fc.constant({ requests: { storage: '1Gi' } }),
      }),
    }),
  }),
  image: fc.constant({ reference: 'registry.example/data:1', pullPolicy: 'IfNotPresent' }),
};

const volume = fc.oneof(...Object.entries(SOURCES).map(([kind, arbitrary]) => arbitrary.map((content) => [kind, content] as const)));

/** Volumes of every kind, of which each reference has a name that a test recognizes. */
export const volumes: fc.Arbitrary<Volume[]> = fc
  .array(volume, { maxLength: 6 })
  .map((all) => all.map(([kind, content], index) => JSON.parse(JSON.stringify({ name: `vol-${index}`, [kind]: content })) as Volume));
