import type { Secret } from 'kubernetes-types/core/v1';
import { GROUP_VERSION } from '../../api/names/group';
import { Annotation, Label, SYSTEM_NAMESPACE, WORKER_NAMESPACE } from '../../api/names/keys';
import { physicalName } from '../../domain/pods';
import type { Cluster } from '../../local/clusters/cluster';
import { isRunning } from '../../local/demo/observe';
import { podId } from '../../workflows/contracts/ids';
import { virtualPodStatusQuery } from '../../workflows/contracts/virtual-pod';
import { readAudit, type AuditEvent } from '../support/audit';
import { eventually, throughout } from '../support/eventually';
import { base64, MOUNT, Needs, pluralOf, using, type Kind, type Stored } from '../support/needs';
import { productLog, workerPids } from '../support/product';
import { eventsOf } from '../support/workflow/histories';

/** How long copies outlive their last pod here. */
const RETENTION_MS = 3_000;

let needs: Needs;

beforeAll(async () => {
  needs = await Needs.open(RETENTION_MS);
});

afterAll(async () => {
  await needs?.close();
});

describe('ConfigMaps and Secrets', () => {
  const names = { ConfigMap: ['c-env', 'c-from', 'c-volume', 'c-projected', 'c-init'], Secret: ['s-env', 's-from', 's-volume', 's-projected', 's-init', 's-pull', 's-csi'] } as const;

  /** Copies that were not answered for when the pod was asked for, and whether all its token Secrets were asked for afterwards. */
  const orderOf = async (copies: readonly string[], pod: string) => {
    const created = (await readAudit(needs.lender.cluster)).filter(({ verb, stage, responseStatus }) => verb === 'create' && stage === 'ResponseComplete' && responseStatus?.code === 201);
    const madeOf = (resource: string, name: string) => created.find(({ objectRef }) => objectRef?.resource === resource && objectRef.name === name);
    const asked = madeOf('pods', pod)?.requestReceivedTimestamp ?? '';
    const late = copies.filter((name) => !['configmaps', 'secrets'].some((resource) => (madeOf(resource, name)?.stageTimestamp ?? '~') <= asked));
    const { items } = await needs.physical.get<{ items: Secret[] }>(`${MOUNT}/secrets?labelSelector=${encodeURIComponent(`${Label.ServiceAccountToken}=true`)}`);
    const tokens = items.filter(({ metadata }) => metadata?.annotations?.[Annotation.VirtualPodName] === 'everything').map(({ metadata }) => metadata?.name ?? '');
    return [late, tokens.length > 0 && tokens.every((name) => (madeOf('secrets', name)?.requestReceivedTimestamp ?? '') > asked)];
  };

  it('of every reference are there before the pod, with their content, tokens after it; the originals stay untouched', async () => {
    for (const name of names.ConfigMap) await needs.put('ConfigMap', name, { data: { key: name }, binaryData: { raw: base64(name) } });
    for (const name of names.Secret.filter((one) => one !== 's-pull')) await needs.put('Secret', name, { stringData: { key: name } });
    const dockerconfig = { '.dockerconfigjson': base64(JSON.stringify({ auths: {} })) };
    await needs.put('Secret', 's-pull', { type: 'kubernetes.io/dockerconfigjson', data: dockerconfig });
    const snapshot = () => Promise.all([...names.ConfigMap.map((name) => needs.original('ConfigMap', name)), ...names.Secret.map((name) => needs.original('Secret', name))]);
    const before = await snapshot();
    await needs.createPod('everything', {
      containers: [
        {
          ...{ name: 'main', image: 'nginx' },
          env: [
            { name: 'A', valueFrom: { configMapKeyRef: { name: 'c-env', key: 'key' } } },
            { name: 'B', valueFrom: { secretKeyRef: { name: 's-env', key: 'key' } } },
            { name: 'UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
          ],
          envFrom: [{ configMapRef: { name: 'c-from' } }, { secretRef: { name: 's-from' } }],
        },
      ],
      initContainers: [{ name: 'init', image: 'nginx', envFrom: [{ configMapRef: { name: 'c-init' } }, { secretRef: { name: 's-init' } }] }],
      volumes: [
        { name: 'a', configMap: { name: 'c-volume' } },
        { name: 'b', secret: { secretName: 's-volume' } },
        { name: 'c', projected: { sources: [{ configMap: { name: 'c-projected' } }, { secret: { name: 's-projected' } }] } },
        { name: 'd', csi: { driver: 'csi.example', nodePublishSecretRef: { name: 's-csi' } } },
      ],
      imagePullSecrets: [{ name: 's-pull' }],
    });
    const physical = await needs.physicalPod(await needs.runs('everything'));
    const text = JSON.stringify(physical.spec);
    for (const kind of ['ConfigMap', 'Secret'] as const) {
      for (const name of names[kind]) {
        expect(text).toContain(`"${physicalName(name, 'default')}"`);
        const copy = await needs.copyIs(kind, name, { metadata: { annotations: { [Annotation.VirtualName]: name, [Annotation.VirtualNamespace]: 'default' } } });
        const { data, binaryData, type } = await needs.original(kind, name);
        expect({ data: copy.data, binaryData: copy.binaryData, type: copy.type }).toEqual({ data, binaryData, type });
      }
    }
    const copies = Object.values(names).flat().map((name) => physicalName(name, 'default'));
    await eventually(async () => expect(await orderOf(copies, physical.metadata?.name ?? '')).toEqual([[], true]));
    expect(await snapshot()).toEqual(before);
  });

  it('follow their originals: data, binary data, metadata, keys that are gone', async () => {
    await needs.change('ConfigMap', 'c-volume', { data: { key: null, other: '2' }, binaryData: null, metadata: { labels: { app: 'x' }, annotations: { note: 'n' } } });
    await needs.copyIs('ConfigMap', 'c-volume', { data: { other: '2' }, metadata: { labels: { app: 'x' }, annotations: { note: 'n' } } });
    await needs.change('ConfigMap', 'c-volume', { metadata: { labels: { app: null } } });
    await eventually(async () => expect((await needs.copyOf('ConfigMap', 'c-volume'))?.metadata?.labels).not.toHaveProperty('app'));
    const { data, binaryData } = (await needs.copyOf('ConfigMap', 'c-volume'))!;
    expect({ data, binaryData }).toEqual({ data: { other: '2' }, binaryData: undefined });
    await needs.change('Secret', 's-env', { stringData: { key: 'rotated' } });
    await needs.copyIs('Secret', 's-env', { data: { key: base64('rotated') } });
  });

  it('are made again where they cannot be changed: another type, immutable content', async () => {
    const { uid } = (await needs.copyOf('Secret', 's-volume'))!.metadata!;
    await needs.remove('Secret', 's-volume');
    await needs.copyIsGone('Secret', 's-volume');
    await needs.put('Secret', 's-volume', { type: 'example/other', stringData: { key: 'new' } });
    const again = await needs.copyIs('Secret', 's-volume', { type: 'example/other', data: { key: base64('new') } });
    expect(again.metadata?.uid).not.toBe(uid);
    await needs.remove('Secret', 's-volume');
    await needs.put('Secret', 's-volume', { type: 'example/third', stringData: { key: 'newer' } });
    await needs.copyIs('Secret', 's-volume', { type: 'example/third', data: { key: base64('newer') } });
    await needs.change('ConfigMap', 'c-init', { immutable: true });
    await needs.copyIs('ConfigMap', 'c-init', { immutable: true });
    await needs.remove('ConfigMap', 'c-init');
    await needs.put('ConfigMap', 'c-init', { data: { key: 'changed' }, immutable: true });
    await needs.copyIs('ConfigMap', 'c-init', { immutable: true, data: { key: 'changed' } });
  });

  it('are made again when somebody deletes a copy that a pod uses', async () => {
    const { uid } = (await needs.copyOf('ConfigMap', 'c-env'))!.metadata!;
    await needs.physical.delete(needs.copyPath('ConfigMap', 'c-env'));
    await eventually(async () => {
      const copy = await needs.copyOf('ConfigMap', 'c-env');
      expect(copy?.data).toEqual({ key: 'c-env' });
      expect(copy?.metadata?.uid).not.toBe(uid);
    });
  });

  it('are put right when somebody edits a copy that a pod uses', async () => {
    await needs.physical.merge(needs.copyPath('ConfigMap', 'c-env'), { data: { key: 'by hand', more: '1' } });
    await needs.physical.merge(needs.copyPath('Secret', 's-env'), { data: { key: base64('by hand') } });
    await eventually(async () => expect((await needs.copyOf('ConfigMap', 'c-env'))?.data).toEqual({ key: 'c-env' }));
    await needs.copyIs('Secret', 's-env', { data: { key: base64('rotated') } });
  });

  it('have the labels and annotations of their originals put right, and keep those of others', async () => {
    const given = { labels: { app: 'x' }, annotations: { note: 'n' } };
    await needs.change('ConfigMap', 'c-projected', { metadata: given });
    await needs.copyIs('ConfigMap', 'c-projected', { metadata: given });
    await needs.physical.merge(needs.copyPath('ConfigMap', 'c-projected'), { metadata: { labels: { app: 'y', theirs: '1' }, annotations: { note: null } } });
    await needs.copyIs('ConfigMap', 'c-projected', { metadata: { ...given, labels: { ...given.labels, theirs: '1' } } });
  });

  it('are put right where somebody takes a key away or freezes a copy', async () => {
    await needs.physical.merge(needs.copyPath('ConfigMap', 'c-projected'), { data: { key: null } });
    await needs.physical.merge(needs.copyPath('Secret', 's-from'), { immutable: true });
    await needs.copyIs('ConfigMap', 'c-projected', { data: { key: 'c-projected' } });
    await eventually(async () => expect((await needs.copyOf('Secret', 's-from'))?.immutable).toBeUndefined());
  });

  it('that somebody edits and puts right himself are ours again', async () => {
    const path = needs.copyPath('Secret', 's-projected');
    const { data } = (await needs.copyOf('Secret', 's-projected'))!;
    await needs.physical.merge(path, { data: { key: base64('by hand') } });
    await needs.physical.merge(path, { data });
    const writers = async () => {
      const { metadata } = await needs.copyIs('Secret', 's-projected', { data });
      return metadata?.managedFields?.filter(({ fieldsV1 }) => 'f:data' in (fieldsV1 ?? {})).map(({ manager }) => manager);
    };
    await eventually(async () => expect(await writers()).toEqual(['kubeocean']), { within: 30_000 });
  });

  it('are put right when somebody edits one while no worker watches', async () => {
    const before = workerPids(needs.walk.stack);
    for (const pid of before) process.kill(pid, 'SIGSTOP');
    try {
      await needs.physical.merge(needs.copyPath('ConfigMap', 'c-env'), { data: { key: 'unseen' } });
      await needs.physical.merge(needs.copyPath('Secret', 's-from'), { data: { key: null } });
    } finally {
      for (const pid of before) process.kill(pid, 'SIGKILL');
    }
    await eventually(async () => expect((await needs.copyOf('ConfigMap', 'c-env'))?.data).toEqual({ key: 'c-env' }), { within: 90_000 });
    await needs.copyIs('Secret', 's-from', { data: { key: base64('s-from') } });
  });

  it('that cannot follow are told on the pods that use them', async () => {
    const group = '/apis/admissionregistration.k8s.io/v1';
    await needs.physical.create(`${group}/validatingadmissionpolicies`, {
      metadata: { name: 'frozen' },
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['configmaps'] }] },
        validations: [{ expression: "!has(object.data) || !('forbidden' in object.data)" }],
      },
    });
    await needs.physical.create(`${group}/validatingadmissionpolicybindings`, { metadata: { name: 'frozen' }, spec: { policyName: 'frozen', validationActions: ['Deny'] } });
    await eventually(async () => {
      const asked = needs.physical.merge(`${needs.copyPath('ConfigMap', 'c-from')}?dryRun=All`, { data: { forbidden: '1' } });
      await expect(asked).rejects.toThrow(/forbidden|denied/);
    });
    await needs.change('ConfigMap', 'c-from', { data: { forbidden: '1' } });
    await eventually(async () => expect(await needs.said('everything', 'FailedUpdateCopy')).toEqual([expect.stringContaining('ConfigMap c-from')]));
    await needs.change('ConfigMap', 'c-from', { data: { forbidden: null } });
    for (const kind of ['validatingadmissionpolicybindings', 'validatingadmissionpolicies']) await needs.physical.delete(`${group}/${kind}/frozen`);
  });

  it('are shared, kept while one pod uses them, removed after the last, and made again for the next', async () => {
    await needs.put('ConfigMap', 'shared', { data: { key: '1' } });
    for (const name of ['sharer-1', 'sharer-2']) await needs.createPod(name, using('ConfigMap', 'shared'));
    await Promise.all([needs.runs('sharer-1'), needs.runs('sharer-2')]);
    const { uid } = (await needs.copyOf('ConfigMap', 'shared'))!.metadata!;
    await needs.deletePod('sharer-1');
    await throughout(async () => expect((await needs.copyOf('ConfigMap', 'shared'))?.metadata?.uid).toBe(uid), RETENTION_MS + 1_500);
    const last = Date.now();
    await needs.deletePod('sharer-2');
    await needs.copyIsGone('ConfigMap', 'shared');
    expect(Date.now() - last).toBeGreaterThanOrEqual(RETENTION_MS);
    const removals = async () => (await readAudit(needs.lender.cluster)).filter(({ verb, objectRef, responseStatus }) => verb === 'delete' && objectRef?.name === physicalName('shared', 'default') && responseStatus?.code === 200);
    await eventually(async () => expect((await removals()).map(({ requestObject }) => requestObject?.preconditions)).toEqual([{ uid, resourceVersion: expect.any(String) }]));
    await needs.createPod('sharer-3', using('ConfigMap', 'shared'));
    await needs.runs('sharer-3');
    await needs.copyIs('ConfigMap', 'shared', { data: { key: '1' } });
  });

  it('of a burst of pods are read and written once each', async () => {
    for (const name of ['burst-1', 'burst-2']) await needs.put('ConfigMap', name, { data: { key: '1' } });
    await needs.put('Secret', 'burst-3', { stringData: { key: '1' } });
    const envFrom = [{ configMapRef: { name: 'burst-1' } }, { configMapRef: { name: 'burst-2' } }, { secretRef: { name: 'burst-3' } }];
    const pods = Array.from({ length: 12 }, (_, i) => `burst-pod-${i}`);
    await Promise.all(pods.map((name) => needs.createPod(name, { containers: [{ name: 'main', image: 'nginx', envFrom }] })));
    await Promise.all(pods.map((name) => needs.runs(name)));
    const [here, there] = await Promise.all([readAudit(needs.walk.stack.virtual), readAudit(needs.lender.cluster)]);
    for (const [kind, name] of [['ConfigMap', 'burst-1'], ['ConfigMap', 'burst-2'], ['Secret', 'burst-3']] as const) {
      const ours = (events: readonly AuditEvent[], object: string) =>
        events
          .filter(({ objectRef, userAgent, stage }) => stage === 'ResponseComplete' && objectRef?.resource === pluralOf(kind) && objectRef.name === object && userAgent?.startsWith('kubeocean/'))
          .map(({ verb }) => verb);
      expect(ours(here, name)).toEqual(['get']);
      expect(ours(there, physicalName(name, 'default'))).toEqual(['create']);
    }
    await Promise.all(pods.map((name) => needs.deletePod(name)));
  });

  it('an optional one is waited for by nobody, and copied when it appears', async () => {
    await needs.createPod('optional', { ...using('ConfigMap', 'maybe', true), imagePullSecrets: [{ name: 'maybe-pull' }] });
    await needs.runs('optional');
    expect(await needs.copyOf('ConfigMap', 'maybe')).toBeNull();
    await needs.put('ConfigMap', 'maybe', { data: { key: 'v' } });
    await needs.put('Secret', 'maybe-pull', { stringData: { key: 'v' } });
    await needs.copyIs('ConfigMap', 'maybe', { data: { key: 'v' } });
    await needs.copyIs('Secret', 'maybe-pull', { data: { key: base64('v') } });
  });

  it('an object of the needs.lender under the name of a copy is left alone, and said', async () => {
    const name = physicalName('taken', 'default');
    await needs.physical.create(`${MOUNT}/configmaps`, { metadata: { name }, data: { key: 'needs.lender' } });
    await needs.put('ConfigMap', 'taken', { data: { key: 'v' } });
    await needs.createPod('taken', using('ConfigMap', 'taken'));
    await needs.waitsFor('taken', 'not ours');
    expect((await needs.copyOf('ConfigMap', 'taken'))?.data).toEqual({ key: 'needs.lender' });
    await needs.deletePod('taken');
  });
});

describe('pods that need what is not there', () => {
  const absent = ['ConfigMap', 'Secret', 'PersistentVolumeClaim'] as const;
  const nameOf = (kind: Kind) => `absent-${kind.toLowerCase()}`;
  /** Whoever tries every other second has tried more often than {@link MOST_TRIES} by then. */
  const WAIT_MS = 20_000;
  /** Two are usual, the watch's and that of the pod's workflow. On a busy machine the vnode may change meanwhile, or the watch move. */
  const MOST_TRIES = 8;
  /** The object itself, the pod, and an event that is there already: create, get, patch. */
  const REQUESTS_EACH = 5;
  /** Of a workflow: its task takes three, what it did one; a query none. */
  const EVENTS_EACH = 4;

  /** What the product has asked an API server about the pod and what it needs, which has the same name. */
  const askedAbout = async (cluster: Cluster, name: string) => {
    const ours = (await readAudit(cluster)).filter(({ stage, userAgent }) => stage === 'ResponseComplete' && userAgent?.startsWith('kubeocean/'));
    const about = ours.filter(({ requestURI, objectRef }) => requestURI.includes(name) || objectRef?.name?.startsWith(name));
    return about.map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`);
  };
  const workflowOf = async (name: string) => podId((await needs.pod(name)).metadata?.uid ?? '');
  const isWaiting = async (name: string) => {
    const { phase } = await needs.walk.temporal.workflow.getHandle(await workflowOf(name)).query(virtualPodStatusQuery);
    expect([phase, await needs.findPhysical(await needs.pod(name))]).toEqual(['Waiting', null]);
  };

  beforeAll(async () => {
    const query = `labelSelector=${encodeURIComponent(`kubeocean.io/physical-cluster-id=${needs.lender.clusterId}`)}`;
    const { items: [node] } = await needs.virtual.get<{ items: { metadata: { name: string } }[] }>(`/api/v1/nodes?${query}`);
    // A scheduler waits for the claim itself.
    for (const kind of absent) await needs.createPod(nameOf(kind), { ...using(kind, nameOf(kind)), nodeName: node?.metadata.name });
    for (const kind of absent) await eventually(() => isWaiting(nameOf(kind)));
    await throughout(async () => void (await Promise.all(absent.map((kind) => isWaiting(nameOf(kind))))), WAIT_MS, 2_000);
  });

  it.each(absent)('wait for a %s and say so in one event: neither requests, lines of the log nor steps of the workflow go on', async (kind) => {
    const name = nameOf(kind);
    await needs.waitsFor(name, `${kind} ${name} (spec.volumes[0].`);
    const asked = await askedAbout(needs.walk.stack.virtual, name);
    expect(asked).toContain(`get ${pluralOf(kind)}`);
    expect(asked.filter((one) => one === `get ${pluralOf(kind)}`).length).toBeLessThanOrEqual(MOST_TRIES);
    expect(asked.length).toBeLessThanOrEqual(REQUESTS_EACH * MOST_TRIES);
    expect(await askedAbout(needs.lender.cluster, name)).toEqual([]);
    expect((await eventsOf(needs.walk.temporal, await workflowOf(name))).length).toBeLessThanOrEqual(EVENTS_EACH * MOST_TRIES);
    expect(productLog(needs.walk.stack).split('\n').filter((line) => line.includes(name)).length).toBeLessThanOrEqual(MOST_TRIES);
  });

  it.each(absent)('run when the %s appears', async (kind) => {
    const name = nameOf(kind);
    if (kind === 'PersistentVolumeClaim') {
      const spec = { accessModes: ['ReadWriteOnce'], storageClassName: '' };
      await needs.virtual.create('/api/v1/persistentvolumes', { metadata: { name }, spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path: '/absent' } } });
      await needs.put(kind, name, { spec: { ...spec, volumeName: name, resources: { requests: { storage: '1Gi' } } } });
    } else await needs.put(kind, name, kind === 'Secret' ? { stringData: { key: 'v' } } : { data: { key: 'v' } });
    await needs.runs(name);
    await needs.copyIs(kind, name, kind === 'PersistentVolumeClaim' ? { status: { phase: 'Bound' } } : { data: { key: kind === 'Secret' ? base64('v') : 'v' } });
  });
});

describe('two bindings on one physical cluster and mount namespace', () => {
  const OTHER = 'cluster-a-too';
  const OTHER_ID = 'cls-a-too';

  beforeAll(async () => {
    const kubeconfig = await needs.virtual.get<Secret>(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets/${needs.lender.binding}-kubeconfig`);
    await needs.virtual.create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, { metadata: { name: `${OTHER}-kubeconfig` }, data: kubeconfig.data });
    await needs.virtual.create(`/apis/${GROUP_VERSION}/clusterbindings`, {
      ...{ apiVersion: GROUP_VERSION, kind: 'ClusterBinding', metadata: { name: OTHER } },
      spec: { clusterID: OTHER_ID, secretRef: { name: `${OTHER}-kubeconfig`, namespace: SYSTEM_NAMESPACE }, mountNamespace: WORKER_NAMESPACE },
    });
    const { items } = await needs.physical.get<{ items: { metadata: { name: string } }[] }>('/api/v1/nodes');
    const node = items.at(-1)?.metadata.name ?? '';
    await needs.physical.merge(`/api/v1/nodes/${node}`, { metadata: { labels: { 'kubeocean.io/role': 'other' } } });
    const match = { key: 'kubeocean.io/role', operator: 'In', values: ['other'] };
    await needs.physical.create(`/apis/${GROUP_VERSION}/resourceleasingpolicies`, {
      ...{ apiVersion: GROUP_VERSION, kind: 'ResourceLeasingPolicy', metadata: { name: 'too' } },
      spec: { cluster: OTHER, nodeSelector: { nodeSelectorTerms: [{ matchExpressions: [match] }] } },
    });
    await eventually(() => needs.virtual.get(`/api/v1/nodes/vnode-cls-a-too-${node}`), { within: 40_000 });
  });

  const holders = (copy: Stored | null) => [copy?.metadata?.labels?.[Label.ClusterBinding], copy?.metadata?.annotations?.[Annotation.SharedWith]];

  it('share a copy; it stays while one of them needs it, and goes with the other', async () => {
    await needs.put('Secret', 'common', { stringData: { key: '1' } });
    await needs.createPod('common-1', using('Secret', 'common'));
    await needs.runs('common-1');
    await needs.createPod('common-2', using('Secret', 'common'), OTHER_ID);
    await needs.runs('common-2');
    const copy = await needs.copyOf('Secret', 'common');
    expect(holders(copy)).toEqual([needs.lender.binding, OTHER]);
    await needs.deletePod('common-1');
    await eventually(async () => expect(holders(await needs.copyOf('Secret', 'common'))).toEqual([OTHER, undefined]));
    expect((await needs.copyOf('Secret', 'common'))?.metadata?.uid).toBe(copy?.metadata?.uid);
    await needs.change('Secret', 'common', { stringData: { key: '2' } });
    await needs.copyIs('Secret', 'common', { data: { key: base64('2') } });
  });

  it('the end of one takes its own copies along, and leaves what the other uses', async () => {
    await needs.put('ConfigMap', 'own', { data: { key: '1' } });
    await needs.createPod('common-3', using('Secret', 'common'));
    await needs.createPod('own', using('ConfigMap', 'own'), OTHER_ID);
    await Promise.all([needs.runs('common-3'), needs.runs('own')]);
    await eventually(async () => expect(holders(await needs.copyOf('Secret', 'common'))).toEqual([OTHER, needs.lender.binding]));
    await needs.virtual.delete(`/apis/${GROUP_VERSION}/clusterbindings/${OTHER}`);
    await eventually(async () => expect(await needs.virtual.find(`/apis/${GROUP_VERSION}/clusterbindings/${OTHER}`)).toBeNull(), { within: 40_000 });
    expect(await needs.copyOf('ConfigMap', 'own')).toBeNull();
    expect(holders(await needs.copyOf('Secret', 'common'))).toEqual([needs.lender.binding, undefined]);
    expect(isRunning(await needs.pod('common-3'))).toBe(true);
  });
});
