import type { Event, Pod, PodSpec } from 'kubernetes-types/core/v1';
import { Annotation, Label, Taint, WORKER_NAMESPACE } from '../../api/names/keys';
import { isRunning, uidOf } from '../../local/demo/observe';
import { eventually, type Patience } from './eventually';
import { vnodeOf, type Lending } from './lending';

/** What differs from an ordinary pod. */
export interface PodDifference {
  readonly namespace?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Partial<PodSpec>;
}

/** Pods of the virtual cluster of a {@link Lending} and their copies, by name. */
export class LentPods {
  constructor(private readonly lending: Lending) {}

  /** What a template needs to land on the vnode of a physical node. */
  static on(node: string, spec: Partial<PodSpec> = {}): PodSpec {
    return {
      nodeSelector: { [Label.Hostname]: vnodeOf(node) },
      tolerations: [{ key: Taint.Vnode, operator: 'Exists', effect: 'NoSchedule' }],
      containers: [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '10m' } } }],
      ...spec,
    };
  }

  async create(node: string, name: string, { namespace = 'default', annotations, labels, spec }: PodDifference = {}): Promise<Pod> {
    return await this.lending.virtual.api.create<Pod>(pathOf(namespace), {
      metadata: { name, annotations, labels },
      spec: LentPods.on(node, spec),
    });
  }

  /** Creates a pod, and waits until it runs. */
  async run(node: string, name: string, difference: PodDifference = {}): Promise<Pod> {
    await this.create(node, name, difference);
    return await this.runs(name, difference);
  }

  async runs(name: string, { namespace }: Pick<PodDifference, 'namespace'> = {}, patience: Patience = { within: 20_000 }): Promise<Pod> {
    return await eventually(async () => {
      const pod = await this.find(name, namespace);
      if (pod === null || !isRunning(pod)) throw new Error(`${name} does not run: ${JSON.stringify(pod?.status ?? null)}`);
      return pod;
    }, patience);
  }

  /** Null when there is none. */
  async find(name: string, namespace = 'default'): Promise<Pod | null> {
    return await this.lending.virtual.api.find<Pod>(`${pathOf(namespace)}/${name}`);
  }

  /** Every copy, of whichever virtual cluster and binding, in the mount namespace. */
  async copies(): Promise<Pod[]> {
    return (await this.lending.physical.api.get<{ items: Pod[] }>(pathOf(WORKER_NAMESPACE))).items;
  }

  /** The copy that names a pod by UID; undefined when there is none. */
  async copyOf(pod: Pod): Promise<Pod | undefined> {
    return (await this.copies()).find(({ metadata }) => metadata?.annotations?.[Annotation.VirtualPodUid] === uidOf(pod));
  }

  /** Waits until the copy of a pod is as expected, and returns it. */
  async untilCopy(pod: Pod, expectations: (copy: Pod) => void): Promise<Pod> {
    return await eventually(async () => {
      const copy = await this.copyOf(pod);
      if (copy === undefined) throw new Error(`${pod.metadata?.name} has no copy`);
      expectations(copy);
      return copy;
    });
  }

  /** Waits until nothing of a pod, by UID, is left on either side. */
  async untilGone(pods: readonly Pod[], patience: Patience = { within: 20_000 }): Promise<void> {
    await eventually(async () => {
      for (const pod of pods) {
        const { name = '', namespace, uid } = pod.metadata ?? {};
        expect([name, (await this.find(name, namespace))?.metadata?.uid === uid]).toEqual([name, false]);
        expect([name, (await this.copyOf(pod))?.metadata?.name]).toEqual([name, undefined]);
      }
    }, patience);
  }

  async delete(pod: Pod, options: { readonly gracePeriodSeconds?: number } = {}): Promise<void> {
    const { name, namespace = 'default' } = pod.metadata ?? {};
    await this.lending.virtual.api.delete(`${pathOf(namespace)}/${name}`, options);
  }

  /** Deletes a copy as its lender would. */
  async deleteCopy(copy: Pod, options: { readonly gracePeriodSeconds?: number } = {}): Promise<void> {
    await this.lending.physical.api.delete(`${pathOf(WORKER_NAMESPACE)}/${copy.metadata?.name}`, options);
  }

  /** Events about a pod. */
  async events({ metadata }: Pod): Promise<Event[]> {
    const query = `fieldSelector=involvedObject.uid%3D${metadata?.uid}`;
    return (await this.lending.virtual.api.get<{ items: Event[] }>(`/api/v1/namespaces/${metadata?.namespace}/events?${query}`)).items;
  }
}

const pathOf = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;
