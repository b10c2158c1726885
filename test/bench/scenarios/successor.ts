import type { StatefulSet } from 'kubernetes-types/apps/v1';
import type { Pod } from 'kubernetes-types/core/v1';
import { pollUntil } from '../../../local/processes/poll';
import { spread } from '../measure/statistics';
import { watchStream } from '../measure/watch-stream';
import type { Measurement, Scenario } from '../result';
import { pod, POD_NAMESPACE, PODS_PATH } from '../rig/manifests';
import { untilGone } from '../rig/pods';
import type { Rig } from '../rig/rig';

const REPLICAS = 10;
const NAME = 'successor';
const NAMES = Array.from({ length: REPLICAS }, (_, index) => `${NAME}-${index}`);
const SETS = `/apis/apps/v1/namespaces/${POD_NAMESPACE}/statefulsets`;
const WITHIN = 120_000;

/** The pods of a StatefulSet are deleted, then again by force: each name gets its next pod. Controller and scheduler are part of it. */
export const successor: Scenario = {
  name: 'successor',
  title: 'pods of a StatefulSet are replaced under their names',
  needsPods: true,
  run: async (rig) => {
    await rig.virtual.api.create(SETS, statefulSet());
    await pollUntil(() => isReady(rig), { what: `${REPLICAS} pods to be ready`, within: WITHIN });
    const measurements = [...(await replaced(rig, 'deleted')), ...(await replaced(rig, 'forced'))];
    await rig.virtual.api.merge(`${SETS}/${NAME}`, { spec: { replicas: 0 } });
    await pollUntil(async () => (await podsOf(rig)).length === 0, { what: 'its pods to be gone', within: WITHIN });
    await rig.virtual.api.delete(`${SETS}/${NAME}`);
    await untilGone(rig, NAMES, WITHIN);
    return { measurements, violations: [] };
  },
};

/** Deletes all of them at once; the clock of each runs from the moment at which its name is free. */
async function replaced(rig: Rig, how: 'deleted' | 'forced'): Promise<Measurement[]> {
  const before = new Map((await podsOf(rig)).map(({ metadata }) => [metadata?.name, metadata?.uid]));
  const freed = new Map<string, number>();
  const [bound, took] = [new Map<string, number>(), new Map<string, number>()];
  const broken: Error[] = [];
  const end = await watchStream<Pod>(rig.virtual, { path: `${PODS_PATH}?labelSelector=app%3D${NAME}` }, {
    onEvent: ({ type, object }, at) => {
      const { name = '', uid } = object.metadata ?? {};
      if (before.get(name) !== uid) noteSuccessor(object, at - (freed.get(name) ?? at), { bound, took });
      else if (type === 'DELETED') freed.set(name, at);
    },
    onEnd: (error) => broken.push(error),
  });
  await Promise.all(NAMES.map((name) => rig.virtual.api.delete(`${PODS_PATH}/${name}${how === 'forced' ? '?gracePeriodSeconds=0' : ''}`)));
  const isDone = () => {
    if (broken[0] !== undefined) throw broken[0];
    return Promise.resolve(took.size === REPLICAS);
  };
  await pollUntil(isDone, { what: `${REPLICAS} successors to run`, within: WITHIN }).finally(end);
  const title = how === 'forced' ? 'a name is free, by force → its next pod Running' : 'a name is free → its next pod Running';
  const others = spread([...bound.values()]);
  return Object.entries(spread([...took.values()])).map(([rank, value]) => ({
    ...{ metric: `successor.${how}.${rank}`, title: `${title}, ${rank}`, value, unit: 'ms' as const },
    note: `${Math.round(others[rank as keyof typeof others])} ms until it has a node`,
  }));
}

/** The first time that each arrives there. */
function noteSuccessor({ metadata: { name = '' } = {}, spec, status }: Pod, since: number, { bound, took }: Record<'bound' | 'took', Map<string, number>>): void {
  if (spec?.nodeName !== undefined && !bound.has(name)) bound.set(name, since);
  if (status?.phase === 'Running' && !took.has(name)) took.set(name, since);
}

function statefulSet(): object {
  const { spec } = pod({ name: NAME });
  const labels = { app: NAME };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: NAME },
    spec: {
      ...{ replicas: REPLICAS, podManagementPolicy: 'Parallel', serviceName: NAME },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { ...spec, terminationGracePeriodSeconds: 1 } },
    },
  };
}

async function isReady({ virtual }: Rig): Promise<boolean> {
  return (await virtual.api.get<StatefulSet>(`${SETS}/${NAME}`)).status?.readyReplicas === REPLICAS;
}

async function podsOf({ virtual }: Rig): Promise<Pod[]> {
  return (await virtual.api.get<{ items: Pod[] }>(`${PODS_PATH}?labelSelector=app%3D${NAME}`)).items;
}
