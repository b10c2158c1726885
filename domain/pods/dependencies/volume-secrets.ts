import type { CSIPersistentVolumeSource, PersistentVolumeSpec } from 'kubernetes-types/core/v1';
import { physicalName } from '../naming/physical-name';
import { SECRET_REF_SOURCES } from '../translation/volumes';

/** A Secret that a PersistentVolume names. */
export interface VolumeSecret {
  readonly namespace: string;
  readonly name: string;
}

/** The steps of a CSI driver that may come with a Secret. */
const CSI_SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodeStageSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

type Source = PersistentVolumeSpec & Readonly<Record<string, unknown>>;
type Ref = { readonly name?: string; readonly namespace?: string };

/** Every Secret that a PersistentVolume names; one without a namespace is in that of the claim. */
export function volumeSecrets(spec: Readonly<PersistentVolumeSpec>): VolumeSecret[] {
  const found: VolumeSecret[] = [];
  mapVolumeSecrets(spec, (secret) => {
    found.push(secret);
    return secret;
  });
  return found;
}

/** The spec with its Secrets replaced by their copies in the mount namespace. */
export function physicalVolumeSecrets(spec: Readonly<PersistentVolumeSpec>, mountNamespace: string): PersistentVolumeSpec {
  return mapVolumeSecrets(spec, ({ namespace, name }) => ({
    namespace: mountNamespace,
    name: physicalName(name, namespace),
  }));
}

function mapVolumeSecrets(
  spec: Readonly<PersistentVolumeSpec>,
  change: (secret: VolumeSecret) => VolumeSecret,
): PersistentVolumeSpec {
  const home = spec.claimRef?.namespace ?? '';
  const changed = ({ name, namespace }: Ref) => change({ name: name ?? '', namespace: namespace || home });
  const { csi, azureFile } = spec;
  const result: Record<string, unknown> = { ...spec };
  if (csi) result.csi = withSecrets(csi, changed);
  if (azureFile) {
    const { name, namespace } = changed({ name: azureFile.secretName, namespace: azureFile.secretNamespace });
    result.azureFile = { ...azureFile, secretName: name, secretNamespace: namespace };
  }
  for (const key of SECRET_REF_SOURCES) {
    const source = (spec as Source)[key] as { readonly secretRef?: Ref } | undefined;
    if (source?.secretRef?.name) result[key] = { ...source, secretRef: { ...source.secretRef, ...changed(source.secretRef) } };
  }
  return result as unknown as PersistentVolumeSpec;
}

function withSecrets(csi: CSIPersistentVolumeSource, changed: (ref: Ref) => VolumeSecret): CSIPersistentVolumeSource {
  const source = csi as CSIPersistentVolumeSource & Readonly<Partial<Record<(typeof CSI_SECRETS)[number], Ref>>>;
  const secrets = CSI_SECRETS.flatMap((key) => {
    const ref = source[key];
    return ref?.name ? [[key, changed(ref)]] : [];
  });
  return { ...csi, ...(Object.fromEntries(secrets) as object) };
}
