/** What the API server makes of the generated CRDs: rules, columns, explanations, ratcheting. */
import type { CustomResourceDefinition } from 'kubernetes-types/apiextensions/v1';
import { parse } from 'yaml';
import { API_GROUP } from '../../../api/names/group';
import { main } from '../../../cli/main';
import {
  apiVersionOf,
  ClusterBindings,
  CustomResourceDefinitions,
  isKubeError,
  ResourceLeasingPolicies,
  type KubeObject,
  type ResourceType,
} from '../../../kube';
import { renderCrds } from '../../../scripts/gen-crds';
import { bindingRows, bindingSpec, policyRows, policySpec } from '../../unit/schema/spec-rules';
import { eventually } from '../../support/eventually';
import { startOneCluster, type OneCluster } from './one-cluster';

let cluster: OneCluster;

beforeAll(async () => {
  cluster = await startOneCluster();
  const silent = { out: () => undefined, err: () => undefined };
  for (const role of ['virtual', 'physical']) {
    const code = await main(['node', 'kubeocean', 'install', '--kubeconfig', cluster.kubeconfig, '--role', role], silent);
    expect(code).toBe(0);
  }
  // Discovery and OpenAPI follow what is served.
  for (const resource of ['cb.spec', 'rlp.spec']) await eventually(() => cluster.kubectl('explain', resource), { every: 500 });
});

afterAll(() => cluster?.stop());

const nameOf = (() => {
  let count = 0;
  return () => `object-${++count}`;
})();

function anObject(type: ResourceType<KubeObject>, spec: unknown, name = nameOf()) {
  return { apiVersion: apiVersionOf(type), kind: type.kind, metadata: { name }, spec };
}

/** `accepted`, or the field that the API server blames first. */
async function verdict(write: Promise<unknown>): Promise<string> {
  try {
    await write;
    return 'accepted';
  } catch (error) {
    if (isKubeError(error, 'InvalidSpec')) return error.fields?.[0] ?? 'no field named';
    throw error;
  }
}

describe.each([
  ['ClusterBinding', ClusterBindings, bindingSpec, bindingRows],
  ['ResourceLeasingPolicy', ResourceLeasingPolicies, policySpec, policyRows],
] as const)('%s, created', (_kind, type, spec, rows) => {
  const create = (object: object) => cluster.client.create<KubeObject>(type, object, { dryRun: true });

  it.each(rows)('%s', async (_name, change, expected) => {
    expect(await verdict(create(anObject(type, { ...spec, ...change })))).toBe(expected);
  });

  it('needs a spec', async () => {
    expect(await verdict(create(anObject(type, undefined)))).toBe('spec');
  });

  it.each([
    [63, 'accepted'],
    [64, 'metadata.name'],
  ])('has a name that fits a label: %d characters', async (length, expected) => {
    expect(await verdict(create(anObject(type, spec, 'a'.repeat(length))))).toBe(expected);
  });
});

describe('ClusterBinding, changed', () => {
  const namespace = (mountNamespace?: string | null) => ({ mountNamespace });

  it.each([
    ['clusterID', {}, { clusterID: 'cls-b' }, 'spec.clusterID'],
    ['mountNamespace set later', {}, namespace('a'), 'accepted'],
    ['mountNamespace set where it was empty', namespace(''), namespace('a'), 'accepted'],
    ['mountNamespace changed', namespace('a'), namespace('b'), 'spec.mountNamespace'],
    ['mountNamespace emptied', namespace('a'), namespace(''), 'spec.mountNamespace'],
    ['mountNamespace removed', namespace('a'), namespace(null), 'spec.mountNamespace'],
    ['mountNamespace as before', namespace('a'), { ...namespace('a'), directScheduling: true }, 'accepted'],
    ['secretRef', {}, { secretRef: { name: 'other', namespace: 'other' } }, 'accepted'],
    ['nodeSelector', {}, { nodeSelector: { nodeSelectorTerms: [{}] } }, 'accepted'],
  ])('%s', async (_name, before, change, expected) => {
    const object = anObject(ClusterBindings, { ...bindingSpec, ...before });
    await cluster.client.create<KubeObject>(ClusterBindings, object);
    const patch = { kind: 'merge', body: { spec: change } } as const;
    expect(await verdict(cluster.client.patch<KubeObject>(ClusterBindings, object.metadata, patch))).toBe(expected);
  });

  it('says what to do instead', async () => {
    const object = anObject(ClusterBindings, { ...bindingSpec, mountNamespace: 'a' });
    await cluster.client.create<KubeObject>(ClusterBindings, object);
    const edit = (spec: object) =>
      cluster.kubectl('patch', 'cb', object.metadata.name, '--type=merge', '-p', JSON.stringify({ spec }));
    await expect(edit({ clusterID: 'x' })).rejects.toThrow('clusterID cannot be changed; delete the binding and create it again');
    await expect(edit({ mountNamespace: 'b' })).rejects.toThrow('mountNamespace cannot be changed once set; delete the binding');
  });
});

it('lets a policy go to another binding', async () => {
  const object = anObject(ResourceLeasingPolicies, policySpec);
  await cluster.client.create<KubeObject>(ResourceLeasingPolicies, object);
  const patch = { kind: 'merge', body: { spec: { cluster: 'cluster-b' } } } as const;
  expect(await verdict(cluster.client.patch<KubeObject>(ResourceLeasingPolicies, object.metadata, patch))).toBe('accepted');
});

describe('status', () => {
  const condition = { type: 'Ready', status: 'True', reason: 'AllWell', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' };

  it('is written through its own subresource, and only there', async () => {
    const object = anObject(ClusterBindings, bindingSpec);
    await cluster.client.create<KubeObject>(ClusterBindings, { ...object, status: { phase: 'Ready' } } as KubeObject);
    expect((await cluster.client.get(ClusterBindings, object.metadata))?.status).toBeUndefined();
    const body = { status: { phase: 'Ready', conditions: [condition], lastSyncTime: '2026-01-01T01:00:00+01:00' } };
    await cluster.client.patch(ClusterBindings, object.metadata, { kind: 'merge', body }, { subresource: 'status' });
    expect((await cluster.client.get(ClusterBindings, object.metadata))?.status).toEqual(body.status);
  });

  it.each([
    ['an unknown status', { status: 'Maybe' }, 'status.conditions[0].status'],
    ['an empty reason', { reason: '' }, 'status.conditions[0].reason'],
    ['a reason of two words', { reason: 'All well' }, 'status.conditions[0].reason'],
    ['no type', { type: undefined }, 'status.conditions[0].type'],
    ['a time that is none', { lastTransitionTime: 'yesterday' }, 'status.conditions[0].lastTransitionTime'],
  ])('has standard conditions: %s', async (_name, change, expected) => {
    const object = anObject(ResourceLeasingPolicies, policySpec);
    await cluster.client.create<KubeObject>(ResourceLeasingPolicies, object);
    const patch = { kind: 'merge', body: { status: { conditions: [{ ...condition, ...change }] } } } as const;
    const written = cluster.client.patch<KubeObject>(ResourceLeasingPolicies, object.metadata, patch, { subresource: 'status' });
    expect(await verdict(written)).toBe(expected);
  });
});

describe('kubectl', () => {
  it('shows the columns under the short name: cb', async () => {
    const { name } = (await cluster.client.create(ClusterBindings, anObject(ClusterBindings, bindingSpec) as never)).metadata;
    await cluster.client.patch(ClusterBindings, { name }, { kind: 'merge', body: { status: { phase: 'Ready' } } }, { subresource: 'status' });
    const lines = (await cluster.kubectl('get', 'cb', name)).trim().split('\n').map((line) => line.split(/\s+/));
    expect(lines).toEqual([
      ['NAME', 'CLUSTERID', 'PHASE', 'AGE'],
      [name, 'cls-a', 'Ready', expect.stringMatching(/^\d+s$/)],
    ]);
  });

  it('shows the columns under the short name: rlp', async () => {
    const { name } = (await cluster.client.create(ResourceLeasingPolicies, anObject(ResourceLeasingPolicies, policySpec) as never)).metadata;
    const body = { status: { phase: 'Active', activeTimeWindow: true, timeZone: 'Europe/Berlin' } };
    await cluster.client.patch(ResourceLeasingPolicies, { name }, { kind: 'merge', body }, { subresource: 'status' });
    const lines = (await cluster.kubectl('get', 'rlp', name)).trim().split('\n').map((line) => line.split(/\s+/));
    expect(lines).toEqual([
      ['NAME', 'CLUSTER', 'PHASE', 'ACTIVE', 'TIMEZONE', 'AGE'],
      [name, 'cluster-a', 'Active', 'true', 'Europe/Berlin', expect.stringMatching(/^\d+s$/)],
    ]);
  });

  it.each([
    ['cb.spec.clusterID', 'Short name of the physical cluster'],
    ['rlp.spec.timeWindows.end', 'Last minute of the window'],
    ['rlp.spec.exceptions.lending', 'Closed: they are not'],
  ])('explains %s', async (path, text) => {
    expect(await cluster.kubectl('explain', path)).toContain(text);
  });
});

describe('an object from before the rules', () => {
  const crdName = `resourceleasingpolicies.${API_GROUP}`;
  const strict = parse(renderCrds()[`${API_GROUP}_resourceleasingpolicies.yaml`] ?? '') as CustomResourceDefinition;
  const apply = (body: object) =>
    cluster.client.patch(CustomResourceDefinitions, { name: crdName }, { kind: 'apply', body }, { fieldManager: 'kubeocean-install', force: true });
  const policy = anObject(ResourceLeasingPolicies, { ...policySpec, timeWindows: [{ start: '18:00', end: '24:00' }] });

  /** The same CRD without any pattern. */
  const lenient = JSON.parse(JSON.stringify(strict, (key, value: unknown) => (key === 'pattern' ? undefined : value))) as object;

  const create = (object: KubeObject, dryRun: boolean) => cluster.client.create<KubeObject>(ResourceLeasingPolicies, object, { dryRun });

  beforeAll(async () => {
    await apply(lenient);
    await eventually(() => create(policy, false));
    await apply(strict);
    const another = anObject(ResourceLeasingPolicies, policy.spec);
    await eventually(async () => expect(await verdict(create(another, true))).toBe('spec.timeWindows[0].end'));
  });

  it.each([
    ['can be labelled', { metadata: { labels: { touched: 'true' } } }, 'accepted'],
    ['can be changed elsewhere', { spec: { forceReclaim: true } }, 'accepted'],
    ['can lose a finalizer', { metadata: { finalizers: [] } }, 'accepted'],
    ['can be mended', { spec: { timeWindows: [{ start: '18:00', end: '23:59' }] } }, 'accepted'],
    ['cannot get another bad window', { spec: { timeWindows: [{ start: '18:00', end: '25:00' }] } }, 'spec.timeWindows[0].end'],
  ])('%s', async (_name, body, expected) => {
    const options = { dryRun: true };
    const patched = cluster.client.patch<KubeObject>(ResourceLeasingPolicies, policy.metadata, { kind: 'merge', body }, options);
    expect(await verdict(patched)).toBe(expected);
  });

  it('can have its status written', async () => {
    const patch = { kind: 'merge', body: { status: { phase: 'Failed' } } } as const;
    const patched = cluster.client.patch<KubeObject>(ResourceLeasingPolicies, policy.metadata, patch, { subresource: 'status' });
    expect(await verdict(patched)).toBe('accepted');
  });
});
