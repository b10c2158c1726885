import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1';
import { pollUntil } from '../../../local/processes/poll';
import { POD_NAMESPACE } from './manifests';
import type { Rig } from './rig';

const HOME = `/api/v1/namespaces/${POD_NAMESPACE}`;
/** As many workloads share the pods of a burst; all of them share one ConfigMap. */
const SETS = 10;
/** Used by every pod that needs something. */
export const SHARED_CONFIG = `${HOME}/configmaps/rich-shared`;

/** Creates what {@link needing} names, and waits until the claims are bound. */
export async function createNeeds({ virtual: { api } }: Rig): Promise<void> {
  await api.create(`${HOME}/configmaps`, { metadata: { name: 'rich-shared' }, data: { version: '0' } });
  await Promise.all(Array.from({ length: SETS }, (_, set) => createSet(api, `rich-${set}`)));
}

async function createSet(api: Rig['virtual']['api'], name: string): Promise<void> {
  await api.create(`${HOME}/configmaps`, { metadata: { name }, data: { set: name } });
  await api.create(`${HOME}/secrets`, { metadata: { name }, stringData: { set: name } });
  const common = { accessModes: ['ReadWriteMany'], storageClassName: '' };
  const size = { storage: '1Gi' };
  await api.create<PersistentVolume>('/api/v1/persistentvolumes', {
    metadata: { name },
    spec: { ...common, capacity: size, nfs: { server: '192.0.2.1', path: `/${name}` }, claimRef: { namespace: POD_NAMESPACE, name } },
  });
  const claims = `${HOME}/persistentvolumeclaims`;
  await api.create(claims, { metadata: { name }, spec: { ...common, volumeName: name, resources: { requests: size } } });
  const isBound = async () => (await api.get<PersistentVolumeClaim>(`${claims}/${name}`)).status?.phase === 'Bound';
  await pollUntil(isBound, { what: `claim ${name} to be bound`, within: 60_000 });
}

/** The pod with two ConfigMaps, a Secret and a claim, beside its token. @param index tells which workload's */
export function needing(pod: Pod, index: number): Pod {
  const name = `rich-${index % SETS}`;
  const volumes = [
    { name: 'config', configMap: { name } },
    { name: 'secret', secret: { secretName: name } },
    { name: 'data', persistentVolumeClaim: { claimName: name } },
  ];
  const volumeMounts = volumes.map((volume) => ({ name: volume.name, mountPath: `/${volume.name}` }));
  const containers = pod.spec?.containers.map((container) => ({
    ...container,
    envFrom: [{ configMapRef: { name: 'rich-shared' } }],
    volumeMounts,
  }));
  return { ...pod, spec: { ...pod.spec, volumes, containers: containers ?? [] } };
}

/** Removes them again; their copies go once their time is over. */
export async function removeNeeds({ virtual: { api } }: Rig): Promise<void> {
  await api.delete(SHARED_CONFIG);
  for (let set = 0; set < SETS; set += 1) {
    const name = `rich-${set}`;
    await Promise.all(['configmaps', 'secrets', 'persistentvolumeclaims'].map((kind) => api.delete(`${HOME}/${kind}/${name}`)));
    await api.delete(`/api/v1/persistentvolumes/${name}`);
  }
}
