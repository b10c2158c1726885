/** From a finding to its repair, on a real fleet whose standing audit runs every two seconds. */
import type { ConfigMap, Pod } from 'kubernetes-types/core/v1';
import { GROUP_VERSION } from '../../api/names/group';
import { Annotation, Label, MANAGED_BY, WORKER_NAMESPACE } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { auditOutcome, type AuditReport } from '../../domain/audit';
import { ownershipLabels } from '../../domain/pods';
import type { Rest } from '../../local/clusters/rest';
import { inProject } from '../../local/demo/commands';
import { virtualPods } from '../../local/demo/observe';
import { bind } from '../../local/demo/steps/bind';
import { deploy } from '../../local/demo/steps/deploy';
import { install } from '../../local/demo/steps/install';
import type { Lender, Walk } from '../../local/demo/walk';
import { eventually } from '../support/eventually';
import { workerUrls } from '../support/product';
import { openTestWalk, type TestWalk } from '../support/walk';
import { kubeocean, run } from '../integration/cli/command-line';

const MOUNT = `/api/v1/namespaces/${WORKER_NAMESPACE}`;
const HOME = '/api/v1/namespaces/default';

let open: TestWalk;
let walk: Walk;
let lender: Lender;
let virtual: Rest;
let physical: Rest;

beforeAll(async () => {
  open = await openTestWalk();
  walk = { ...open.walk, settings: { KUBEOCEAN_AUDIT_INTERVAL_MS: '2000' } };
  for (const step of [install, bind, deploy]) await step.run(walk);
  [lender] = walk.lenders;
  [virtual, physical] = [walk.stack.virtual.api, lender.cluster.api];
});

afterAll(async () => {
  await open?.close();
});

const arguments_ = (command: string, ...args: string[]) => [command, '--kubeconfig', walk.stack.virtual.kubeconfig, '--settle', '1', ...args];
const audit = async () => {
  const { code, stdout } = await kubeocean(...arguments_('audit', '-o', 'json'));
  return { code, report: JSON.parse(stdout) as AuditReport };
};
const repairing = () => arguments_('repair', '--temporal-address', walk.stack.temporal.address, '--by', 'ana');
const repair = (...args: string[]) => kubeocean(...repairing(), ...args);
const bindingOf = () => virtual.get<ClusterBinding>(`/apis/${GROUP_VERSION}/clusterbindings/${lender.binding}`);
const reasons = async () => {
  const { items } = await virtual.get<{ items: { reason: string; message: string }[] }>(`/api/v1/events?fieldSelector=involvedObject.name%3D${lender.binding}`);
  return items.map(({ reason, message }) => `${reason}: ${message}`);
};
const metric = async (name: string): Promise<string[]> => {
  const texts = await Promise.all(workerUrls(walk.stack).map(async (url) => (await fetch(`${url}/metrics`)).text()));
  return texts.map((text) => text.split('\n').find((line) => line.startsWith(`${name}{clusterbinding="${lender.binding}"}`))?.split(' ')[1] ?? '');
};

/** What no watch mends by itself. */
async function plant(): Promise<void> {
  const { metadata } = await virtual.get<{ metadata: { uid: string } }>('/api/v1/namespaces/kube-system');
  const labels = ownershipLabels({ virtualCluster: metadata.uid, binding: lender.binding });
  await virtual.create(`${HOME}/configmaps`, { metadata: { name: 'old', finalizers: [`kubeocean.io/finalizer-${lender.clusterId}`] } });
  await physical.create(`${MOUNT}/configmaps`, { metadata: { name: 'left', labels } });
}

it('finds both sides alike after a deployment', async () => {
  await eventually(async () => expect(await audit()).toMatchObject({ code: 0, report: { findings: [] } }), { within: 20_000 });
  expect(auditOutcome((await audit()).report)).toBe('Clean');
  await eventually(async () => expect((await bindingOf()).status?.audit).toMatchObject({ outcome: 'Clean', findings: 0 }), { within: 60_000 });
  await eventually(async () => expect(await metric('kubeocean_audit_findings')).toEqual(['0', '0']));
});

it('tells by itself what it finds, is asked to mend it, and finds nothing any more', async () => {
  const pods = (await virtualPods(walk)).map(({ metadata }) => metadata?.uid);
  await plant();
  const expected = [
    ['Orphan', 'ConfigMap', 'left', 'remove'],
    ['StaleFinalizer', 'ConfigMap', 'old', 'release'],
  ];
  const found = async () => (await audit()).report.findings.map(({ kind, object, repair: how }) => [kind, object.kind, object.name, how]);
  await eventually(async () => expect((await found()).sort()).toEqual(expected));
  await eventually(async () => expect((await bindingOf()).status?.audit).toMatchObject({ outcome: 'Findings', findings: 2 }), { within: 90_000, every: 500 });
  await eventually(async () => expect(await reasons()).toContainEqual(expect.stringMatching(/^AuditFindings: .*2 findings, the first: /)));
  await eventually(async () => expect(await metric('kubeocean_audit_findings')).toEqual(['2', '2']));

  // As a program of its own: the tests themselves may run at a terminal.
  const refused = await run(process.execPath, [inProject('bin/kubeocean'), ...repairing()]);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('say --yes')]);
  expect((await audit()).report.findings).toHaveLength(2);

  const { code, stdout, stderr } = await repair('--yes');
  expect([code, stderr]).toEqual([0, expect.stringContaining('clean')]);
  expect(stdout.split('\n')).toHaveLength(2 + 2);
  expect((await audit()).code).toBe(0);
  expect(await physical.find<ConfigMap>(`${MOUNT}/configmaps/left`)).toBeNull();
  expect((await virtual.get<ConfigMap>(`${HOME}/configmaps/old`)).metadata?.finalizers).toBeUndefined();
  expect((await virtualPods(walk)).map(({ metadata }) => metadata?.uid)).toEqual(pods);

  await eventually(async () => {
    const said = await reasons();
    expect(said).toContainEqual('RepairRequested: 2 findings of the audit are to be mended, asked for by ana.');
    expect(said).toContainEqual(expect.stringMatching(/^Repaired: .* 2 objects were mended one by one\.$/));
  });
  await eventually(async () => expect((await bindingOf()).status?.audit).toMatchObject({ outcome: 'Clean', findings: 0 }), { within: 60_000 });
});

it('mends nothing that nobody has confirmed, and nothing of somebody else', async () => {
  const stranger = { name: 'stranger', labels: { [Label.ManagedBy]: MANAGED_BY } };
  await physical.create(`${MOUNT}/configmaps`, { metadata: stranger });
  const [pod] = await virtualPods(walk);
  const annotations = { [Annotation.VirtualPodName]: pod?.metadata?.name, [Annotation.VirtualPodNamespace]: 'default', [Annotation.VirtualPodUid]: pod?.metadata?.uid };
  const forged = await physical.create<Pod>(`${MOUNT}/pods`, { metadata: { name: 'forged', annotations }, spec: { containers: [{ name: 'main', image: 'nginx' }] } });
  const { code, stderr } = await repair('--yes');
  expect([code, stderr]).toEqual([0, expect.stringContaining('clean')]);
  expect(await physical.find<ConfigMap>(`${MOUNT}/configmaps/stranger`)).not.toBeNull();
  expect((await physical.get<Pod>(`${MOUNT}/pods/forged`)).metadata?.uid).toBe(forged.metadata?.uid);
});

it('says that it does not know where a physical cluster does not answer, and changes nothing', async () => {
  lender.cluster.cut('reset');
  try {
    await eventually(async () => expect((await bindingOf()).status?.audit?.outcome).toBe('Unknown'), { within: 90_000, every: 500 });
    const { code, report } = await audit();
    expect([code, auditOutcome(report), report.findings]).toEqual([3, 'Unknown', []]);
    await eventually(async () => expect(await metric('kubeocean_audit_incomplete')).toEqual(['1', '1']));
  } finally {
    lender.cluster.heal();
  }
  await eventually(async () => expect((await bindingOf()).status?.audit?.outcome).toBe('Clean'), { within: 60_000, every: 500 });
});
