import type { Pod } from 'kubernetes-types/core/v1';
import pLimit from 'p-limit';
import { METADATA_ONLY } from '../../../kube/requester';
import { now } from '../measure/clock';
import { pod, podNames, PODS_PATH, type PodOptions } from './manifests';
import type { Rig } from './rig';

/** Requests of the bench at the same time. */
const PARALLEL = 32;

type Change = (pod: Pod, index: number) => Pod;

/** Pods that were posted. */
export interface Posted {
  readonly names: readonly string[];
  /** By name, as the API server answered. */
  readonly uids: ReadonlyMap<string, string>;
  /** Just before the first POST. */
  readonly since: number;
}

/** Posts one pod; `since` is the instant before the request. */
export async function postPod({ virtual }: Rig, options: PodOptions, change: (pod: Pod) => Pod = (same) => same): Promise<{ since: number; uid: string }> {
  const body = change(pod(options));
  const since = now();
  const created = await virtual.api.call<{ metadata: { uid: string } }>('POST', PODS_PATH, { body, accept: METADATA_ONLY });
  return { since, uid: created.metadata.uid };
}

/** Posts `count` ordinary pods, 32 at a time. @param change makes something else of each. Default nothing. */
export async function postPods(rig: Rig, prefix: string, count: number, change: Change = (pod) => pod): Promise<Posted> {
  const limit = pLimit(PARALLEL);
  const names = podNames(prefix, count);
  const since = now();
  const post = async (name: string, index: number) => [name, (await postPod(rig, { name }, (pod) => change(pod, index))).uid] as const;
  return { names, uids: new Map(await Promise.all(names.map((name, index) => limit(() => post(name, index))))), since };
}

/** Deletes pods, 32 at a time, as `kubectl delete` would; resolves when the API server has accepted all. */
export async function deletePods({ virtual }: Rig, names: readonly string[]): Promise<void> {
  const limit = pLimit(PARALLEL);
  await Promise.all(names.map((name) => limit(() => virtual.api.call('DELETE', `${PODS_PATH}/${name}`, { accept: METADATA_ONLY }))));
}

/** Waits until these pods are gone on both sides, and returns the last arrival. */
export async function untilGone({ watches }: Rig, names: readonly string[], within: number): Promise<number> {
  const [virtual, physical] = await Promise.all([
    watches.virtualPods.until(names, 'gone', { within }),
    watches.physicalPods.until(names, 'gone', { within }),
  ]);
  return Math.max(virtual, physical);
}

/** Removes whatever pods a failed scenario left; resolves when none is listed any more. */
export async function clearPods({ virtual, watches }: Rig): Promise<void> {
  const { items } = await virtual.api.get<{ items: { metadata: { name: string } }[] }>(PODS_PATH);
  const names = items.map(({ metadata }) => metadata.name);
  if (names.length === 0) return;
  await virtual.api.delete(PODS_PATH);
  await watches.virtualPods.until(names, 'gone', { within: 60_000 });
}
