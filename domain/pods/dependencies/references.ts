import type { Container, Volume, VolumeProjection } from 'kubernetes-types/core/v1';
import { SECRET_REF_SOURCES } from '../translation/volumes';
import type { PodObject } from '../types';

/** Kinds of objects that a pod can name; a pod certificate is named by its signer, a volume source is what a new claim is filled from. */
export type DependencyKind =
  | 'ConfigMap'
  | 'Secret'
  | 'PersistentVolumeClaim'
  | 'ResourceClaim'
  | 'ResourceClaimTemplate'
  | 'PodCertificate'
  | 'VolumeSource';

/** An object that a pod names, and where it does. */
export interface Reference {
  readonly kind: DependencyKind;
  /** Name in the pod's namespace. */
  readonly name: string;
  /** JSON path inside the pod. */
  readonly field: string;
  /** True: the pod starts without it. */
  readonly optional: boolean;
}

/** Where a pod names the Secrets for pulling its images. */
export const PULL_SECRETS = 'spec.imagePullSecrets';

interface Optional {
  readonly name?: string;
  readonly optional?: boolean;
}

/** Every object that a pod names, in the order volumes, containers, init containers, pull secrets, claims, ephemeral containers (spec pods.md 3.1). */
export function references(vPod: Pick<PodObject, 'spec'>): Reference[] {
  const { spec } = vPod;
  return [
    ...(spec.volumes ?? []).flatMap((volume, i) => volumeReferences(volume, `spec.volumes[${i}]`)),
    ...spec.containers.flatMap((container, i) => containerReferences(container, `spec.containers[${i}]`)),
    ...(spec.initContainers ?? []).flatMap((container, i) => containerReferences(container, `spec.initContainers[${i}]`)),
    ...(spec.imagePullSecrets ?? []).flatMap((secret, i) =>
      // A kubelet pulls without a Secret that is not there; many images need none.
      reference('Secret', { name: secret.name, optional: true }, `${PULL_SECRETS}[${i}]`),
    ),
    ...claimReferences(vPod),
    // Such a container comes to a pod that runs; a kubelet retries it until what it names is there.
    ...(spec.ephemeralContainers ?? [])
      .flatMap((container, i) => containerReferences(container as Container, `spec.ephemeralContainers[${i}]`))
      .map((reference) => ({ ...reference, optional: true })),
  ];
}

function reference(kind: DependencyKind, { name, optional }: Optional, field: string): Reference[] {
  return name ? [{ kind, name, field, optional: optional ?? false }] : [];
}

function volumeReferences(volume: Volume, at: string): Reference[] {
  const { configMap, secret, persistentVolumeClaim, projected } = volume;
  return [
    ...reference('ConfigMap', configMap ?? {}, `${at}.configMap`),
    ...reference('Secret', { name: secret?.secretName, optional: secret?.optional }, `${at}.secret`),
    ...reference('PersistentVolumeClaim', { name: persistentVolumeClaim?.claimName }, `${at}.persistentVolumeClaim`),
    ...(projected?.sources ?? []).flatMap((source, i) => projectionReferences(source, `${at}.projected.sources[${i}]`)),
    ...secretReaderReferences(volume, at),
    ...claimSourceReferences(volume, `${at}.ephemeral.volumeClaimTemplate.spec`),
  ];
}

/** The claim of a generic `ephemeral` volume is provisioned over there, where nothing has these names. */
function claimSourceReferences({ ephemeral }: Volume, at: string): Reference[] {
  const { volumeName, dataSource, dataSourceRef } = ephemeral?.volumeClaimTemplate?.spec ?? {};
  // An API server writes the one into the other.
  const source = dataSource ?? dataSourceRef;
  return [
    ...reference('VolumeSource', { name: volumeName }, `${at}.volumeName`),
    ...reference('VolumeSource', { name: source?.name }, `${at}.dataSource`),
  ];
}

function secretReaderReferences(volume: Volume, at: string): Reference[] {
  return [
    ...SECRET_REF_SOURCES.flatMap((key) => reference('Secret', volume[key]?.secretRef ?? {}, `${at}.${key}.secretRef`)),
    ...reference('Secret', { name: volume.azureFile?.secretName }, `${at}.azureFile`),
    ...reference('Secret', volume.csi?.nodePublishSecretRef ?? {}, `${at}.csi.nodePublishSecretRef`),
  ];
}

function projectionReferences(source: VolumeProjection, at: string): Reference[] {
  const { podCertificate } = source as { podCertificate?: { signerName?: string } };
  return [
    ...reference('ConfigMap', source.configMap ?? {}, `${at}.configMap`),
    ...reference('Secret', source.secret ?? {}, `${at}.secret`),
    ...reference('PodCertificate', { name: podCertificate?.signerName }, `${at}.podCertificate`),
  ];
}

function containerReferences(container: Container, at: string): Reference[] {
  const fromVariables = (container.env ?? []).flatMap(({ valueFrom }, i) => [
    ...reference('ConfigMap', valueFrom?.configMapKeyRef ?? {}, `${at}.env[${i}]`),
    ...reference('Secret', valueFrom?.secretKeyRef ?? {}, `${at}.env[${i}]`),
  ]);
  const fromSources = (container.envFrom ?? []).flatMap(({ configMapRef, secretRef }, i) => [
    ...reference('ConfigMap', configMapRef ?? {}, `${at}.envFrom[${i}]`),
    ...reference('Secret', secretRef ?? {}, `${at}.envFrom[${i}]`),
  ]);
  return [...fromVariables, ...fromSources];
}

/** Claims changed their shape between API versions: the name once stood under `source`. */
function claimReferences(vPod: Pick<PodObject, 'spec'>): Reference[] {
  interface Claim {
    readonly resourceClaimName?: string;
    readonly resourceClaimTemplateName?: string;
  }
  const claims = (vPod.spec.resourceClaims ?? []) as readonly (Claim & { readonly source?: Claim })[];
  return claims.flatMap((claim, i) => {
    const { resourceClaimName, resourceClaimTemplateName } = claim.source ?? claim;
    return [
      ...reference('ResourceClaim', { name: resourceClaimName }, `spec.resourceClaims[${i}]`),
      ...reference('ResourceClaimTemplate', { name: resourceClaimTemplateName }, `spec.resourceClaims[${i}]`),
    ];
  });
}
