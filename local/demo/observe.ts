import type { Node, Pod } from 'kubernetes-types/core/v1';
import { Annotation, Label, MANAGED_BY, WORKER_NAMESPACE } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { GROUP_VERSION } from '../../api/names/group';
import type { Lender, Walk } from './walk';

const list = async <T>({ api }: Lender['cluster'], path: string): Promise<T[]> => (await api.get<{ items: T[] }>(path)).items;

/** The virtual pods of the walk's Deployment, oldest first. */
export async function virtualPods({ stack }: Walk, app = 'web'): Promise<Pod[]> {
  const pods = await list<Pod>(stack.virtual, `/api/v1/namespaces/default/pods?labelSelector=app%3D${app}`);
  return pods.sort((a, b) => created(a).localeCompare(created(b)));
}

/** What stands in one physical cluster for pods of the virtual one. */
export async function physicalPods({ cluster }: Lender): Promise<Pod[]> {
  const selector = encodeURIComponent(`${Label.ManagedBy}=${MANAGED_BY}`);
  return await list<Pod>(cluster, `/api/v1/namespaces/${WORKER_NAMESPACE}/pods?labelSelector=${selector}`);
}

/** The virtual nodes of one binding, by name. */
export async function virtualNodes({ stack }: Walk, { binding }: Lender): Promise<Node[]> {
  const selector = encodeURIComponent(`${Label.ClusterBinding}=${binding}`);
  const nodes = await list<Node>(stack.virtual, `/api/v1/nodes?labelSelector=${selector}`);
  return nodes.sort((a, b) => nameOf(a).localeCompare(nameOf(b)));
}

/** Of one lender, as its API server lists them. */
export async function physicalNodes({ cluster }: Lender): Promise<Node[]> {
  return await list<Node>(cluster, '/api/v1/nodes');
}

/** Null when it is gone. */
export async function binding({ stack }: Walk, name: string): Promise<ClusterBinding | null> {
  return await stack.virtual.api.find<ClusterBinding>(`/apis/${GROUP_VERSION}/clusterbindings/${name}`);
}

/** Empty for what has none. */
export const nameOf = ({ metadata }: { metadata?: { name?: string } }): string => metadata?.name ?? '';
/** Empty for what has none. */
export const uidOf = ({ metadata }: { metadata?: { uid?: string } }): string => metadata?.uid ?? '';
const created = ({ metadata }: Pod): string => `${metadata?.creationTimestamp}/${metadata?.name}`;

/** UIDs, sorted. */
export const uidsOf = (objects: readonly Pod[]): string[] => objects.map(uidOf).sort();

/** UID of the virtual pod for which a physical one stands. */
export const virtualUidOf = ({ metadata }: Pod): string => metadata?.annotations?.[Annotation.VirtualPodUid] ?? '';

/** True for a pod on a virtual node of this lender. */
export function isOn({ clusterId }: Lender, { spec }: Pod): boolean {
  return spec?.nodeName?.startsWith(`vnode-${clusterId}-`) === true;
}

/** True when a pod runs and is ready, and nobody has asked it to go. */
export function isRunning({ metadata, status }: Pod): boolean {
  const ready = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  return status?.phase === 'Running' && ready === true && metadata?.deletionTimestamp === undefined;
}

/** True when the node's Ready condition is True. */
export function isReady({ status }: Node): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}

/** True when a node has a taint of this key and, where it is given, this effect. */
export function isTainted({ spec }: Node, key: string, effect?: string): boolean {
  return spec?.taints?.some((taint) => taint.key === key && (effect === undefined || taint.effect === effect)) === true;
}
