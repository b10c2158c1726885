/** `kubeocean audit` against two real API servers on which each kind of finding is planted; no worker runs. */
import { readFile } from 'node:fs/promises';
import { Annotation, Finalizer, Label, MANAGED_BY, PHYSICAL_READY, WORKER_NAMESPACE } from '../../../api/names/keys';
import type { AuditReport } from '../../../domain/audit';
import { COPY_MANAGER, forwardAnnotations, ownershipLabels, physicalAnnotations, physicalLabels, physicalName, toPhysicalConfigMap } from '../../../domain/pods';
import type { ConfigMapSource, Ownership, PodObject } from '../../../domain/pods';
import type { Rest } from '../../../local/clusters/rest';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { eventually } from '../../support/eventually';
import { kubeocean } from './command-line';

const GROUP = '/apis/cloud.tencent.com/v1beta1';
const HOME = '/api/v1/namespaces/default';
const MOUNT = `/api/v1/namespaces/${WORKER_NAMESPACE}`;
const VNODE = 'vnode-e-n1';

let servers: ApiServers;
let kubeconfig: string;
let virtual: Rest;
let physical: Rest;
let ownership: Ownership;
let ours: Record<string, string>;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const containers = [{ name: 'main', image: 'nginx' }];

async function createBinding(name: string, clusterID: string, lender: string): Promise<void> {
  const secretRef = { name, namespace: 'kubeocean-system' };
  await virtual.create(`/api/v1/namespaces/kubeocean-system/secrets`, { metadata: { name }, data: { kubeconfig: base64(lender) } });
  await virtual.create(`${GROUP}/clusterbindings`, {
    ...{ apiVersion: 'cloud.tencent.com/v1beta1', kind: 'ClusterBinding', metadata: { name } },
    spec: { clusterID, secretRef, mountNamespace: WORKER_NAMESPACE },
  });
}

const createVnode = (name: string, node: string, binding = 'east') =>
  virtual.create('/api/v1/nodes', {
    metadata: {
      name,
      labels: { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: binding, [Label.PhysicalClusterId]: 'e' },
      annotations: { [Annotation.PhysicalNodeName]: node },
    },
  });

const createVirtual = (name: string, more: object = {}, metadata: object = {}): Promise<PodObject> =>
  virtual.create<PodObject>(`${HOME}/pods`, { metadata: { name, ...metadata }, spec: { nodeName: VNODE, automountServiceAccountToken: false, containers, ...more } });

/** The copy of a pod, as a worker writes it. */
const createCopy = (pod: PodObject, name = physicalName(pod.metadata.name, pod.metadata.namespace)): Promise<PodObject> =>
  physical.create<PodObject>(`${MOUNT}/pods`, {
    metadata: {
      name,
      labels: physicalLabels(pod, ownership),
      annotations: physicalAnnotations(pod),
    },
    spec: { nodeName: 'n1', automountServiceAccountToken: false, containers },
  });

/** A pod and its copy that agree. */
async function createPair(name: string, more: object = {}): Promise<{ pod: PodObject; copy: PodObject }> {
  const pod = await createVirtual(name, more);
  const copy = await createCopy(pod);
  await virtual.merge(`${HOME}/pods/${name}/status`, { metadata: { annotations: forwardAnnotations(copy) }, status: { ...copy.status, conditions: null } });
  return { pod, copy };
}

async function audit(...args: string[]): Promise<{ code: number; report: AuditReport; stderr: string }> {
  const { code, stdout, stderr } = await kubeocean('audit', '--kubeconfig', kubeconfig, '--settle', '0', '-o', 'json', ...args);
  return { code, report: JSON.parse(stdout) as AuditReport, stderr };
}

const inWords = ({ findings }: AuditReport) => findings.map(({ kind, binding, object, cause }) => `${kind} ${binding} ${object.kind} ${object.name}: ${cause}`);

beforeAll(async () => {
  servers = await startApiServers(2);
  const [first, second] = servers.clusters;
  if (first === undefined || second === undefined) throw new Error('two API servers were asked for');
  kubeconfig = first.kubeconfig;
  [virtual, physical] = [first.api, second.api];
  await kubeocean('install', '--kubeconfig', kubeconfig, '--role', 'virtual');
  await kubeocean('install', '--kubeconfig', second.kubeconfig, '--role', 'physical');
  await createBinding('east', 'e', await readFile(second.kubeconfig, 'utf8'));
  const system = await virtual.get<{ metadata: { uid: string } }>('/api/v1/namespaces/kube-system');
  ownership = { virtualCluster: system.metadata.uid, binding: 'east' };
  ours = ownershipLabels(ownership);
  await physical.create('/api/v1/nodes', { metadata: { name: 'n1' } });
  await createVnode(VNODE, 'n1');
  for (const [api, namespace] of [[virtual, 'default'], [physical, WORKER_NAMESPACE]] as const) {
    await eventually(async () => expect(await api.find(`/api/v1/namespaces/${namespace}/serviceaccounts/default`)).not.toBeNull());
  }
  await createPair('fine');
});

afterAll(async () => {
  await servers?.stop();
});

it('says that all is well, with code 0', async () => {
  expect(await audit()).toMatchObject({ code: 0, report: { outcome: 'Clean', bindings: [{ name: 'east', unread: null }], findings: [], waiting: [] } });
});

it('tells of a pod that waits for its ConfigMap, which is no finding', async () => {
  await createVirtual('needy', { volumes: [{ name: 'v', configMap: { name: 'absent' } }] });
  expect(await audit()).toMatchObject({ code: 0, report: { findings: [], waiting: [{ name: 'needy', why: 'ConfigMap absent not found' }] } });
  await virtual.delete(`${HOME}/pods/needy?gracePeriodSeconds=0`);
});

it('does not blame a status that its own cluster does not take: the copy has got resources, and with them another QoS class', async () => {
  const pod = await createVirtual('quality');
  const named = { name: 'main', image: 'nginx', resources: { requests: { cpu: '1m' } } };
  const metadata = { name: physicalName('quality', 'default'), labels: physicalLabels(pod, ownership), annotations: physicalAnnotations(pod) };
  const copy = await physical.create<PodObject>(`${MOUNT}/pods`, { metadata, spec: { nodeName: 'n1', automountServiceAccountToken: false, containers: [named] } });
  await virtual.merge(`${HOME}/pods/quality/status`, { metadata: { annotations: forwardAnnotations(copy) } });
  expect([pod.status?.qosClass, copy.status?.qosClass]).toEqual(['BestEffort', 'Burstable']);
  expect(inWords((await audit()).report)).toEqual([]);
  await virtual.merge(`${HOME}/pods/quality/status`, { status: { reason: 'lie' } });
  expect(inWords((await audit()).report)).toEqual([expect.stringMatching(/^Drift east Pod quality: .*: qosClass, reason/)]);
  for (const [api, path] of [[virtual, `${HOME}/pods/quality`], [physical, `${MOUNT}/pods/${metadata.name}`]] as const) await api.delete(`${path}?gracePeriodSeconds=0`);
});

it('tells of our own annotations that a policy refuses as such, which repair could not mend, and of drift once it is gone', async () => {
  const group = '/apis/admissionregistration.k8s.io/v1';
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods/status'] };
  const expression = "object.metadata.name != 'closed' || !has(object.metadata.annotations) || !object.metadata.annotations.exists(key, key.startsWith('kubeocean.io/'))";
  await virtual.create(`${group}/validatingadmissionpolicies`, { metadata: { name: 'closed' }, spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression }] } });
  await virtual.create(`${group}/validatingadmissionpolicybindings`, { metadata: { name: 'closed' }, spec: { policyName: 'closed', validationActions: ['Deny'] } });
  const copy = await createCopy(await createVirtual('closed'));
  const path = `${HOME}/pods/closed`;
  await virtual.merge(`${path}/status`, { status: { ...copy.status, conditions: null } });
  await eventually(async () => {
    const asked = virtual.merge(`${path}/status?dryRun=All`, { metadata: { annotations: forwardAnnotations(copy) } });
    await expect(asked).rejects.toThrow(/denied|forbidden/);
  });
  const { code, report } = await audit();
  expect([code, inWords(report)]).toEqual([2, [expect.stringMatching(/^Refused east Pod closed: admission in its cluster refuses annotation kubeocean\.io\/physical-pod-name, /)]]);
  expect(report.findings[0]).toMatchObject({ repair: null, advice: expect.stringContaining('pods/status') });
  for (const kind of ['validatingadmissionpolicybindings', 'validatingadmissionpolicies']) await virtual.delete(`${group}/${kind}/closed`);
  await eventually(async () => expect(inWords((await audit()).report)).toEqual([expect.stringMatching(/^Drift east Pod closed: .*physical-pod-name/)]), { every: 1_000 });
  for (const [api, pod] of [[virtual, path], [physical, `${MOUNT}/pods/${copy.metadata.name}`]] as const) await api.delete(`${pod}?gracePeriodSeconds=0`);
});

interface Plant {
  readonly expected: RegExp;
  readonly plant: () => Promise<void>;
  /** Takes the finding away again, so that the next row starts clean. */
  readonly uproot: () => Promise<void>;
}

const gone = (api: () => Rest, path: string) => async () => void (await api().delete(`${path}?gracePeriodSeconds=0`));
const leftSecret = { labels: {} as Record<string, string>, annotations: { [Annotation.VirtualPodNamespace]: 'default', [Annotation.VirtualPodName]: 'x', [Annotation.VirtualPodUid]: 'x' } };
const lost = { metadata: { name: 'lost', namespace: 'default', uid: 'u' } } as PodObject;
const p = () => physical;
const v = () => virtual;

it.each<[string, Plant]>([
  [
    'a pod without a copy',
    { expected: /^Missing east Pod bare: it has no copy/, plant: async () => void (await createVirtual('bare')), uproot: gone(v, `${HOME}/pods/bare`) },
  ],
  [
    'a copy without a pod',
    {
      expected: /^Orphan east Pod lost-.*: its virtual pod default\/lost with UID u is gone/,
      plant: async () => void (await createCopy({ ...lost, spec: { containers } })),
      uproot: gone(p, `${MOUNT}/pods/${physicalName('lost', 'default')}`),
    },
  ],
  [
    'a second copy of a pod',
    {
      expected: /^Duplicate east Pod another: pod default\/fine has 2 copies/,
      plant: async () => void (await createCopy(await virtual.get<PodObject>(`${HOME}/pods/fine`), 'another')),
      uproot: gone(p, `${MOUNT}/pods/another`),
    },
  ],
  [
    'a name that is taken',
    {
      expected: /^NameTaken east Pod wanted-.*: pod default\/wanted needs its name/,
      plant: async () => {
        await physical.create(`${MOUNT}/pods`, { metadata: { name: physicalName('wanted', 'default') }, spec: { containers } });
        await createVirtual('wanted');
      },
      uproot: async () => {
        await gone(v, `${HOME}/pods/wanted`)();
        await gone(p, `${MOUNT}/pods/${physicalName('wanted', 'default')}`)();
      },
    },
  ],
  [
    'a status that lies',
    {
      expected: /^Drift east Pod fine: its status does not say .*: phase/,
      plant: async () => void (await virtual.merge(`${HOME}/pods/fine/status`, { status: { phase: 'Running' } })),
      uproot: async () => void (await virtual.merge(`${HOME}/pods/fine/status`, { status: { phase: 'Pending' } })),
    },
  ],
  [
    'a change that was not carried over',
    {
      expected: /^Drift east Pod fine-.*: it was not updated/,
      plant: async () => void (await virtual.merge(`${HOME}/pods/fine`, { metadata: { labels: { new: 'one' } } })),
      uproot: async () => void (await virtual.merge(`${HOME}/pods/fine`, { metadata: { labels: { new: null } } })),
    },
  ],
  [
    'a token Secret of a pod that is gone',
    {
      expected: /^Orphan east Secret left: the pod whose tokens it holds is gone/,
      plant: async () => void (await physical.create(`${MOUNT}/secrets`, { metadata: { name: 'left', ...leftSecret, labels: { ...ours, [Label.ServiceAccountToken]: 'true' } } })),
      uproot: gone(p, `${MOUNT}/secrets/left`),
    },
  ],
  [
    'a copy that no binding holds',
    {
      expected: /^Orphan east ConfigMap c-.*: no ClusterBinding that exists uses it/,
      plant: async () =>
        void (await physical.create(`${MOUNT}/configmaps`, {
          metadata: {
            name: physicalName('c', 'default'),
            labels: { ...ours, [Label.ClusterBinding]: 'nobody' },
            annotations: { [Annotation.VirtualNamespace]: 'default', [Annotation.VirtualName]: 'c', [Annotation.SourceVersion]: 'u/1' },
          },
        })),
      uproot: gone(p, `${MOUNT}/configmaps/${physicalName('c', 'default')}`),
    },
  ],
  [
    'a copy that is missing',
    {
      expected: /^Missing east ConfigMap settings-.*: running pods use ConfigMap default\/settings/,
      plant: async () => {
        await virtual.create(`${HOME}/configmaps`, { metadata: { name: 'settings' } });
        await createPair('user', { volumes: [{ name: 'v', configMap: { name: 'settings' } }] });
      },
      uproot: async () => {
        await gone(v, `${HOME}/pods/user`)();
        await gone(p, `${MOUNT}/pods/${physicalName('user', 'default')}`)();
      },
    },
  ],
  [
    'a copy that somebody has edited',
    {
      expected: /^Drift east ConfigMap edited-.*: somebody else has written to it since it was copied from ConfigMap default\/edited$/,
      plant: async () => {
        const { metadata } = await virtual.create<ConfigMapSource>(`${HOME}/configmaps`, { metadata: { name: 'edited' }, data: { key: '1' } });
        const copy = toPhysicalConfigMap({ metadata, data: { key: '1' } }, { ...ownership, mountNamespace: WORKER_NAMESPACE });
        await createPair('editor', { volumes: [{ name: 'v', configMap: { name: 'edited' } }] });
        await physical.create(`${MOUNT}/configmaps?fieldManager=${COPY_MANAGER}`, copy);
        expect((await audit()).code).toBe(0);
        await physical.merge(`${MOUNT}/configmaps/${physicalName('edited', 'default')}`, { data: { key: null } });
      },
      uproot: async () => {
        await gone(v, `${HOME}/pods/editor`)();
        await gone(p, `${MOUNT}/pods/${physicalName('editor', 'default')}`)();
      },
    },
  ],
  [
    'a Service without its mirror',
    {
      expected: /^Missing east Service web: Service shop\/web has no mirror/,
      plant: async () => {
        await virtual.create('/api/v1/namespaces', { metadata: { name: 'shop' } });
        await virtual.create('/api/v1/namespaces/shop/services', { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } });
        await virtual.merge(`${GROUP}/clusterbindings/east`, { spec: { serviceNamespaces: ['shop'] } });
      },
      uproot: async () => void (await virtual.merge(`${GROUP}/clusterbindings/east`, { spec: { serviceNamespaces: null } })),
    },
  ],
  [
    'a vnode without its node',
    { expected: /^Orphan east Node vnode-e-n9: the physical node n9 does not exist/, plant: async () => void (await createVnode('vnode-e-n9', 'n9')), uproot: gone(v, '/api/v1/nodes/vnode-e-n9') },
  ],
  [
    'a vnode of a binding that is gone',
    { expected: /^Orphan null Node vnode-x-n1: its ClusterBinding west does not exist/, plant: async () => void (await createVnode('vnode-x-n1', 'n1', 'west')), uproot: gone(v, '/api/v1/nodes/vnode-x-n1') },
  ],
  [
    'a heartbeat that stopped',
    {
      expected: /^Drift east Lease vnode-e-n1: the heartbeat of its virtual node is not renewed/,
      plant: async () => void (await virtual.merge(`/api/v1/nodes/${VNODE}/status`, { status: { conditions: [{ type: PHYSICAL_READY, status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }] } })),
      uproot: async () => void (await virtual.merge(`/api/v1/nodes/${VNODE}/status`, { status: { conditions: [] } })),
    },
  ],
  [
    'a heartbeat without its node',
    {
      expected: /^Orphan null Lease stray: there is no Node of its name/,
      plant: async () => void (await virtual.create('/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases', { metadata: { name: 'stray', labels: { [Label.ManagedBy]: MANAGED_BY } } })),
      uproot: gone(v, '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/stray'),
    },
  ],
  [
    'a CSINode without its vnode',
    {
      expected: /^Orphan east CSINode vnode-e-n8: its virtual node, or the CSINode of the physical node, is gone/,
      plant: async () =>
        void (await virtual.create('/apis/storage.k8s.io/v1/csinodes', {
          metadata: { name: 'vnode-e-n8', labels: { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: 'east' }, annotations: { [Annotation.PhysicalNodeName]: 'n8' } },
          spec: { drivers: [] },
        })),
      uproot: gone(v, '/apis/storage.k8s.io/v1/csinodes/vnode-e-n8'),
    },
  ],
  [
    'a label on a node that is not lent',
    {
      expected: /^Orphan east Node n2: label kubeocean.io\/policy-applied=nights: the node is not lent/,
      plant: async () => {
        await physical.create(`${GROUP}/resourceleasingpolicies`, {
          ...{ apiVersion: 'cloud.tencent.com/v1beta1', kind: 'ResourceLeasingPolicy' },
          ...{ metadata: { name: 'nights' }, spec: { cluster: 'east' } },
        });
        await physical.create('/api/v1/nodes', { metadata: { name: 'n2', labels: { [Label.PolicyApplied]: 'nights' } } });
      },
      uproot: gone(p, '/api/v1/nodes/n2'),
    },
  ],
  [
    'a finalizer on a deleted policy',
    {
      expected: /^StaleFinalizer east ResourceLeasingPolicy nights/,
      plant: async () => {
        await physical.merge(`${GROUP}/resourceleasingpolicies/nights`, { metadata: { finalizers: [Finalizer.Policy] } });
        await physical.delete(`${GROUP}/resourceleasingpolicies/nights`);
      },
      uproot: async () => void (await physical.merge(`${GROUP}/resourceleasingpolicies/nights`, { metadata: { finalizers: [] } })),
    },
  ],
  [
    'a finalizer of an earlier installation',
    {
      expected: /^StaleFinalizer east ConfigMap old: kubeocean.io\/finalizer-e of an earlier installation/,
      plant: async () => void (await virtual.create(`${HOME}/configmaps`, { metadata: { name: 'old', finalizers: ['kubeocean.io/finalizer-e'] } })),
      uproot: async () => void (await virtual.merge(`${HOME}/configmaps/old`, { metadata: { finalizers: [] } })),
    },
  ],
])('finds %s, and nothing else', async (_name, { expected, plant, uproot }) => {
  await plant();
  const { code, report } = await audit();
  await uproot();
  expect(inWords(report)).toEqual([expect.stringMatching(expected)]);
  expect(code).toBe(2);
  await eventually(async () => expect((await audit()).code).toBe(0));
});

it('prints a table, and what to do by hand', async () => {
  await createVnode('vnode-x-n1', 'n1', 'west');
  const { code, stdout, stderr } = await kubeocean('audit', '--kubeconfig', kubeconfig, '--settle', '0');
  expect(code).toBe(2);
  expect(stdout.trimEnd().split('\n').map((line) => line.split(/ {3,}/))).toEqual([
    ['FINDING', 'BINDING', 'CLUSTER', 'OBJECT', 'CAUSE'],
    ['Orphan', '<none>', 'virtual', 'Node vnode-x-n1', 'its ClusterBinding west does not exist'],
  ]);
  expect(stderr).toMatch(/^Node vnode-x-n1: Remove its finalizer .*\nkubeocean: 1 finding; kubeocean repair mends what it can\./);
  await virtual.delete('/api/v1/nodes/vnode-x-n1');
});

it('leaves out what another binding has', async () => {
  await createVirtual('bare');
  await createBinding('south', 's', await readFile(servers.clusters[1]?.kubeconfig ?? '', 'utf8'));
  expect((await audit('--binding', 'south')).report).toMatchObject({ bindings: [{ name: 'south' }], findings: [] });
  expect((await audit('--binding', 'east')).report.findings).toHaveLength(1);
  await virtual.delete(`${GROUP}/clusterbindings/south`);
  await virtual.delete(`${HOME}/pods/bare?gracePeriodSeconds=0`);
});

it('has a code of its own where it could not look, whatever it found elsewhere to be well', async () => {
  const nobody = (await readFile(kubeconfig, 'utf8')).replace(/server: .*/, 'server: https://127.0.0.1:1');
  await createBinding('west', 'w', nobody);
  const { code, report, stderr } = await audit();
  expect([code, report.findings]).toEqual([3, []]);
  expect(report.bindings).toEqual([{ name: 'east', unread: null }, { name: 'west', unread: expect.stringContaining('ApiUnavailable') }]);
  expect(stderr).toContain('1 of 2 ClusterBindings could not be looked at');
});

it.each([
  ['a binding that does not exist', ['--binding', 'north'], 1, 'ClusterBinding north does not exist'],
  ['a flag that is wrong', ['--settle', 'x'], 1, 'whole number of seconds'],
])('fails as any command with %s', async (_name, args, expected, message) => {
  const { code, stderr } = await kubeocean('audit', '--kubeconfig', kubeconfig, ...args);
  expect([code, stderr]).toEqual([expected, expect.stringContaining(message)]);
});
