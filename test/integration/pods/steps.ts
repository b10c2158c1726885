import { readFile } from 'node:fs/promises';
import type { Event, Pod } from 'kubernetes-types/core/v1';
import { portsOf } from '../../../activities/audit/audit-bindings';
import { lookOnce } from '../../../activities/audit/look';
import { repairBinding } from '../../../activities/audit/repair-binding';
import { Fleet } from '../../../activities/fleet/fleet';
import { openVirtualCluster } from '../../../activities/fleet/virtual-cluster';
import { NOBODY } from '../../../activities/observer';
import { deletePod } from '../../../activities/pod/delete-pod';
import { placePod } from '../../../activities/pod/place-pod';
import { updatePod } from '../../../activities/pod/update-pod';
import { SYSTEM_NAMESPACE, WORKER_NAMESPACE } from '../../../api/names/keys';
import type { ClusterBinding, ClusterBindingSpec } from '../../../api/names/types';
import type { Finding } from '../../../domain/audit';
import { physicalName, type PodObject } from '../../../domain/pods';
import { createKubeClient, loadKubeconfig } from '../../../kube';
import type { ClusterOptions } from '../../../local/clusters/control-plane';
import type { Rest } from '../../../local/clusters/rest';
import type { CreateOutcome, VirtualPodRef } from '../../../workflows/contracts/activities';
import type { DeleteRequested } from '../../../workflows/contracts/virtual-pod';
import { install } from '../../bench/rig/install';
import { BINDING, BINDINGS_PATH, clusterBinding, KUBECONFIG_SECRET } from '../../bench/rig/manifests';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { eventually } from '../../support/eventually';
import { untilPodsAreWelcome } from '../../support/pods-welcome';

const HOME = '/api/v1/namespaces/default';
/** The mount namespace. */
export const MOUNT = `/api/v1/namespaces/${WORKER_NAMESPACE}`;

/** The activities of pods, one step at a time, on real API servers; nothing runs there. */
export class PodSteps {
  private constructor(
    private readonly servers: ApiServers,
    private readonly fleet: Fleet,
    private readonly found: { readonly bindingUid: string; readonly attempts: boolean[] },
  ) {}

  /** @param options of both API servers */
  static async open(options: ClusterOptions = {}): Promise<PodSteps> {
    const servers = await startApiServers(2, options);
    const [home, lender] = [servers.first, servers.clusters[1]!];
    await install(home, lender);
    const kubeconfig = await readFile(lender.kubeconfig, 'utf8');
    await home.api.create(`/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets`, { metadata: { name: KUBECONFIG_SECRET }, stringData: { kubeconfig } });
    const binding = await home.api.create<ClusterBinding>(BINDINGS_PATH, clusterBinding(WORKER_NAMESPACE));
    const failed = (error: unknown) => console.error(error);
    const attempts: boolean[] = [];
    const observer = { ...NOBODY, podPlaced: (_: string, created: boolean) => void attempts.push(created) };
    const fleet = new Fleet(await openVirtualCluster(createKubeClient(loadKubeconfig(home.kubeconfig)), failed), failed, observer);
    await fleet.virtual.synced();
    await Promise.all([untilPodsAreWelcome(home.api, 'default'), untilPodsAreWelcome(lender.api, WORKER_NAMESPACE)]);
    return new PodSteps(servers, fleet, { bindingUid: binding.metadata.uid, attempts });
  }

  async close(): Promise<void> {
    await this.fleet.close();
    await this.servers.stop();
  }

  /** Of each create step so far, whether it has made a copy. */
  get attempts(): readonly boolean[] {
    return this.found.attempts;
  }

  /** What the audit finds now. */
  async findings(): Promise<readonly Finding[]> {
    return (await lookOnce(portsOf(this.fleet), [BINDING])).findings;
  }

  /** What a workflow does once somebody has confirmed these findings. */
  repair(findings: readonly Finding[]): Promise<void> {
    return repairBinding(this.fleet, { name: BINDING, uid: this.found.bindingUid }, findings.map(({ id }) => id));
  }

  get virtual(): Rest {
    return this.servers.first.api;
  }

  get physical(): Rest {
    return this.servers.clusters[1]!.api;
  }

  /** A pod at home that is bound to a vnode and in the list that the activities read. */
  async create(name: string, spec: object = {}): Promise<Pod> {
    const main = { name: 'main', image: 'nginx:1', resources: { requests: { cpu: '100m' } } };
    await this.virtual.create(`${HOME}/pods`, { metadata: { name, labels: { app: name } }, spec: { nodeName: 'vnode-east-n1', containers: [main], ...spec } });
    return await eventually(() => this.stored(name));
  }

  /** From that list. */
  stored(name: string): Pod {
    const pod = this.fleet.virtual.pods.store.get(`default/${name}`);
    if (pod === undefined) throw new Error(`${name} is not in the list`);
    return pod;
  }

  place(pod: Pod): Promise<CreateOutcome> {
    return placePod(this.fleet, this.refOf(pod), pod as PodObject);
  }

  /** What the watch does about a copy that has to go. */
  stop(pod: Pod, request: DeleteRequested): ReturnType<typeof deletePod> {
    return deletePod(this.fleet, this.refOf(pod), request);
  }

  update(pod: Pod): Promise<void> {
    return updatePod(this.fleet, this.refOf(pod));
  }

  /** A pod with a copy that has been bound. */
  async placed(name: string, spec: object = {}): Promise<Pod> {
    const pod = await this.create(name, spec);
    expect(await this.place(pod)).toEqual({ result: 'created' });
    const target = { apiVersion: 'v1', kind: 'Node', name: 'n1' };
    await this.physical.create(`${this.copyPath(name)}/binding`, { metadata: { name: physicalName(name, 'default') }, target });
    return pod;
  }

  copyPath(name: string): string {
    return `${MOUNT}/pods/${physicalName(name, 'default')}`;
  }

  copyOf(name: string): Promise<Pod> {
    return this.physical.get<Pod>(this.copyPath(name));
  }

  /** Changes the pod at home, by a subresource if there is one, and waits until the list shows it. */
  async patch(name: string, patch: { metadata?: object; spec?: object }, subresource = ''): Promise<Pod> {
    const contentType = 'application/strategic-merge-patch+json';
    const changed = await this.virtual.call<Pod>('PATCH', `${HOME}/pods/${name}${subresource}`, { body: patch, contentType });
    await eventually(() => expect(this.stored(name).metadata?.resourceVersion).toBe(changed.metadata?.resourceVersion));
    return changed;
  }

  /** The same, and carries it over. */
  async change(name: string, patch: { metadata?: object; spec?: object }, subresource = ''): Promise<void> {
    await this.update(await this.patch(name, patch, subresource));
  }

  /** What the events about a pod with that reason say. */
  async said(name: string, reason: string): Promise<string[]> {
    const { items } = await this.virtual.get<{ items: Event[] }>(`${HOME}/events`);
    return items.filter(({ involvedObject, reason: found }) => involvedObject.name === name && found === reason).map(({ message = '' }) => message);
  }

  /** Edits the binding and waits until the activities see it. */
  async bind(spec: Partial<ClusterBindingSpec> | Readonly<Record<string, null>>): Promise<void> {
    const { metadata } = await this.virtual.merge<ClusterBinding>(`${BINDINGS_PATH}/${BINDING}`, { spec });
    await eventually(() => expect(this.fleet.binding(BINDING, this.found.bindingUid)?.metadata.generation).toBe(metadata.generation));
  }

  private refOf({ metadata }: Pod): VirtualPodRef {
    const { name = '', namespace = '', uid = '' } = metadata ?? {};
    return { binding: BINDING, bindingUid: this.found.bindingUid, node: 'n1', pod: { name, namespace, uid } };
  }
}
