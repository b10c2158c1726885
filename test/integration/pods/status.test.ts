import type { Event, Pod } from 'kubernetes-types/core/v1';
import { patchVirtualPodStatus } from '../../../activities/pod/patch-virtual-pod-status';
import { RefusedStatus } from '../../../activities/watch/refused-status';
import { virtualPodStatus, type PodObject } from '../../../domain/pods';
import { createKubeClient, loadKubeconfig, Pods } from '../../../kube';
import type { Rest } from '../../../local/clusters/rest';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { aPhysicalPod } from '../../support/builders/pod';
import { eventually } from '../../support/eventually';

const PODS = '/api/v1/namespaces/default/pods';
/** Off by default: without them an API server leaves fields out. */
const GATES = ['ResourceHealthStatus', 'InPlacePodLevelResourcesVerticalScaling', 'DRAExtendedResource', 'NodeDeclaredFeatures'];
const AT = '2026-01-01T00:00:00Z';

let servers: ApiServers;
let api: Rest;

beforeAll(async () => {
  servers = await startApiServers(1, { apiServerArgs: [`--feature-gates=${GATES.map((gate) => `${gate}=true`).join(',')}`] });
  api = servers.first.api;
  await eventually(() => api.get('/api/v1/namespaces/default/serviceaccounts/default'));
});
afterAll(() => servers?.stop());

const containerStatus = {
  ...{ name: 'main', image: 'nginx:1', imageID: 'sha256:1', containerID: 'containerd://1' },
  ...{ ready: true, started: true, restartCount: 2 },
  state: { running: { startedAt: AT } },
  lastState: { terminated: { exitCode: 1, reason: 'Error', startedAt: AT, finishedAt: AT, containerID: 'containerd://0' } },
  allocatedResources: { cpu: '10m' },
  resources: { requests: { cpu: '10m' }, limits: { cpu: '20m' } },
  allocatedResourcesStatus: [{ name: 'claim:gpu', resources: [{ resourceID: 'a', health: 'Healthy' }] }],
  volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: true, recursiveReadOnly: 'Disabled' }],
  user: { linux: { uid: 1, gid: 2, supplementalGroups: [3] } },
  stopSignal: 'SIGTERM',
};
const named = (name: string) => ({ ...containerStatus, name });

/** Every field that the API has; one that a later version adds makes the first test below fail. */
const status: Record<string, unknown> = {
  ...{ phase: 'Running', message: 'm', reason: 'r', startTime: AT, qosClass: 'Burstable', nominatedNodeName: 'n2', resize: 'InProgress', observedGeneration: 1 },
  ...{ hostIP: '10.0.0.1', hostIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }], podIP: '10.1.0.1', podIPs: [{ ip: '10.1.0.1' }, { ip: 'fd01::1' }] },
  conditions: [{ type: 'Ready', status: 'True', observedGeneration: 1, lastTransitionTime: AT, reason: 'x', message: 'y' }],
  ...{ containerStatuses: [named('main')], initContainerStatuses: [named('init')], ephemeralContainerStatuses: [{ ...named('debug'), resources: undefined, allocatedResources: undefined, allocatedResourcesStatus: undefined }] },
  resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'gpu-1' }],
  extendedResourceClaimStatus: { resourceClaimName: 'extended-1', requestMappings: [{ containerName: 'main', resourceName: 'example.com/gpu', requestName: 'r' }] },
  ...{ allocatedResources: { cpu: '10m' }, resources: { requests: { cpu: '10m' } } },
};

interface Schemas {
  readonly components: { readonly schemas: Readonly<Record<string, { readonly properties?: object }>> };
}

it('covers every status field that the API server knows', async () => {
  const { components } = await api.get<Schemas>('/openapi/v3/api/v1');
  const fieldsOf = (name: string) => Object.keys(components.schemas[`io.k8s.api.core.v1.${name}`]?.properties ?? {}).sort();
  expect(Object.keys(status).sort()).toEqual(fieldsOf('PodStatus'));
  expect(Object.keys(containerStatus).sort()).toEqual(fieldsOf('ContainerStatus'));
});

it('mirrors all of them, and an API server accepts it', async () => {
  const resources = { requests: { cpu: '10m', 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '1' }, claims: [{ name: 'gpu' }] };
  const container = { name: 'main', image: 'nginx:1', resources };
  const created = await api.create<Pod>(PODS, {
    metadata: { name: 'full' },
    spec: {
      ...{ nodeName: 'vnode', containers: [container], initContainers: [{ ...container, name: 'init' }] },
      resourceClaims: [{ name: 'gpu', resourceClaimName: 'claim' }],
    },
  });
  const vPod = created as PodObject;
  const pPod = aPhysicalPod(vPod).status(status).build();
  const patch = virtualPodStatus(vPod, pPod)!;
  const expected = Object.keys(status).filter((field) => field !== 'nominatedNodeName');
  expect(Object.keys(patch.status ?? {})).toEqual(expect.arrayContaining(expected.filter((field) => field !== 'qosClass')));
  const written = await api.merge<Pod & { status: Record<string, unknown> }>(`${PODS}/full/status`, patch);
  const kept = expected.filter((field) => field !== 'conditions');
  expect(Object.fromEntries(kept.map((field) => [field, written.status[field]]))).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(kept.map((field) => [field, status[field]])))));
  expect(written.status).not.toHaveProperty('nominatedNodeName');
  expect(virtualPodStatus(written as unknown as PodObject, pPod)?.status).toEqual(undefined);
});

it('leaves out what an API server refuses, and writes the rest', async () => {
  await api.create<Pod>(PODS, { metadata: { name: 'partly' }, spec: { nodeName: 'vnode', containers: [{ name: 'main', image: 'nginx:1' }] } });
  const client = createKubeClient(loadKubeconfig(servers.first.kubeconfig));
  const vPod = (await client.get(Pods, { namespace: 'default', name: 'partly' })) as PodObject;
  const pPod = aPhysicalPod(vPod).status({ ...status, phase: 'Running' }).build();
  const written = await patchVirtualPodStatus({ client }, () => vPod, () => pPod);
  await client.close();
  expect(written?.status).toMatchObject({ phase: 'Running', podIP: '10.1.0.1', qosClass: 'BestEffort' });
  expect(written?.status).not.toHaveProperty('extendedResourceClaimStatus');
});

describe('labels and annotations of the physical cluster that a policy over here refuses', () => {
  const group = '/apis/admissionregistration.k8s.io/v1';
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['UPDATE'], resources: ['pods/status'] };
  const expression = "!has(object.metadata.labels) || !('forbidden' in object.metadata.labels)";
  const nothingOfOurs = "object.metadata.name != 'closed' || !has(object.metadata.annotations) || !object.metadata.annotations.exists(key, key.startsWith('kubeocean.io/'))";

  beforeAll(async () => {
    await api.create(`${group}/validatingadmissionpolicies`, { metadata: { name: 'strict' }, spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression }, { expression: nothingOfOurs }] } });
    await api.create(`${group}/validatingadmissionpolicybindings`, { metadata: { name: 'strict' }, spec: { policyName: 'strict', validationActions: ['Deny'] } });
    await api.create<Pod>(PODS, { metadata: { name: 'probe' }, spec: { containers: [{ name: 'main', image: 'nginx:1' }] } });
    await eventually(async () => {
      const asked = api.merge(`${PODS}/probe/status?dryRun=All`, { metadata: { labels: { forbidden: 'x' } } });
      await expect(asked).rejects.toThrow(/denied|forbidden/);
    });
  });

  const said = async (pod: string) => {
    const { items } = await api.get<{ items: Event[] }>(`/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3D${pod}`);
    return items.filter(({ reason }) => reason === 'MetadataRefused').map(({ message, count }) => `${count} ${message}`);
  };

  it('keep neither the status away nor each other, and are told once', async () => {
    await api.create<Pod>(PODS, { metadata: { name: 'strict' }, spec: { nodeName: 'vnode', containers: [{ name: 'main', image: 'nginx:1' }] } });
    const client = createKubeClient(loadKubeconfig(servers.first.kubeconfig));
    const read = async () => (await client.get(Pods, { namespace: 'default', name: 'strict' })) as PodObject;
    const mirror = async (phase: string) => {
      const vPod = await read();
      const pPod = aPhysicalPod(vPod).labelled({ forbidden: 'x', zone: 'z1' }).annotated({ 'cni/ip': '1' }).status({ phase }).build();
      return patchVirtualPodStatus({ client }, () => vPod, () => pPod);
    };
    const shown = { labels: { zone: 'z1' }, annotations: { 'cni/ip': '1' } };
    expect(await mirror('Running')).toMatchObject({ metadata: shown, status: { phase: 'Running' } });
    expect((await read()).metadata.labels).not.toHaveProperty('forbidden');
    await eventually(async () => expect(await said('strict')).toEqual([expect.stringMatching(/^1 .*: label forbidden$/)]));
    expect(await mirror('Running')).toBeNull();
    expect(await mirror('Failed')).toMatchObject({ metadata: shown, status: { phase: 'Failed' } });
    expect(await said('strict')).toEqual([expect.stringMatching(/^1 /)]);
    await client.close();
  });

  it('let the status arrive alone where not even our own are taken, and are told once', async () => {
    await api.create<Pod>(PODS, { metadata: { name: 'closed' }, spec: { nodeName: 'vnode', containers: [{ name: 'main', image: 'nginx:1' }] } });
    const client = createKubeClient(loadKubeconfig(servers.first.kubeconfig));
    const memory = new RefusedStatus();
    const isNews = (uid: string, message: string) => memory.isNews(uid, message);
    const mirror = async (phase: string) => {
      const vPod = (await client.get(Pods, { namespace: 'default', name: 'closed' })) as PodObject;
      const pPod = aPhysicalPod(vPod).labelled({ zone: 'z1' }).status({ phase }).build();
      const written = await patchVirtualPodStatus({ client, isNews }, () => vPod, () => pPod);
      if (written !== null) memory.note(written, virtualPodStatus(written, pPod));
      return { written, isDone: memory.has(written!, virtualPodStatus(written!, pPod)!) };
    };
    for (const phase of ['Running', 'Running', 'Failed']) {
      const { written, isDone } = await mirror(phase);
      expect([written?.status?.phase, written?.metadata.annotations, isDone]).toEqual([phase, undefined, true]);
    }
    await eventually(async () => expect(await said('closed')).toEqual([expect.stringMatching(/^1 .*annotation kubeocean\.io\/physical-pod-name/)]));
    await client.close();
  });
});
