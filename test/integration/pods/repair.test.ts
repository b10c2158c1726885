/** Findings that a comparison alone does not mend, mended one by one on real API servers; no worker runs. */
import type { Event, Node, Pod, Secret } from 'kubernetes-types/core/v1';
import { Annotation, Label, MANAGED_BY } from '../../../api/names/keys';
import type { Finding, Repair } from '../../../domain/audit';
import { eventually } from '../../support/eventually';
import { BINDING, CLUSTER_ID, POLICIES_PATH, policy } from '../../bench/rig/manifests';
import { MOUNT, PodSteps } from './steps';

const PAST = '2026-01-01T00:00:00Z';

let steps: PodSteps;

beforeAll(async () => {
  steps = await PodSteps.open();
  const labels = { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: BINDING, [Label.PhysicalClusterId]: CLUSTER_ID };
  await steps.virtual.create('/api/v1/nodes', { metadata: { name: 'vnode-east-n1', labels, annotations: { [Annotation.PhysicalNodeName]: 'n1' } } });
});

afterAll(async () => {
  await steps?.close();
});

const found = async (repair: Repair, name: string): Promise<Finding> => {
  const one = (await steps.findings()).find((finding) => finding.repair === repair && finding.object.name === name);
  if (one === undefined) throw new Error(`the audit does not find ${name}`);
  return one;
};
const told = async (): Promise<string[]> => {
  const { items } = await steps.virtual.get<{ items: Event[] }>('/api/v1/namespaces/default/events');
  return items.filter(({ reason }) => reason === 'Repaired').map(({ message = '' }) => message);
};

it('takes the label off a node that is not lent, and off no other', async () => {
  await steps.physical.create(POLICIES_PATH, policy('main'));
  for (const name of ['n2', 'n3']) await steps.physical.create('/api/v1/nodes', { metadata: { name, labels: { [Label.PolicyApplied]: 'bench-main', mine: 'x' } } });
  await steps.repair([await found('unlabel', 'n2')]);
  const labelsOf = async (name: string) => (await steps.physical.get<Node>(`/api/v1/nodes/${name}`)).metadata?.labels;
  expect(await labelsOf('n2')).toEqual({ mine: 'x' });
  expect(await labelsOf('n3')).toMatchObject({ [Label.PolicyApplied]: 'bench-main' });
  await eventually(async () => expect(await told()).toContainEqual('Both sides are compared again, 1 objects were mended one by one.'));
});

it('removes the second copy of a pod, and leaves the right one', async () => {
  await steps.placed('twice');
  const { metadata, spec } = await steps.copyOf('twice');
  const container = { name: 'main', image: 'nginx' };
  await steps.physical.create(`${MOUNT}/pods`, { metadata: { name: 'second', labels: metadata?.labels, annotations: metadata?.annotations }, spec: { automountServiceAccountToken: false, containers: [container] } });
  await steps.repair([await found('remove', 'second')]);
  await eventually(async () => expect(await steps.physical.find<Pod>(`${MOUNT}/pods/second`)).toBeNull());
  expect((await steps.copyOf('twice')).metadata?.uid).toBe(metadata?.uid);
  expect((await steps.copyOf('twice')).metadata?.deletionTimestamp).toBeUndefined();
  expect(spec?.nodeName).toBe('n1');
});

describe('issues tokens anew', () => {
  const secretOf = async (name: string): Promise<Secret> => {
    const { items } = await steps.physical.get<{ items: Secret[] }>(`${MOUNT}/secrets?labelSelector=${encodeURIComponent(`${Label.ServiceAccountToken}=true`)}`);
    const secret = items.find(({ metadata }) => metadata?.annotations?.[Annotation.VirtualPodName] === name);
    if (secret === undefined) throw new Error(`${name} has no tokens`);
    return secret;
  };
  const pathOf = ({ metadata }: Secret) => `${MOUNT}/secrets/${metadata?.name}`;

  it('that have expired', async () => {
    await steps.placed('expired');
    const before = await secretOf('expired');
    await steps.physical.merge(pathOf(before), { metadata: { annotations: { [Annotation.TokenExpiresAt]: PAST } } });
    await steps.repair([await found('tokens', before.metadata?.name ?? '')]);
    const after = await secretOf('expired');
    expect(Date.parse(after.metadata?.annotations?.[Annotation.TokenExpiresAt] ?? '')).toBeGreaterThan(Date.now());
    expect(after.data).not.toEqual(before.data);
    expect(after.metadata?.uid).toBe(before.metadata?.uid);
  });

  it('that are missing', async () => {
    await steps.placed('missing');
    const before = await secretOf('missing');
    await steps.physical.delete(pathOf(before));
    await steps.repair([await found('tokens', before.metadata?.name ?? '')]);
    const after = await secretOf('missing');
    expect([after.metadata?.name, Object.keys(after.data ?? {})]).toEqual([before.metadata?.name, Object.keys(before.data ?? {})]);
    expect(after.metadata?.uid).not.toBe(before.metadata?.uid);
  });
});
