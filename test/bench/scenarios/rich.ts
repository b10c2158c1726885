import type { ConfigMap } from 'kubernetes-types/core/v1';
import { WORKER_NAMESPACE } from '../../../api/names/keys';
import { physicalName } from '../../../domain/pods';
import { now } from '../measure/clock';
import { observed } from '../measure/observed';
import { spread } from '../measure/statistics';
import { watchStream } from '../measure/watch-stream';
import type { Measurement, Scenario } from '../result';
import { POD_NAMESPACE } from '../rig/manifests';
import { createNeeds, needing, removeNeeds, SHARED_CONFIG } from '../rig/needs';
import { postPods } from '../rig/pods';
import type { Rig } from '../rig/rig';
import { faultsOf } from './burst';
import { cpuPerPod, requestsPerPod } from './costs';
import { deleteAll } from './delete-all';

const PODS = 300;
const UPDATES = 10;
const WITHIN = { within: 300_000 };

/** Pods as people write them, with what they need; then a ConfigMap that all of them use changes, again and again. */
export const rich: Scenario = {
  name: 'rich',
  title: `a burst of ${PODS} pods with two ConfigMaps, a Secret, a token and a claim`,
  needsPods: true,
  manner: 'loud',
  run: async (rig) => {
    await createNeeds(rig);
    const { result, cost } = await observed(rig, async () => {
      const posted = await postPods(rig, 'rich', PODS, needing);
      return { posted, running: ((await rig.watches.virtualPods.until(posted.names, 'running', WITHIN)) - posted.since) / 1000 };
    });
    const { posted, running } = result;
    const violations = await faultsOf(rig, posted);
    const updates = await updateShared(rig);
    const [gone] = await deleteAll(rig, posted.names);
    await removeNeeds(rig);
    return {
      measurements: [
        { metric: 'rich.running', title: `${PODS} pods with what they need: all Running`, value: running, unit: 's' },
        { metric: 'rich.rate', title: 'pods Running', value: PODS / running, unit: 'pods/s' },
        requestsPerPod('rich.requests', cost.requests, PODS),
        ...cpuPerPod('rich', cost, PODS),
        ...updates,
        ...(gone === undefined ? [] : [{ ...gone, metric: 'rich.gone' }]),
      ],
      violations,
    };
  },
};

/** PATCH of the ConfigMap → its copy has the content. */
async function updateShared({ virtual, physical }: Rig): Promise<Measurement[]> {
  let arrived: (version: string, at: number) => void = () => undefined;
  const fail: { error?: Error } = {};
  const name = physicalName('rich-shared', POD_NAMESPACE);
  const path = `/api/v1/namespaces/${WORKER_NAMESPACE}/configmaps?fieldSelector=metadata.name%3D${name}`;
  const end = await watchStream<ConfigMap>(physical, { path }, {
    onEvent: ({ object }, at) => arrived(object.data?.version ?? '', at),
    onEnd: (error) => (fail.error = error),
  });
  const millis: number[] = [];
  for (let version = 1; version <= UPDATES; version += 1) {
    const since = now();
    const copied = new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(fail.error ?? new Error(`version ${version} of the ConfigMap did not come`)), 30_000);
      arrived = (seen, at) => {
        if (seen !== String(version)) return;
        clearTimeout(timer);
        resolve(at);
      };
    });
    await virtual.api.merge(SHARED_CONFIG, { data: { version: String(version) } });
    millis.push((await copied) - since);
  }
  await end();
  return Object.entries(spread(millis)).map(([rank, value]) => ({
    ...{ metric: `rich.update.${rank}`, title: `a ConfigMap of ${PODS} pods changes → its copy, ${rank}`, value },
    ...{ unit: 'ms' as const, note: rank === 'p50' ? `${UPDATES} updates` : undefined },
  }));
}
