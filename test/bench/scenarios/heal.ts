import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, Pod } from 'kubernetes-types/core/v1';
import { Label, SYSTEM_NAMESPACE, Taint, WORKER_NAMESPACE } from '../../../api/names/keys';
import { physicalName } from '../../../domain/pods';
import { pollUntil } from '../../../local/processes/poll';
import { now } from '../measure/clock';
import type { Outcome, Scenario } from '../result';
import { run } from '../rig/install';
import { BINDING, KUBECONFIG_SECRET, POD_NAMESPACE, PODS_PATH } from '../rig/manifests';
import { deletePods, postPods, untilGone } from '../rig/pods';
import type { Rig } from '../rig/rig';

const PODS = 50;
const WITHIN = 120_000;
/** What the physical cluster says of its pods while nobody can ask. */
const REASON = 'BenchHeal';
const SECRET = `/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets/${KUBECONFIG_SECRET}`;

/** The network to the physical cluster is cut until its nodes say so; meanwhile every pod over there changes. */
export const heal: Scenario = {
  name: 'heal',
  title: 'the network to the physical cluster is cut and healed',
  needsPods: true,
  manner: 'loud',
  run: async (rig) => {
    const direct = (await rig.virtual.api.get<{ data: object }>(SECRET)).data;
    await useTheLink(rig);
    const { names } = await postPods(rig, 'heal', PODS);
    await rig.watches.virtualPods.until(names, 'running', { within: WITHIN });
    const outcome = await cutAndHeal(rig, names);
    await rig.virtual.api.merge(SECRET, { data: direct });
    await deletePods(rig, names);
    await untilGone(rig, names, WITHIN);
    return outcome;
  },
};

async function cutAndHeal(rig: Rig, names: readonly string[]): Promise<Outcome> {
  rig.physical.cut();
  try {
    await pollUntil(async () => (await countUnreachable(rig)) > 0, { what: 'the nodes to say that the cluster is unreachable', within: WITHIN });
    const path = (name: string) => `/api/v1/namespaces/${WORKER_NAMESPACE}/pods/${physicalName(name, POD_NAMESPACE)}/status`;
    await Promise.all(names.map((name) => rig.physical.api.merge(path(name), { status: { reason: REASON } })));
  } finally {
    rig.physical.heal();
  }
  const since = now();
  const status = async () => (await rig.virtual.api.get<{ items: Pod[] }>(PODS_PATH)).items.filter((pod) => pod.status?.reason === REASON).length >= names.length;
  await pollUntil(status, { what: 'the status of every pod to be right', within: WITHIN, every: 50 });
  const right = (now() - since) / 1000;
  await pollUntil(async () => (await countUnreachable(rig)) === 0, { what: 'the nodes to be reachable again', within: WITHIN, every: 50 });
  const reachable = (now() - since) / 1000;
  return {
    measurements: [
      { metric: 'heal.status', title: `a cut network is healed → the status of ${names.length} pods is right`, value: right, unit: 's' },
      { metric: 'heal.nodes', title: 'a cut network is healed → no node says unreachable', value: reachable, unit: 's' },
    ],
    violations: [],
  };
}

/** Gives the binding credentials for the address that can be cut. */
export async function useTheLink(rig: Rig): Promise<void> {
  await rig.virtual.api.merge(SECRET, { stringData: { kubeconfig: await linkedKubeconfig(rig) } });
}

/** How many nodes say so. */
export async function countUnreachable({ virtual }: Rig): Promise<number> {
  const { items } = await virtual.api.get<{ items: Node[] }>(`/api/v1/nodes?labelSelector=${encodeURIComponent(`${Label.ClusterBinding}=${BINDING}`)}`);
  return items.filter(({ spec }) => spec?.taints?.some(({ key }) => key === Taint.ClusterUnreachable)).length;
}

async function linkedKubeconfig({ physical }: Rig): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kubeocean-bench-'));
  const file = join(folder, 'linked.kubeconfig');
  await run('kubeconfig', '--kubeconfig', physical.linkedKubeconfig, '--output', file);
  const text = await readFile(file, 'utf8');
  await rm(folder, { recursive: true });
  return text;
}
