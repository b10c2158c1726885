import type { PersistentVolume, Pod, Secret } from 'kubernetes-types/core/v1';
import { Annotation, Label, WORKER_NAMESPACE } from '../../api/names/keys';
import { copyName, physicalName } from '../../domain/pods';
import { FakeAnnotation } from '../../local/clusters/kwok-stages';
import { eventually, throughout } from '../support/eventually';
import { base64, HOME, MOUNT, Needs, using, type Stored } from '../support/needs';

/** How long copies outlive their last pod here. */
const RETENTION_MS = 3_000;

let needs: Needs;

beforeAll(async () => {
  needs = await Needs.open(RETENTION_MS);
});

afterAll(async () => {
  await needs?.close();
});

describe('claims', () => {
  const VOLUMES = '/api/v1/persistentvolumes';
  let virtualCluster: string;
  const nameOf = (volume: string) => copyName({ kind: 'PersistentVolume', namespace: '', name: volume }, virtualCluster);
  const volumeCopy = (name: string) => needs.physical.find<PersistentVolume>(`${VOLUMES}/${nameOf(name)}`);
  const csi = (handle: string) => ({
    ...{ driver: 'csi.example', volumeHandle: handle },
    nodeStageSecretRef: { name: 'stage', namespace: 'default' },
    nodePublishSecretRef: { name: 'publish', namespace: 'default' },
  });
  const mountOptions = ['nodiratime', 'noatime'];
  const putVolume = (name: string) =>
    needs.virtual.create<PersistentVolume>(VOLUMES, {
      metadata: { name },
      spec: { capacity: { storage: '10Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: 'fast', persistentVolumeReclaimPolicy: 'Delete', mountOptions, csi: csi(name) },
    });
  const putClaim = (name: string, volumeName?: string) =>
    needs.put('PersistentVolumeClaim', name, {
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', volumeName, resources: { requests: { storage: '5Gi' } } },
    });

  beforeAll(async () => {
    virtualCluster = (await needs.virtual.get<{ metadata: { uid: string } }>('/api/v1/namespaces/kube-system')).metadata.uid;
    for (const name of ['stage', 'publish']) await needs.put('Secret', name, { stringData: { key: name } });
    await needs.physical.create('/apis/storage.k8s.io/v1/storageclasses', {
      metadata: { name: 'lenders-default', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'nobody.example',
    });
  });

  it('bind to the copy of their volume, whatever the default class; Secrets of the driver come along', async () => {
    await putVolume('pv-data');
    await putClaim('data', 'pv-data');
    await needs.createPod('with-data', using('PersistentVolumeClaim', 'data'));
    const physical = await needs.physicalPod(await needs.runs('with-data'));
    expect(physical.spec?.volumes?.[0]?.persistentVolumeClaim?.claimName).toBe(physicalName('data', 'default'));
    await needs.copyIs('PersistentVolumeClaim', 'data', { spec: { volumeName: nameOf('pv-data'), storageClassName: '' }, status: { phase: 'Bound' } });
    const { spec } = (await volumeCopy('pv-data'))!;
    expect(spec?.persistentVolumeReclaimPolicy).toBe('Retain');
    for (const name of ['stage', 'publish'] as const) {
      expect(spec?.csi?.[name === 'stage' ? 'nodeStageSecretRef' : 'nodePublishSecretRef']).toEqual({ name: physicalName(name, 'default'), namespace: WORKER_NAMESPACE });
      await needs.copyIs('Secret', name, { data: { key: base64(name) } });
    }
    for (const { metadata } of [await needs.original('PersistentVolumeClaim', 'data'), await needs.virtual.get<PersistentVolume>(`${VOLUMES}/pv-data`)]) {
      expect(JSON.stringify(metadata)).not.toContain('kubeocean.io/');
    }
  });

  it('grow with their volume', async () => {
    await needs.virtual.merge(`${VOLUMES}/pv-data`, { spec: { capacity: { storage: '20Gi' } } });
    await eventually(async () => expect((await volumeCopy('pv-data'))?.spec?.capacity).toEqual({ storage: '20Gi' }));
    // What the provisioner there and the kubelet here would write.
    const conditions = [{ type: 'FileSystemResizePending', status: 'True', lastProbeTime: null, lastTransitionTime: null }];
    const path = `${HOME}/persistentvolumeclaims/data/status`;
    const before = await needs.virtual.merge<Stored>(path, { status: { conditions } });
    expect(before.status?.capacity).toEqual({ storage: '10Gi' });
    await needs.physical.merge(`${needs.copyPath('PersistentVolumeClaim', 'data')}/status`, { status: { capacity: { storage: '20Gi' } } });
    await eventually(async () => {
      const { status, metadata } = await needs.original('PersistentVolumeClaim', 'data');
      expect([status?.capacity, status?.conditions ?? []]).toEqual([{ storage: '20Gi' }, []]);
      expect(metadata?.annotations).toEqual(before.metadata?.annotations);
    });
  });

  it.each<[string, object]>([
    ['takes its mount options away', { mountOptions: null }],
    ['has it deleted with its claim', { persistentVolumeReclaimPolicy: 'Delete' }],
  ])('are put right where somebody over there %s', async (_name, spec) => {
    await needs.physical.merge(`${VOLUMES}/${nameOf('pv-data')}`, { spec });
    await eventually(async () => {
      const copy = await volumeCopy('pv-data');
      expect([copy?.spec?.mountOptions, copy?.spec?.persistentVolumeReclaimPolicy]).toEqual([mountOptions, 'Retain']);
    }, { within: 30_000 });
  });

  it('an unbound one says why the pod waits; the pod runs when it is bound', async () => {
    await putClaim('later');
    // Named by hand, as the scheduler would not place it.
    const [node] = (await needs.virtual.get<{ items: { metadata: { name: string } }[] }>(`/api/v1/nodes?labelSelector=kubeocean.io%2Fphysical-cluster-id%3D${needs.lender.clusterId}`)).items;
    await needs.createPod('with-later', { ...using('PersistentVolumeClaim', 'later'), nodeName: node?.metadata.name });
    await needs.waitsFor('with-later', 'PVC default/later is not bound, current phase: Pending (StorageClass fast)');
    await putVolume('pv-later');
    await needs.runs('with-later');
  });

  it('go with their volumes and Secrets after the last pod; the storage stays', async () => {
    await Promise.all(['with-data', 'with-later'].map((name) => needs.deletePod(name)));
    await Promise.all(['data', 'later'].map((name) => needs.copyIsGone('PersistentVolumeClaim', name)));
    await eventually(async () => expect([await volumeCopy('pv-data'), await volumeCopy('pv-later')]).toEqual([null, null]), { within: 20_000 });
    await Promise.all(['stage', 'publish'].map((name) => needs.copyIsGone('Secret', name)));
    expect((await needs.original('PersistentVolumeClaim', 'data')).status?.phase).toBe('Bound');
    await needs.createPod('with-data-again', using('PersistentVolumeClaim', 'data'));
    await needs.runs('with-data-again');
  });
});

describe('tokens', () => {
  const token = (path: string, audience: string | undefined, expirationSeconds: number) => ({ serviceAccountToken: { path, audience, expirationSeconds } });
  const secretsOf = async (uid: string) => {
    const { items } = await needs.physical.get<{ items: Secret[] }>(`${MOUNT}/secrets?labelSelector=${encodeURIComponent(`${Label.ServiceAccountToken}=true`)}`);
    return items.filter(({ metadata }) => metadata?.annotations?.[Annotation.VirtualPodUid] === uid);
  };
  const claimsOf = (encoded = '') => {
    const [, body = ''] = Buffer.from(encoded, 'base64').toString().split('.');
    return JSON.parse(Buffer.from(body, 'base64url').toString()) as { aud: string[]; exp: number; iat: number; 'kubernetes.io': { pod: { uid: string } } };
  };
  let running: Pod;

  beforeAll(async () => {
    const sources = [token('a', 'vault', 600), { downwardAPI: { items: [{ path: 'uid', fieldRef: { fieldPath: 'metadata.uid' } }] } }, token('b', 'bank', 7200), token('c', undefined, 3607)];
    await needs.createPod('tokens', { volumes: [{ name: 'many', projected: { sources } }], terminationGracePeriodSeconds: 10 });
    running = await needs.runs('tokens');
  });

  it('every source of a volume has its own audience and life, and belongs to the virtual pod', async () => {
    const { spec } = await needs.physicalPod(running);
    const projected = spec?.volumes?.find(({ name }) => name === 'many')?.projected?.sources ?? [];
    const files = projected.flatMap(({ secret }) => secret?.items ?? []);
    const [secretName] = projected.flatMap(({ secret }) => secret?.name ?? []);
    const secret = await eventually(() => needs.physical.get<Secret>(`${MOUNT}/secrets/${secretName}`));
    const issued = Object.fromEntries(files.map(({ key, path }) => [path, claimsOf(secret.data?.[key])]));
    expect([issued.a?.aud, issued.b?.aud]).toEqual([['vault'], ['bank']]);
    expect([issued.a, issued.b].map((claims) => claims!.exp - claims!.iat)).toEqual([600, 7200]);
    for (const claims of Object.values(issued)) expect(claims['kubernetes.io'].pod.uid).toBe(running.metadata?.uid);
  });

  it('are rewritten when they are due, and only then', async () => {
    const uid = running.metadata?.uid ?? '';
    const before = await eventually(async () => {
      const found = await secretsOf(uid);
      expect(found).toHaveLength(2);
      return found;
    });
    const versions = async () => (await secretsOf(uid)).map(({ metadata }) => metadata?.resourceVersion);
    const unchanged = await versions();
    await throughout(async () => expect(await versions()).toEqual(unchanged), 1_000);
    const [first] = before;
    const renewAt = { metadata: { annotations: { [Annotation.TokenRenewAt]: '2026-01-01T00:00:00Z' } } };
    await needs.physical.merge(`${MOUNT}/secrets/${first?.metadata?.name}`, renewAt);
    await eventually(async () => {
      const now = (await secretsOf(uid)).find(({ metadata }) => metadata?.uid === first?.metadata?.uid);
      expect(Object.keys(now?.data ?? {})).toEqual(Object.keys(first?.data ?? {}));
      expect(now?.data).not.toEqual(first?.data);
      expect(Date.parse(now?.metadata?.annotations?.[Annotation.TokenRenewAt] ?? '')).toBeGreaterThan(Date.now());
    });
  });

  it('are issued anew when somebody deletes them', async () => {
    const uid = running.metadata?.uid ?? '';
    const [first] = await secretsOf(uid);
    const path = `${MOUNT}/secrets/${first?.metadata?.name}`;
    await needs.physical.delete(path);
    await eventually(async () => {
      const again = await needs.physical.get<Secret>(path);
      expect(again.metadata?.uid).not.toBe(first?.metadata?.uid);
      expect(Object.keys(again.data ?? {})).toEqual(Object.keys(first?.data ?? {}));
    });
  });

  it('stay until the pod has stopped, and go with it', async () => {
    const uid = running.metadata?.uid ?? '';
    await needs.virtual.merge(`${HOME}/pods/tokens`, { metadata: { annotations: { [FakeAnnotation.StopAfter]: '1h' } } });
    await eventually(async () => expect((await needs.physicalPod(running)).metadata?.annotations).toHaveProperty([FakeAnnotation.StopAfter]));
    await needs.virtual.delete(`${HOME}/pods/tokens`);
    const copy = await eventually(async () => {
      const found = await needs.physicalPod(running);
      expect(found.metadata?.deletionTimestamp).toBeDefined();
      return found;
    });
    await throughout(async () => expect(await secretsOf(uid)).toHaveLength(2), 1_000);
    await needs.physical.merge(`${MOUNT}/pods/${copy.metadata?.name}`, { metadata: { annotations: { [FakeAnnotation.StopAfter]: null } } });
    await eventually(async () => expect(await needs.virtual.find(`${HOME}/pods/tokens`)).toBeNull());
    await eventually(async () => expect(await secretsOf(uid)).toEqual([]));
  });

  it('of a ServiceAccount that is gone are waited for, and the pod says so', async () => {
    await needs.virtual.create(`${HOME}/serviceaccounts`, { metadata: { name: 'robot' } });
    await needs.createPod('robot', { ...using('ConfigMap', 'robots-config'), serviceAccountName: 'robot' });
    await needs.waitsFor('robot', 'ConfigMap robots-config');
    await needs.virtual.delete(`${HOME}/serviceaccounts/robot`);
    await needs.put('ConfigMap', 'robots-config', { data: { key: '1' } });
    const { uid = '' } = (await needs.pod('robot')).metadata ?? {};
    const events = () => needs.virtual.get<{ items: { message: string }[] }>(`${HOME}/events?fieldSelector=involvedObject.uid%3D${uid}`);
    await eventually(async () => expect((await events()).items.map(({ message }) => message)).toContainEqual(expect.stringContaining('ServiceAccount robot')));
    expect(await secretsOf(uid)).toEqual([]);
    await needs.virtual.create(`${HOME}/serviceaccounts`, { metadata: { name: 'robot' } });
    await eventually(async () => expect(await secretsOf(uid)).toHaveLength(1), { within: 20_000 });
  });

  it('one that nobody removed goes, when both sides confirm that its pod is gone', async () => {
    const labels = { [Label.ManagedBy]: 'kubeocean', [Label.VirtualCluster]: (await needs.virtual.get<{ metadata: { uid: string } }>('/api/v1/namespaces/kube-system')).metadata.uid, [Label.ClusterBinding]: needs.lender.binding, [Label.ServiceAccountToken]: 'true' };
    const annotations = { [Annotation.VirtualPodNamespace]: 'default', [Annotation.VirtualPodName]: 'tokens', [Annotation.VirtualPodUid]: 'gone' };
    await needs.physical.create(`${MOUNT}/secrets`, { metadata: { name: 'left-over', labels, annotations } });
    await eventually(async () => expect(await secretsOf('gone')).toEqual([]));
  });
});

