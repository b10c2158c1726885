import type { Deployment } from 'kubernetes-types/apps/v1';
import { pollUntil } from '../../../local/processes/poll';
import { now } from '../measure/clock';
import { observed } from '../measure/observed';
import type { Scenario } from '../result';
import { pod, POD_NAMESPACE, PODS_PATH } from '../rig/manifests';
import type { Rig } from '../rig/rig';
import { cpuPerPod, requestsPerPod } from './costs';

const REPLICAS = 200;
const NAME = 'rolling';
const DEPLOYMENTS = `/apis/apps/v1/namespaces/${POD_NAMESPACE}/deployments`;
const WITHIN = 300_000;

/** Every pod of a Deployment is replaced, a quarter at a time. */
export const rollingUpdate: Scenario = {
  name: 'rolling-update',
  title: `a rolling update of ${REPLICAS} pods`,
  needsPods: true,
  manner: 'loud',
  run: async (rig) => {
    await rig.virtual.api.create(DEPLOYMENTS, deployment());
    await untilRolledOut(rig);
    const { result: seconds, cost } = await observed(rig, async () => {
      const since = now();
      const template = { metadata: { annotations: { 'bench/version': '2' } } };
      await rig.virtual.api.merge(`${DEPLOYMENTS}/${NAME}`, { spec: { template } });
      await untilRolledOut(rig);
      return (now() - since) / 1000;
    });
    await rig.virtual.api.delete(`${DEPLOYMENTS}/${NAME}`);
    await pollUntil(async () => (await podsOf(rig)) === 0, { what: 'its pods to be gone', within: WITHIN });
    return {
      measurements: [
        { metric: 'rolling.done', title: `${REPLICAS} pods replaced`, value: seconds, unit: 's' },
        { metric: 'rolling.rate', title: 'pods replaced', value: REPLICAS / seconds, unit: 'pods/s' },
        requestsPerPod('rolling.requests', cost.requests, REPLICAS),
        ...cpuPerPod('rolling', cost, REPLICAS),
      ],
      violations: [],
    };
  },
};

function deployment(): object {
  const { spec } = pod({ name: NAME });
  const labels = { app: NAME };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: NAME },
    spec: {
      replicas: REPLICAS,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { ...spec, terminationGracePeriodSeconds: 1 } },
    },
  };
}

/** Every pod is of the newest version and available, and no older one is left. */
async function untilRolledOut(rig: Rig): Promise<void> {
  const isDone = async () => {
    const { metadata, status = {} } = await rig.virtual.api.get<Deployment>(`${DEPLOYMENTS}/${NAME}`);
    const seen = status.observedGeneration === metadata?.generation;
    return seen && [status.replicas, status.updatedReplicas, status.availableReplicas].every((count) => count === REPLICAS);
  };
  await pollUntil(isDone, { what: `${REPLICAS} new pods to be available`, within: WITHIN, every: 100 });
}

async function podsOf({ virtual }: Rig): Promise<number> {
  const { items } = await virtual.api.get<{ items: unknown[] }>(`${PODS_PATH}?labelSelector=app%3D${NAME}`);
  return items.length;
}
