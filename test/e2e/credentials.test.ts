import type { Pod, Secret } from 'kubernetes-types/core/v1';
import { parse, stringify } from 'yaml';
import { Annotation, Label, SYSTEM_NAMESPACE, Taint, WORKER_NAMESPACE } from '../../api/names/keys';
import { checkPairs, physicalUids, untilRunning } from '../../local/demo/expect';
import { Rest, type RestError } from '../../local/clusters/rest';
import { isOn, isTainted, nameOf, physicalPods, uidOf, uidsOf, virtualNodes, virtualPods, virtualUidOf } from '../../local/demo/observe';
import { bind } from '../../local/demo/steps/bind';
import { deploy, REPLICAS } from '../../local/demo/steps/deploy';
import { install } from '../../local/demo/steps/install';
import type { Lender, Walk } from '../../local/demo/walk';
import { eventually } from '../support/eventually';
import { killWorkers, workerPids, workerUrls } from '../support/product';
import { claimsOf, signToken } from '../support/tokens';
import { openTestWalk, type TestWalk } from '../support/walk';
import { bindingsIn, conditionOf } from './fixtures/bindings';

const WORKER_SECRETS = `/api/v1/namespaces/${WORKER_NAMESPACE}/secrets`;
const ACCOUNT = { namespace: WORKER_NAMESPACE, name: 'kubeocean-syncer' };
const DAY = 86_400_000;

let open: TestWalk;
let walk: Walk;
let a: Lender;
let b: Lender;

beforeAll(async () => {
  open = await openTestWalk();
  walk = open.walk;
  [a, b] = walk.lenders;
  for (const step of [install, bind, deploy]) await step.run(walk);
});

afterAll(async () => {
  await open?.close();
});

const virtual = () => walk.stack.virtual.api;
const { bindingOf, untilReady, runPod } = bindingsIn(() => walk);

describe('tokens of pods', () => {
  const tokenSecret = async ({ cluster }: Lender, pod: Pod) => {
    const { items } = await cluster.api.get<{ items: Secret[] }>(`${WORKER_SECRETS}?labelSelector=${Label.ServiceAccountToken}%3Dtrue`);
    return items.find(({ metadata }) => metadata?.annotations?.[Annotation.VirtualPodUid] === uidOf(pod))!;
  };
  const tokenIn = ({ data }: Secret) => Buffer.from(data?.token ?? '', 'base64').toString();
  const expiryOf = ({ metadata }: Secret) => Date.parse(metadata?.annotations?.[Annotation.TokenExpiresAt] ?? '');

  it('are renewed once 80 % of their life is over', async () => {
    const pod = (await virtualPods(walk)).find((one) => isOn(a, one))!;
    // Tokens come after the pod that runs with them.
    const before = await eventually(async () => {
      const issued = await tokenSecret(a, pod);
      expect(issued).toBeDefined();
      return issued;
    });
    // The beginning of a life is told to the second: the next one is to begin in another.
    await eventually(() => expect(Date.now() / 1_000).toBeGreaterThan(claimsOf(tokenIn(before)).iat! + 1));
    const past = new Date(Date.now() - 1_000).toISOString();
    await a.cluster.api.merge(`${WORKER_SECRETS}/${nameOf(before)}`, { metadata: { annotations: { [Annotation.TokenExpiresAt]: past } } });
    await eventually(async () => {
      const after = await tokenSecret(a, pod);
      expect(expiryOf(after)).toBeGreaterThan(Date.now() + 60_000);
      expect(tokenIn(after)).not.toBe(tokenIn(before));
      expect(claimsOf(tokenIn(after)).iat!).toBeGreaterThan(claimsOf(tokenIn(before)).iat!);
    });
    expect(uidOf(await tokenSecret(a, pod))).toBe(uidOf(before));
  });
});

describe('the kubeconfig', () => {
  type Kubeconfig = { users: [{ user: { token: string } }] };
  const secretPath = ({ binding }: Lender) => `/api/v1/namespaces/${SYSTEM_NAMESPACE}/secrets/${binding}-kubeconfig`;
  const textOf = async (lender: Lender) => {
    const { data } = await virtual().get<Secret>(secretPath(lender));
    return Buffer.from(data?.kubeconfig ?? '', 'base64').toString();
  };
  const put = (lender: Lender, kubeconfig: string) => virtual().merge(secretPath(lender), { stringData: { kubeconfig } });

  async function withToken(lender: Lender, token: string): Promise<string> {
    const kubeconfig = parse(await textOf(lender)) as Kubeconfig;
    kubeconfig.users[0].user.token = token;
    return stringify(kubeconfig);
  }

  /** An API server believes a token that it knows for ten seconds more. */
  async function untilRefused({ cluster: { server, ca } }: Lender, token: string): Promise<void> {
    const api = new Rest({ server, ca, token });
    await eventually(async () => expect(await api.get('/api/v1/nodes').catch((error: RestError) => error.status)).toBe(401), { within: 12_000 });
    await api.close();
  }

  it('is taken up as it changes, while the old one is revoked and everything goes on', async () => {
    const pids = workerPids(walk.stack);
    const before = await virtualPods(walk);
    const next = 'kubeocean-syncer-next';
    await b.cluster.api.create(WORKER_SECRETS, {
      type: 'kubernetes.io/service-account-token',
      metadata: { name: next, annotations: { 'kubernetes.io/service-account.name': ACCOUNT.name } },
    });
    const token = await eventually(async () => {
      const { data } = await b.cluster.api.get<Secret>(`${WORKER_SECRETS}/${next}`);
      expect(data?.token).toBeDefined();
      return Buffer.from(data!.token!, 'base64').toString();
    });
    const old = (parse(await textOf(b)) as Kubeconfig).users[0].user.token;
    await put(b, await withToken(b, token));
    await b.cluster.api.delete(`${WORKER_SECRETS}/${ACCOUNT.name}`);
    await untilRefused(b, old);
    await runPod('rotated', b, 5_000);
    await untilReady(b.binding);
    expect(workerPids(walk.stack)).toEqual(pids);
    expect(uidsOf(await virtualPods(walk))).toEqual(uidsOf(before));
    for (const node of await virtualNodes(walk, b)) expect(isTainted(node, Taint.ClusterUnreachable)).toBe(false);
  });

  it('that is broken takes nothing away from the one that works, and says which field is wrong', async () => {
    const good = await textOf(b);
    await put(b, good.replace(/server: .*/, 'server: http://plain'));
    await eventually(async () => {
      expect(conditionOf(await bindingOf(b.binding))).toMatchObject({ status: 'False', message: expect.stringContaining('clusters[].cluster.server') });
    });
    const before = await virtualPods(walk);
    const victim = before.find((one) => isOn(b, one))!;
    await virtual().delete(`/api/v1/namespaces/default/pods/${nameOf(victim)}`);
    await eventually(async () => expect((await physicalPods(b)).map(virtualUidOf)).not.toContain(uidOf(victim)), { within: 40_000 });
    await put(b, good);
    await untilReady(b.binding);
    await checkPairs(walk, await untilRunning(walk, REPLICAS, 30_000));
  });

  it('that leads to another cluster takes nothing away, from workers that run or that start, and says so', async () => {
    const good = await textOf(b);
    const observe = async () => ({
      nodes: (await virtualNodes(walk, b)).map(uidOf),
      pods: uidsOf(await virtualPods(walk)),
      physical: await physicalUids(walk),
    });
    await put(b, await textOf(a));
    await eventually(async () => {
      const { status } = await bindingOf(b.binding);
      expect(status?.checks).toContainEqual({ name: 'SameCluster', status: 'Failed', message: expect.stringContaining(`but ${status?.clusterUID} is bound`) });
    });
    // Workers that run go on with the credentials that work.
    const victim = (await virtualPods(walk)).find((one) => isOn(b, one))!;
    await virtual().delete(`/api/v1/namespaces/default/pods/${nameOf(victim)}`);
    await eventually(async () => expect((await physicalPods(b)).map(virtualUidOf)).not.toContain(uidOf(victim)), { within: 40_000 });
    await checkPairs(walk, await untilRunning(walk, REPLICAS, 30_000));
    const before = await observe();
    // Workers that start have no others: to them the cluster does not answer.
    killWorkers(walk.stack);
    await eventually(
      async () => {
        const nodes = await virtualNodes(walk, b);
        expect(nodes.every((node) => isTainted(node, Taint.ClusterUnreachable))).toBe(true);
      },
      { within: 120_000 },
    );
    expect(await observe()).toEqual(before);
    await put(b, good);
    await eventually(
      async () => {
        expect(conditionOf(await bindingOf(b.binding))).toMatchObject({ status: 'True' });
        for (const node of await virtualNodes(walk, b)) expect(isTainted(node, Taint.ClusterUnreachable)).toBe(false);
      },
      { within: 60_000 },
    );
    expect(await observe()).toEqual(before);
  });

  it('that expires soon is a condition with the instant, and a metric of every worker', async () => {
    const good = await textOf(b);
    const expiresAt = Math.floor(Date.now() / 1_000) * 1_000 + 30 * 60_000;
    await put(b, await withToken(b, await signToken(walk.stack, b.cluster, { account: ACCOUNT, issuedAt: Date.now() - DAY, expiresAt })));
    const when = new Date(expiresAt).toISOString().replace('.000', '');
    await eventually(async () => {
      expect(conditionOf(await bindingOf(b.binding), 'CredentialsExpiring')).toMatchObject({
        status: 'True',
        reason: 'CredentialsExpireSoon',
        message: expect.stringContaining(`expires at ${when}`),
      });
    });
    expect((await bindingOf(b.binding)).status).toMatchObject({ phase: 'Ready', credentialsExpireAt: when });
    const line = `kubeocean_binding_credentials_expiry_timestamp_seconds{clusterbinding="${b.binding}"} ${expiresAt / 1_000}`;
    const metrics = async () => Promise.all(workerUrls(walk.stack).map(async (url) => (await fetch(`${url}/metrics`)).text()));
    await eventually(async () => {
      const texts = await metrics();
      expect(texts).toHaveLength(2);
      for (const text of texts) expect(text).toContain(line);
    });
    await put(b, good);
    await eventually(async () => {
      const binding = await bindingOf(b.binding);
      expect(conditionOf(binding, 'CredentialsExpiring')).toMatchObject({ status: 'False', reason: 'CredentialsValid' });
      expect(binding.status?.credentialsExpireAt).toBeUndefined();
    });
    await eventually(async () => (await metrics()).forEach((text) => expect(text).not.toContain(line)));
  });
});
