/** What abandoning a physical cluster takes out of the virtual one, on a real API server and without any physical cluster. */
import type { Node } from 'kubernetes-types/core/v1';
import { Fleet } from '../../../activities/fleet/fleet';
import { BY_BINDING, openVirtualCluster } from '../../../activities/fleet/virtual-cluster';
import { detachNodes } from '../../../activities/node/detach-nodes';
import { Annotation, Finalizer, Label, MANAGED_BY, WORKER_NAMESPACE } from '../../../api/names/keys';
import { createKubeClient, loadKubeconfig } from '../../../kube';
import { run } from '../../bench/rig/install';
import { BINDING, BINDINGS_PATH, clusterBinding } from '../../bench/rig/manifests';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { eventually } from '../../support/eventually';
import { untilPodsAreWelcome } from '../../support/pods-welcome';
import { PODS } from '../../support/reclaim/rig';

const BINDING_PATH = `${BINDINGS_PATH}/${BINDING}`;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const MINE = Array.from({ length: 40 }, (_, index) => `mine-${index}`);
const OTHER = 'of-another-binding';

let servers: ApiServers;
let fleet: Fleet;
let ref: { name: string; uid: string };
const api = () => servers.first.api;

beforeAll(async () => {
  servers = await startApiServers();
  await run('install', '--role', 'virtual', '--kubeconfig', servers.first.kubeconfig);
  const binding = await api().create<{ metadata: { uid: string } }>(BINDINGS_PATH, clusterBinding(WORKER_NAMESPACE));
  ref = { name: BINDING, uid: binding.metadata.uid };
  await api().merge(BINDING_PATH, { metadata: { finalizers: [Finalizer.ClusterBindingManager] } });
  const failed = (error: unknown) => console.error(error);
  fleet = new Fleet(await openVirtualCluster(createKubeClient(loadKubeconfig(servers.first.kubeconfig)), failed), failed);
  await fleet.virtual.synced();
  await untilPodsAreWelcome(api(), 'default');
  for (const name of MINE) await createVnode(name, BINDING);
  await createVnode(OTHER, 'another');
  await eventually(() => expect(listed()).toBe(MINE.length));
});

afterAll(async () => {
  await fleet?.close();
  await servers?.stop();
});

async function createVnode(name: string, binding: string): Promise<void> {
  const labels = { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: binding };
  await api().create('/api/v1/nodes', { metadata: { name, labels, annotations: { [Annotation.PhysicalNodeName]: name }, finalizers: [Finalizer.Vnode] } });
  await api().create(LEASES, { metadata: { name, labels: { [Label.ManagedBy]: MANAGED_BY } } });
  await api().create(PODS, { metadata: { name }, spec: { nodeName: name, containers: [{ name: 'main', image: 'nginx' }] } });
}

const listed = () => fleet.virtual.nodes.store.by(BY_BINDING, BINDING).length;

/** Names of everything that the vnodes of this file consist of. */
async function present(): Promise<Record<string, readonly string[]>> {
  const known = [...MINE, OTHER];
  const names = async (path: string) => (await api().get<{ items: Node[] }>(path)).items.map(({ metadata }) => metadata?.name ?? '').filter((name) => known.includes(name)).sort();
  return { nodes: await names('/api/v1/nodes'), leases: await names(LEASES), pods: await names(PODS) };
}

const ALL = [...MINE, OTHER].sort();

it.each([
  ['nobody has given up', {}],
  ['is marked, but not being deleted', { [Annotation.Abandon]: 'yes' }],
])('leaves the vnodes of a binding alone that %s', async (_, annotations) => {
  await api().merge(BINDING_PATH, { metadata: { annotations } });
  expect(await detachNodes(fleet, ref)).toBe(0);
  expect(await present()).toEqual({ nodes: ALL, leases: ALL, pods: ALL });
});

it('leaves them alone where the abandoned binding is another one of that name', async () => {
  await api().merge(BINDING_PATH, { metadata: { annotations: { [Annotation.Abandon]: 'yes' } } });
  await api().delete(BINDING_PATH);
  expect(await detachNodes(fleet, { ...ref, uid: 'of-an-earlier-one' })).toBe(0);
  expect(await present()).toEqual({ nodes: ALL, leases: ALL, pods: ALL });
});

it('takes the vnodes of an abandoned binding away, with pods and heartbeats, and nothing of another', async () => {
  await eventually(async () => {
    await detachNodes(fleet, ref);
    expect(await present()).toEqual({ nodes: [OTHER], leases: [OTHER], pods: [OTHER] });
  });
  await eventually(() => expect(listed()).toBe(0));
  expect(await detachNodes(fleet, ref)).toBe(0);
});
