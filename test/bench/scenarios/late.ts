import type { Event, Pod } from 'kubernetes-types/core/v1';
import { pollUntil } from '../../../local/processes/poll';
import { now } from '../measure/clock';
import { spread } from '../measure/statistics';
import type { Scenario } from '../result';
import { POD_NAMESPACE } from '../rig/manifests';
import { deletePods, postPods, untilGone } from '../rig/pods';
import type { Rig } from '../rig/rig';

const PODS = 20;
const WITHIN = 60_000;
const HOME = `/api/v1/namespaces/${POD_NAMESPACE}`;

/** Pods wait for ConfigMaps that are not there; these appear one after the other. */
export const late: Scenario = {
  name: 'late',
  title: 'what pods wait for appears',
  needsPods: true,
  run: async (rig) => {
    const { names } = await postPods(rig, 'late', PODS, mounting);
    await pollUntil(async () => (await waiting(rig)) >= PODS, { what: `${PODS} pods to wait`, within: WITHIN });
    const millis: number[] = [];
    for (const name of names) {
      const since = now();
      await rig.virtual.api.create(`${HOME}/configmaps`, { metadata: { name }, data: { key: 'x' } });
      millis.push((await rig.watches.virtualPods.until([name], 'running', { within: WITHIN })) - since);
    }
    await deletePods(rig, names);
    await untilGone(rig, names, WITHIN);
    for (const name of names) await rig.virtual.api.delete(`${HOME}/configmaps/${name}`);
    const measurements = Object.entries(spread(millis)).map(([rank, value]) => ({ metric: `late.${rank}`, title: `a missing ConfigMap appears → its pod Running, ${rank}`, value, unit: 'ms' as const }));
    return { measurements, violations: [] };
  },
};

function mounting(pod: Pod): Pod {
  return { ...pod, spec: { ...pod.spec, containers: pod.spec?.containers ?? [], volumes: [{ name: 'v', configMap: { name: pod.metadata?.name } }] } };
}

async function waiting({ virtual }: Rig): Promise<number> {
  const { items } = await virtual.api.get<{ items: Event[] }>(`${HOME}/events?fieldSelector=reason%3DWaitingForDependency`);
  return new Set(items.map(({ involvedObject }) => involvedObject.name).filter((name) => name?.startsWith('late-'))).size;
}
