import type { ConfigMap, PersistentVolumeClaim, Pod, Secret } from 'kubernetes-types/core/v1';
import { Taint, WORKER_NAMESPACE } from '../../api/names/keys';
import { physicalName } from '../../domain/pods';
import type { Rest } from '../../local/clusters/rest';
import { isRunning, virtualUidOf } from '../../local/demo/observe';
import { bind } from '../../local/demo/steps/bind';
import { install } from '../../local/demo/steps/install';
import type { Lender, Walk } from '../../local/demo/walk';
import { eventually } from './eventually';
import { openTestWalk, type TestWalk } from './walk';

const PLURALS = { ConfigMap: 'configmaps', Secret: 'secrets', PersistentVolumeClaim: 'persistentvolumeclaims' } as const;
export type Kind = keyof typeof PLURALS;
/** Any of the kinds; a test looks at the fields of the one it asked for. */
export type Stored = ConfigMap & Secret & PersistentVolumeClaim;

/** Namespace of the virtual cluster in which everything happens, and the mount namespace. */
export const HOME = '/api/v1/namespaces/default';
export const MOUNT = `/api/v1/namespaces/${WORKER_NAMESPACE}`;

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
export const pluralOf = (kind: Kind): string => PLURALS[kind];

/** Two bound clusters, pods that land in the first of them, and what pods name. */
export class Needs {
  static async open(copyRetention: number): Promise<Needs> {
    const open = await openTestWalk();
    const walk = { ...open.walk, settings: { KUBEOCEAN_COPY_RETENTION_MS: `${copyRetention}` } };
    for (const step of [install, bind]) await step.run(walk);
    return new Needs(open);
  }

  private constructor(private readonly open: TestWalk) {}

  close(): Promise<void> {
    return this.open.close();
  }

  get walk(): Walk {
    return this.open.walk;
  }

  get lender(): Lender {
    return this.walk.lenders[0];
  }

  get virtual(): Rest {
    return this.walk.stack.virtual.api;
  }

  get physical(): Rest {
    return this.lender.cluster.api;
  }

  put(kind: Kind, name: string, content: object): Promise<Stored> {
    const { metadata } = content as { metadata?: object };
    return this.virtual.create<Stored>(`${HOME}/${PLURALS[kind]}`, { ...content, metadata: { name, ...metadata } });
  }

  change(kind: Kind, name: string, patch: object): Promise<Stored> {
    return this.virtual.merge<Stored>(`${HOME}/${PLURALS[kind]}/${name}`, patch);
  }

  async remove(kind: Kind, name: string): Promise<void> {
    await this.virtual.delete(`${HOME}/${PLURALS[kind]}/${name}`);
  }

  original(kind: Kind, name: string): Promise<Stored> {
    return this.virtual.get<Stored>(`${HOME}/${PLURALS[kind]}/${name}`);
  }

  copyPath(kind: Kind, name: string): string {
    return `${MOUNT}/${PLURALS[kind]}/${physicalName(name, 'default')}`;
  }

  copyOf(kind: Kind, name: string): Promise<Stored | null> {
    return this.physical.find<Stored>(this.copyPath(kind, name));
  }

  /** Waits until the copy has what is expected. */
  async copyIs(kind: Kind, name: string, expected: object): Promise<Stored> {
    return await eventually(async () => {
      const copy = await this.copyOf(kind, name);
      expect(copy).toMatchObject(expected);
      return copy!;
    });
  }

  async copyIsGone(kind: Kind, name: string): Promise<void> {
    await eventually(async () => expect(await this.copyOf(kind, name)).toBeNull(), { within: 20_000 });
  }

  /** A pod that the scheduler puts onto a virtual node of the cluster, the first one unless told otherwise. */
  async createPod(name: string, spec: object, clusterId = this.lender.clusterId): Promise<void> {
    const containers = [{ name: 'main', image: 'nginx' }];
    const tolerations = [{ key: Taint.Vnode, operator: 'Exists' }];
    const nodeSelector = { 'kubeocean.io/physical-cluster-id': clusterId };
    await this.virtual.create(`${HOME}/pods`, { metadata: { name }, spec: { containers, tolerations, nodeSelector, ...spec } });
  }

  pod(name: string): Promise<Pod> {
    return this.virtual.get<Pod>(`${HOME}/pods/${name}`);
  }

  async runs(name: string): Promise<Pod> {
    return await eventually(async () => {
      const found = await this.pod(name);
      expect(isRunning(found)).toBe(true);
      return found;
    });
  }

  async deletePod(name: string): Promise<void> {
    await this.virtual.delete(`${HOME}/pods/${name}`);
    await eventually(async () => expect(await this.virtual.find(`${HOME}/pods/${name}`)).toBeNull());
  }

  /** Null when there is none. */
  async findPhysical({ metadata }: Pod): Promise<Pod | null> {
    const { items } = await this.physical.get<{ items: Pod[] }>(`${MOUNT}/pods`);
    return items.find((one) => virtualUidOf(one) === metadata?.uid) ?? null;
  }

  /** @throws Error when there is none */
  async physicalPod(pod: Pod): Promise<Pod> {
    const found = await this.findPhysical(pod);
    if (found === null) throw new Error(`${pod.metadata?.name} has no physical pod`);
    return found;
  }

  /** What the events about a pod with that reason say. */
  async said(name: string, reason: string): Promise<string[]> {
    const { metadata } = await this.pod(name);
    const query = `fieldSelector=involvedObject.uid%3D${metadata?.uid}`;
    const { items } = await this.virtual.get<{ items: { reason: string; message: string }[] }>(`${HOME}/events?${query}`);
    return items.filter((event) => event.reason === reason).map(({ message }) => message);
  }

  /** The pod waits, and exactly one event says for what. */
  async waitsFor(name: string, text: string): Promise<void> {
    await eventually(async () => expect(await this.said(name, 'WaitingForDependency')).toEqual([expect.stringContaining(text)]));
    const pod = await this.pod(name);
    expect([pod.status?.phase, await this.findPhysical(pod)]).toEqual(['Pending', null]);
  }
}

/** Part of a pod's spec that mounts one object. */
export function using(kind: Kind, name: string, optional = false): object {
  if (kind === 'PersistentVolumeClaim') return { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: name } }] };
  if (kind === 'Secret') return { volumes: [{ name: 'v', secret: { secretName: name, optional } }] };
  return { volumes: [{ name: 'v', configMap: { name, optional } }] };
}
