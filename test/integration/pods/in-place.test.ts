/** Pods that get a copy, changes of it, and its end. */
import type { Pod } from 'kubernetes-types/core/v1';
import { Annotation } from '../../../api/names/keys';
import { physicalName } from '../../../domain/pods';
import type { DeleteRequested } from '../../../workflows/contracts/virtual-pod';
import { eventually } from '../../support/eventually';
import { MOUNT, PodSteps } from './steps';

/** Off by default: without it an API server knows no pod that asks for a certificate. */
const CERTIFICATES = ['--feature-gates=PodCertificateRequest=true', '--runtime-config=certificates.k8s.io/v1beta1=true'];

let steps: PodSteps;

beforeAll(async () => {
  steps = await PodSteps.open({ apiServerArgs: CERTIFICATES });
});

afterAll(async () => {
  await steps?.close();
});

it('carries every change over that may be made in place', async () => {
  await steps.placed('all');
  await steps.change('all', { metadata: { labels: { app: null, tier: 'x' }, annotations: { note: 'y' } } });
  await steps.change('all', { spec: { containers: [{ name: 'main', image: 'nginx:2' }], activeDeadlineSeconds: 600, tolerations: [{ key: 'a', operator: 'Exists' }] } });
  await steps.change('all', { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '200m' } } }] } }, '/resize');
  const debug = { name: 'debug', image: 'busybox', envFrom: [{ configMapRef: { name: 'settings', optional: true } }] };
  await steps.change('all', { spec: { ephemeralContainers: [debug] } }, '/ephemeralcontainers');
  const { metadata, spec } = await steps.copyOf('all');
  expect(metadata).toMatchObject({ labels: { tier: 'x' }, annotations: { note: 'y' } });
  expect(metadata?.labels).not.toHaveProperty('app');
  expect(spec).toMatchObject({ activeDeadlineSeconds: 600, containers: [{ image: 'nginx:2', resources: { requests: { cpu: '200m' } } }] });
  expect(spec?.tolerations).toContainEqual({ key: 'a', operator: 'Exists' });
  expect(spec?.ephemeralContainers).toMatchObject([{ name: 'debug', envFrom: [{ configMapRef: { name: physicalName('settings', 'default') } }] }]);
  expect(await steps.said('all', 'FailedUpdatePod')).toEqual([]);
});

it('brings an ephemeral container that came before the copy', async () => {
  await steps.create('early');
  const early = await steps.patch('early', { spec: { ephemeralContainers: [{ name: 'debug', image: 'busybox' }] } }, '/ephemeralcontainers');
  expect(await steps.place(early)).toEqual({ result: 'created' });
  await steps.update(early);
  expect((await steps.copyOf('early')).spec?.ephemeralContainers).toMatchObject([{ name: 'debug' }]);
});

it('says what the physical cluster refuses, makes the other changes, and does not try again', async () => {
  const pod = await steps.placed('refused');
  // A node of the physical cluster that cannot resize; nothing at home says so yet.
  const containerStatuses = [{ name: 'main', image: 'nginx:1', imageID: '', ready: true, restartCount: 0, state: { running: {} } }];
  await steps.physical.merge(`${steps.copyPath('refused')}/status`, { status: { containerStatuses } });
  await steps.change('refused', { spec: { containers: [{ name: 'main', resources: { requests: { cpu: '200m' } } }] } }, '/resize');
  await steps.change('refused', { metadata: { labels: { fresh: 'x' } } });
  const { metadata, spec } = await steps.copyOf('refused');
  expect([metadata?.labels?.fresh, spec?.containers[0]?.resources?.requests?.cpu]).toEqual(['x', '100m']);
  const events = await steps.said('refused', 'FailedUpdatePod');
  expect(events).toEqual(['Failed to update pod: the physical cluster refuses resources of container main (422 Invalid: spec)']);
  await steps.update(pod);
  expect((await steps.copyOf('refused')).metadata?.resourceVersion).toBe(metadata?.resourceVersion);
});

it('does not let a refused part take the others along', async () => {
  await forbid('object.spec.containers.exists(c, c.image.startsWith("forbidden"))', 'forbidden');
  await steps.placed('partly');
  await steps.change('partly', { spec: { containers: [{ name: 'main', image: 'forbidden/nginx' }], activeDeadlineSeconds: 600 }, metadata: { labels: { fresh: 'x' } } });
  const { metadata, spec } = await steps.copyOf('partly');
  expect([metadata?.labels?.fresh, spec?.activeDeadlineSeconds, spec?.containers[0]?.image]).toEqual(['x', 600, 'nginx:1']);
  expect(await steps.said('partly', 'FailedUpdatePod')).toEqual([expect.stringMatching(/refuses image of container main \(422 Invalid\)$/)]);
});

it('waits for classes that the physical cluster does not have', async () => {
  const runtimeClass = { metadata: { name: 'sandboxed' }, handler: 'h', overhead: { podFixed: { cpu: '250m' } } };
  await steps.virtual.create('/apis/node.k8s.io/v1/runtimeclasses', runtimeClass);
  const pod = await steps.create('sandboxed', { runtimeClassName: 'sandboxed' });
  expect(pod.spec?.overhead).toEqual({ cpu: '250m' });
  expect(await steps.place(pod)).toMatchObject({ result: 'waiting', reason: 'WaitingForDependency: Waiting for RuntimeClass sandboxed (spec.runtimeClassName): not found in the physical cluster' });
  await steps.physical.create('/apis/node.k8s.io/v1/runtimeclasses', { ...runtimeClass, overhead: { podFixed: { cpu: '100m' } } });
  expect(steps.attempts.at(-1)).toBe(false);
  await eventually(async () => expect(await steps.place(pod)).toEqual({ result: 'created' }));
  expect(steps.attempts.at(-1)).toBe(true);
  expect((await steps.copyOf('sandboxed')).spec).toMatchObject({ runtimeClassName: 'sandboxed', overhead: { cpu: '100m' } });
});

it('says that the physical cluster refuses a pod, and creates it once it does not', async () => {
  const namespace = '/api/v1/namespaces/kubeocean-worker';
  const enforce = (level: string | null) => steps.physical.merge(namespace, { metadata: { labels: { 'pod-security.kubernetes.io/enforce': level } } });
  await enforce('restricted');
  await untilRefused({ containers: [{ name: 'c', image: 'nginx' }] }, 'PodSecurity');
  const pod = await steps.create('insecure');
  const reason = /^FailedCreatePod: Failed to create pod: Unauthorized: create Pod kubeocean-worker\/insecure-[0-9a-f]{32}: 403 Forbidden; quotas, pod security/;
  await eventually(async () => expect(await steps.place(pod)).toMatchObject({ result: 'waiting', reason: expect.stringMatching(reason) }));
  await eventually(async () => expect(await steps.said('insecure', 'FailedCreatePod')).toHaveLength(1));
  await enforce(null);
  await eventually(async () => expect(await steps.place(pod)).toEqual({ result: 'created' }));
});

it('leaves a pod of the lender under the name of a copy alone, says so, and takes the name once it is free', async () => {
  const path = steps.copyPath('squatted');
  const { metadata: { uid } = {} } = await steps.physical.create<Pod>(`${MOUNT}/pods`, { metadata: { name: path.split('/').at(-1) }, spec: { containers: [{ name: 'c', image: 'nginx' }] } });
  const pod = await steps.create('squatted');
  expect(await steps.place(pod)).toMatchObject({ result: 'waiting', reason: expect.stringMatching(/^PhysicalPodNotOwned: .* is not ours$/) });
  await eventually(async () => expect(await steps.said('squatted', 'PhysicalPodNotOwned')).toHaveLength(1));
  expect(await steps.copyOf('squatted')).toMatchObject({ metadata: { uid }, spec: { containers: [{ name: 'c' }] } });
  await steps.physical.delete(`${path}?gracePeriodSeconds=0`);
  await eventually(async () => expect(await steps.place(pod)).toEqual({ result: 'created' }));
});

/** Has the physical API server refuse pods for which an expression holds. */
async function forbid(expression: string, name: string): Promise<void> {
  const admission = '/apis/admissionregistration.k8s.io/v1';
  await steps.physical.create(`${admission}/validatingadmissionpolicies`, {
    metadata: { name },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods'] }] },
      validations: [{ expression: `!(${expression})`, reason: 'Invalid' }],
    },
  });
  await steps.physical.create(`${admission}/validatingadmissionpolicybindings`, { metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } });
  await untilRefused({ containers: [{ name: 'c', image: 'forbidden/x' }] }, '422');
}

/** Admission works from caches of its own: a rule holds a moment after it was written, and a pod that is quicker is admitted for good. */
async function untilRefused(spec: object, why: string): Promise<void> {
  const probe = { metadata: { generateName: 'probe-' }, spec };
  await eventually(async () => await expect(steps.physical.create(`${MOUNT}/pods?dryRun=All`, probe)).rejects.toThrow(why));
}

it.each([
  ['claim', { resourceClaimName: 'mine' }, 'ResourceClaim mine (spec.resourceClaims[0])'],
  ['template', { resourceClaimTemplateName: 'ours' }, 'ResourceClaimTemplate ours (spec.resourceClaims[0])'],
])('has a pod with a device wait, and says that its %s is not carried over', async (name, claim, said) => {
  const pod = await steps.create(`device-${name}`, { resourceClaims: [{ name: 'gpu', ...claim }] });
  expect(await steps.place(pod)).toMatchObject({ result: 'waiting' });
  await eventually(async () => expect(await steps.said(`device-${name}`, 'WaitingForDependency')).toEqual([expect.stringContaining(said)]));
  await expect(steps.copyOf(`device-${name}`)).rejects.toThrow();
});

it('has a pod with a certificate wait, and says that it is not carried over', async () => {
  const podCertificate = { signerName: 'example.com/signer', keyType: 'ED25519', credentialBundlePath: 'bundle.pem' };
  const pod = await steps.create('certified', { volumes: [{ name: 'v', projected: { sources: [{ podCertificate }] } }] });
  expect(pod.spec?.volumes?.[0]?.projected?.sources).toMatchObject([{ podCertificate }]);
  expect(await steps.place(pod)).toMatchObject({ result: 'waiting' });
  const said = 'PodCertificate example.com/signer (spec.volumes[0].projected.sources[0].podCertificate)';
  await eventually(async () => expect(await steps.said('certified', 'WaitingForDependency')).toEqual([expect.stringContaining(said)]));
  await expect(steps.copyOf('certified')).rejects.toThrow();
});

describe('a copy goes once an API server confirms what its end rests on', () => {
  interface Case {
    readonly verify: DeleteRequested['verify'];
    readonly unbound?: true;
    readonly phase?: string;
    readonly gone?: true;
    /** UID of the copy that the pod knows. */
    readonly knows?: (copy: Pod) => string;
    readonly outcome: 'deleted' | 'kept';
  }

  it.each<[string, Case]>([
    ['has no node', { verify: 'unbound', unbound: true, outcome: 'deleted' }],
    ['has one by now', { verify: 'unbound', outcome: 'kept' }],
    ['runs on after its pod', { verify: 'running', phase: 'Running', outcome: 'deleted' }],
    ['has ended as well by now', { verify: 'running', phase: 'Succeeded', outcome: 'kept' }],
    ['has no pod any more', { verify: 'virtualGone', gone: true, outcome: 'deleted' }],
    ['has its pod after all', { verify: 'virtualGone', outcome: 'kept' }],
    ['stands beside the one that its pod knows', { verify: 'anotherCopy', knows: () => 'another', outcome: 'deleted' }],
    ['is the one that its pod knows', { verify: 'anotherCopy', knows: (copy) => copy.metadata?.uid ?? '', outcome: 'kept' }],
  ])('%s', async (title, { verify, unbound, phase, gone, knows, outcome }) => {
    const name = title.replaceAll(' ', '-');
    const pod = unbound ? await steps.create(name) : await steps.placed(name);
    if (unbound) expect(await steps.place(pod)).toEqual({ result: 'created' });
    const copy = await steps.copyOf(name);
    const uid = copy.metadata?.uid ?? '';
    const home = `/api/v1/namespaces/default/pods/${name}`;
    if (phase !== undefined) await steps.physical.merge(`${steps.copyPath(name)}/status`, { status: { phase } });
    if (knows !== undefined) {
      const annotations = { [Annotation.VirtualPodUid]: pod.metadata?.uid, [Annotation.PhysicalPodUid]: knows(copy) };
      await steps.virtual.merge(`${home}/status`, { metadata: { annotations } });
    }
    if (gone) await steps.virtual.delete(`${home}?gracePeriodSeconds=0`);
    expect(await steps.stop(pod, { physicalUid: uid, graceSeconds: 0, verify, why: 'a test' })).toBe(outcome);
    const left = await steps.physical.find<Pod>(steps.copyPath(name));
    expect(left === null ? 'deleted' : 'kept').toBe(outcome);
  });
});
