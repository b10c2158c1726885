/** One step on a pod at a time, on real API servers; nothing runs there. */
import { readFile } from 'node:fs/promises';
import type { Event, Pod } from 'kubernetes-types/core/v1';
import { Fleet } from '../../../activities/fleet/fleet';
import { openVirtualCluster } from '../../../activities/fleet/virtual-cluster';
import { placePod } from '../../../activities/pod/place-pod';
import { updatePod } from '../../../activities/pod/update-pod';
import { SYSTEM_NAMESPACE, WORKER_NAMESPACE } from '../../../api/names/keys';
import { physicalName, type PodObject } from '../../../domain/pods';
import { createKubeClient, loadKubeconfig } from '../../../kube';
import { install } from '../../bench/rig/install';
import { BINDING, BINDINGS_PATH, clusterBinding, KUBECONFIG_SECRET } from '../../bench/rig/manifests';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { eventually } from '../../support/eventually';
import type { VirtualPodRef } from '../../../workflows/contracts/activities';

jest.setTimeout(60_000);

const HOME = '/api/v1/namespaces/default';
const MOUNT = `/api/v1/namespaces/${WORKER_NAMESPACE}`;

let servers: ApiServers;
let fleet: Fleet;
let bindingUid: string;

const virtual = () => servers.first.api;
const physical = () => servers.clusters[1]!.api;

beforeAll(async () => {
  servers = await startApiServers(2);
  await install(servers.first, servers.clusters[1]!);
  const kubeconfig = await readFile(servers.clusters[1]!.kubeconfig, 'utf8');
  await virtual().create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, { metadata: { name: KUBECONFIG_SECRET }, stringData: { kubeconfig } });
  const binding = await virtual().create<{ metadata: { uid: string } }>(BINDINGS_PATH, clusterBinding(WORKER_NAMESPACE));
  bindingUid = binding.metadata.uid;
  const client = createKubeClient(loadKubeconfig(servers.first.kubeconfig));
  const failed = (error: unknown) => console.error(error);
  fleet = new Fleet(await openVirtualCluster(client, failed), failed);
  await fleet.virtual.synced();
}, 120_000);

afterAll(async () => {
  await fleet?.close();
  await servers?.stop();
});

const main = { name: 'main', image: 'nginx:1', resources: { requests: { cpu: '100m' } } };

async function create(name: string, spec: object = {}): Promise<Pod> {
  await virtual().create(`${HOME}/pods`, { metadata: { name, labels: { app: name } }, spec: { nodeName: 'vnode-east-n1', containers: [main], ...spec } });
  return await eventually(() => stored(name));
}

/** From the list that the activities read. */
function stored(name: string): Pod {
  const pod = fleet.virtual.pods.store.get(`default/${name}`);
  if (pod === undefined) throw new Error(`${name} is not in the list`);
  return pod;
}

function refOf({ metadata }: Pod): VirtualPodRef {
  const { name = '', namespace = '', uid = '' } = metadata ?? {};
  return { binding: BINDING, bindingUid, node: 'n1', pod: { name, namespace, uid } };
}

const place = (pod: Pod) => placePod(fleet, refOf(pod), pod as PodObject);

/** A pod with a copy that has been bound. */
async function placed(name: string, spec: object = {}): Promise<Pod> {
  const pod = await create(name, spec);
  expect(await place(pod)).toEqual({ result: 'created' });
  await physical().create(`${MOUNT}/pods/${physicalName(name, 'default')}/binding`, { metadata: { name: physicalName(name, 'default') }, target: { apiVersion: 'v1', kind: 'Node', name: 'n1' } });
  return pod;
}

const copyOf = (name: string) => physical().get<Pod>(`${MOUNT}/pods/${physicalName(name, 'default')}`);

/** Changes the pod at home, by a subresource if there is one, and carries it over once the list shows it. */
async function change(name: string, patch: { metadata?: object; spec?: object }, subresource = ''): Promise<void> {
  const contentType = 'application/strategic-merge-patch+json';
  const changed = await virtual().call<Pod>('PATCH', `${HOME}/pods/${name}${subresource}`, { body: patch, contentType });
  await eventually(() => expect(stored(name).metadata?.resourceVersion).toBe(changed.metadata?.resourceVersion));
  await updatePod(fleet, refOf(changed));
}

async function said(name: string, reason: string): Promise<string[]> {
  const { items } = await virtual().get<{ items: Event[] }>(`${HOME}/events`);
  return items.filter(({ involvedObject, reason: found }) => involvedObject.name === name && found === reason).map(({ message = '' }) => message);
}

it('carries every change over that may be made in place', async () => {
  await placed('all');
  await change('all', { metadata: { labels: { app: null, tier: 'x' }, annotations: { note: 'y' } } });
  await change('all', { spec: { containers: [{ name: 'main', image: 'nginx:2' }], activeDeadlineSeconds: 600, tolerations: [{ key: 'a', operator: 'Exists' }] } });
  await change('all', { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '200m' } } }] } }, '/resize');
  const debug = { name: 'debug', image: 'busybox', envFrom: [{ configMapRef: { name: 'settings', optional: true } }] };
  await change('all', { spec: { ephemeralContainers: [debug] } }, '/ephemeralcontainers');
  const { metadata, spec } = await copyOf('all');
  expect(metadata).toMatchObject({ labels: { tier: 'x' }, annotations: { note: 'y' } });
  expect(metadata?.labels).not.toHaveProperty('app');
  expect(spec).toMatchObject({ activeDeadlineSeconds: 600, containers: [{ image: 'nginx:2', resources: { requests: { cpu: '200m' } } }] });
  expect(spec?.tolerations).toContainEqual({ key: 'a', operator: 'Exists' });
  expect(spec?.ephemeralContainers).toMatchObject([{ name: 'debug', envFrom: [{ configMapRef: { name: physicalName('settings', 'default') } }] }]);
  expect(await said('all', 'FailedUpdatePod')).toEqual([]);
});

it('brings an ephemeral container that came before the copy', async () => {
  await create('early');
  const early = await virtual().call<Pod>('PATCH', `${HOME}/pods/early/ephemeralcontainers`, {
    ...{ body: { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } }, contentType: 'application/strategic-merge-patch+json' },
  });
  await eventually(() => expect(stored('early').spec?.ephemeralContainers).toHaveLength(1));
  expect(await place(stored('early'))).toEqual({ result: 'created' });
  await updatePod(fleet, refOf(early));
  expect((await copyOf('early')).spec?.ephemeralContainers).toMatchObject([{ name: 'debug' }]);
});

it('says what the physical cluster refuses, makes the other changes, and does not try again', async () => {
  const pod = await placed('refused');
  // A node of the physical cluster that cannot resize; nothing at home says so yet.
  const containerStatuses = [{ name: 'main', image: 'nginx:1', imageID: '', ready: true, restartCount: 0, state: { running: {} } }];
  await physical().merge(`${MOUNT}/pods/${physicalName('refused', 'default')}/status`, { status: { containerStatuses } });
  await change('refused', { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '200m' } } }] } }, '/resize');
  await change('refused', { metadata: { labels: { fresh: 'x' } } });
  const { metadata, spec } = await copyOf('refused');
  expect([metadata?.labels?.fresh, spec?.containers[0]?.resources?.requests?.cpu]).toEqual(['x', '100m']);
  const events = await said('refused', 'FailedUpdatePod');
  expect(events).toEqual(['Failed to update pod: the physical cluster refuses resources of container main (422 Invalid: spec)']);
  await updatePod(fleet, refOf(pod));
  expect((await copyOf('refused')).metadata?.resourceVersion).toBe(metadata?.resourceVersion);
});

it('does not let a refused part take the others along', async () => {
  await forbid('object.spec.containers.exists(c, c.image.startsWith("forbidden"))', 'forbidden');
  await placed('partly');
  await change('partly', { spec: { containers: [{ name: 'main', image: 'forbidden/nginx' }], activeDeadlineSeconds: 600 }, metadata: { labels: { fresh: 'x' } } });
  const { metadata, spec } = await copyOf('partly');
  expect([metadata?.labels?.fresh, spec?.activeDeadlineSeconds, spec?.containers[0]?.image]).toEqual(['x', 600, 'nginx:1']);
  expect(await said('partly', 'FailedUpdatePod')).toEqual([expect.stringMatching(/refuses image of container main \(422 Invalid\)$/)]);
});

it('waits for classes that the physical cluster does not have', async () => {
  const runtimeClass = { metadata: { name: 'sandboxed' }, handler: 'h', overhead: { podFixed: { cpu: '250m' } } };
  await virtual().create('/apis/node.k8s.io/v1/runtimeclasses', runtimeClass);
  const pod = await create('sandboxed', { runtimeClassName: 'sandboxed' });
  expect(pod.spec?.overhead).toEqual({ cpu: '250m' });
  expect(await place(pod)).toMatchObject({ result: 'waiting', reason: 'WaitingForDependency: Waiting for RuntimeClass sandboxed (spec.runtimeClassName): not found in the physical cluster' });
  await physical().create('/apis/node.k8s.io/v1/runtimeclasses', { ...runtimeClass, overhead: { podFixed: { cpu: '100m' } } });
  await eventually(async () => expect(await place(pod)).toEqual({ result: 'created' }));
  expect((await copyOf('sandboxed')).spec).toMatchObject({ runtimeClassName: 'sandboxed', overhead: { cpu: '100m' } });
});

/** Has the physical API server refuse pods for which an expression holds. */
async function forbid(expression: string, name: string): Promise<void> {
  const admission = '/apis/admissionregistration.k8s.io/v1';
  await physical().create(`${admission}/validatingadmissionpolicies`, {
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] }] },
      validations: [{ expression: `!(${expression})`, reason: 'Invalid' }],
    },
  });
  await physical().create(`${admission}/validatingadmissionpolicybindings`, { metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } });
  const probe = { metadata: { generateName: 'probe-' }, spec: { containers: [{ name: 'c', image: 'forbidden/x' }] } };
  await eventually(async () => await expect(physical().create(`${MOUNT}/pods?dryRun=All`, probe)).rejects.toThrow('422'), { within: 20_000 });
}
