/** Whatever pod the virtual API server admits, the physical one admits its copy. */
import fc from 'fast-check';
import type { Pod } from 'kubernetes-types/core/v1';
import { DEFAULT_PRIORITY_CLASS } from '../../../api/names/keys';
import { inPlaceUpdate, toPhysicalPod, type PodObject, type TranslationContext } from '../../../domain/pods';
import type { Rest } from '../../../local/clusters/rest';
import { MOUNT_NAMESPACE, translationContext } from '../../support/arbitraries/context';
import { PRIORITY_CLASS, RUNTIME_CLASS, userPod } from '../../support/arbitraries/pods';
import { startApiServers, type ApiServers } from '../../support/api-servers';
import { createPriorityClass, untilPodsAreWelcome } from '../../support/pods-welcome';

const RUNS = 150;
/** `KUBEOCEAN_TEST_SEED` asks for other pods. */
const SEED = Number(process.env.KUBEOCEAN_TEST_SEED ?? 20_261_121);
const HOME = 'home';

let servers: ApiServers;
let virtual: Rest;
let physical: Rest;

beforeAll(async () => {
  servers = await startApiServers(2);
  [virtual, physical] = servers.clusters.map(({ api }) => api) as [Rest, Rest];
  await Promise.all([namespace(virtual, HOME), namespace(physical, MOUNT_NAMESPACE)]);
  await classes(virtual, { priority: { name: PRIORITY_CLASS, value: 100, preemptionPolicy: 'Never' }, overhead: { cpu: '250m' } });
  await classes(physical, { priority: { name: DEFAULT_PRIORITY_CLASS, value: -10_000 }, overhead: { cpu: '100m', memory: '32Mi' } });
});

afterAll(async () => {
  await servers?.stop();
});

async function namespace(api: Rest, name: string): Promise<void> {
  await api.create('/api/v1/namespaces', { metadata: { name } });
  await untilPodsAreWelcome(api, name);
}

/** The clusters disagree about classes of the same name, as clusters do. */
async function classes(api: Rest, { priority, overhead }: { priority: { name: string; value: number; preemptionPolicy?: string }; overhead: object }) {
  const { name, ...rest } = priority;
  await createPriorityClass(api, { metadata: { name }, ...rest });
  await api.create('/apis/node.k8s.io/v1/runtimeclasses', { metadata: { name: RUNTIME_CLASS }, handler: 'h', overhead: { podFixed: overhead } });
}

/** As the virtual API server would store it, bound to a vnode; null: it refuses the pod, so nobody has to run it. */
async function admitted(pod: Pod): Promise<PodObject | null> {
  const stored = await virtual.call<PodObject>('POST', `/api/v1/namespaces/${HOME}/pods?dryRun=All`, { body: pod }).catch(refusal);
  if (stored instanceof Error) return null;
  // A gated pod is not bound before its gates are gone; the others are as a binding leaves them.
  return { ...stored, spec: { ...stored.spec, nodeName: 'vnode-east-n1' } };
}

function refusal(error: unknown): Error {
  refusals.push(String(error));
  return error as Error;
}
const refusals: string[] = [];

async function expectAccepted(vPod: PodObject, context: TranslationContext): Promise<void> {
  const { pod } = toPhysicalPod(vPod, context);
  const path = `/api/v1/namespaces/${MOUNT_NAMESPACE}/pods?dryRun=All`;
  const copy = await physical.call<PodObject>('POST', path, { body: pod });
  // What the API server makes of it, with its defaults, needs no further write.
  expect(inPlaceUpdate(vPod, copy, context)).toBeNull();
}

it(`of ${RUNS} pods (seed ${SEED}) every one that is admitted at home has a copy that is admitted as it is`, async () => {
  let tried = 0;
  const property = fc.asyncProperty(userPod, translationContext, async (pod, context) => {
    const vPod = await admitted(pod);
    if (vPod === null) return;
    tried += 1;
    await expectAccepted(vPod, context);
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
  // A property of pods that nobody admits would say nothing.
  if (tried < RUNS * 0.7) throw new Error(`only ${tried} of ${RUNS} pods are valid at home:\n${[...new Set(refusals)].slice(0, 10).join('\n')}`);
});
