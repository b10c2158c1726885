import { TASK_QUEUE } from '../../../api/names/group';
import type { LeaseTerms } from '../../../domain/override';
import { ensureManager } from '../../../workers/ensure-manager';
import type { BindingPass, CreateOutcome, NodePass } from '../../../workflows/contracts/activities';
import { AUDIT_ID } from '../../../workflows/contracts/audit';
import { bindingChangedSignal, nodesWantedSignal } from '../../../workflows/contracts/cluster-binding';
import { forceReclaimSignal, pauseSignal, resumeSignal, resyncSignal } from '../../../workflows/contracts/common';
import { bindingId, bindingWatchId, MANAGER_ID, nodeId, podId } from '../../../workflows/contracts/ids';
import { nodeChangedSignal, podsAssignedSignal } from '../../../workflows/contracts/leased-node';
import { bindingsSeenSignal } from '../../../workflows/contracts/manager';
import { extendLeaseUpdate, leasePlanQuery, repairUpdate, returnLeaseUpdate, shortenLeaseUpdate } from '../../../workflows/contracts/steering';
import { deleteRequestedSignal, dependencyAppearedSignal, physicalGoneSignal, specChangedSignal } from '../../../workflows/contracts/virtual-pod';
import { eventually } from '../eventually';
import { printHistory } from './histories';
import { LENT, RETURNED } from './stubs';
import type { ActivityName } from './stubs';
import { QUIET, somePod } from './world';
import type { World } from './world';

const name = 'recorded';
const uid = 'uid-of-recorded';
const seen = { name, uid, generation: 1 };
const pod = somePod('web-0', 'uid-of-web-0');
const TERMS: LeaseTerms = { policy: 'nights', open: true, closedAt: null, edges: [], maxExtensionSeconds: 0, forceReclaim: true, graceSeconds: 60, reclaimBefore: false };
const spare = somePod('web-1', 'uid-of-web-1');

/** Runs a binding from bind to unbind. @returns the history of one workflow of each type, as JSON by type */
export async function recordHistories(world: World): Promise<Record<string, string>> {
  const scene = new Scene(world);
  await scene.bind();
  const watch = await scene.history(bindingWatchId(name), scene.firstWatch);
  await scene.podLife();
  await scene.steering();
  await scene.nodeLife();
  await scene.unbind();
  await scene.audit();
  return {
    audit: await scene.history(AUDIT_ID),
    manager: await scene.history(MANAGER_ID),
    'cluster-binding': await scene.history(bindingId(name)),
    'leased-node': await scene.history(nodeId(name, 'n1')),
    'virtual-pod': await scene.history(podId(pod.uid)),
    watch,
  };
}

/** The scenes of the recorded run, in order. */
class Scene {
  /** Run of the watch that a resync made continue as new. */
  firstWatch = '';
  private presence: BindingPass['presence'] = 'live';
  private readonly creations: CreateOutcome[] = [{ result: 'waiting', reason: 'ConfigMap c' }];
  private failures = 2;
  private node: NodePass = LENT;

  constructor(private readonly world: World) {
    world.stubs.behave(name, {
      reconcileBinding: async () => ({ ...seen, presence: this.presence, phase: 'Ready', reason: 'Ready', credentials: '1', clusterId: 'c' }),
      reconcileNode: async (_, { cancelled }) => (cancelled ? RETURNED : this.node),
      createPhysicalPod: async () => this.creations.shift() ?? { result: 'created' },
      updatePhysicalPod: async () => {
        if (this.failures-- > 0) throw new Error('the API server does not answer');
      },
    });
  }

  /** Manager, binding, watch, nodes, and the controls that reach them. */
  async bind(): Promise<void> {
    const { world } = this;
    await ensureManager(world.client, 'virtual-cluster', { ...QUIET, tickMillis: 4_000 });
    await world.handle(MANAGER_ID).signal(bindingsSeenSignal, { complete: true, bindings: [seen] });
    await world.runs(bindingId(name));
    await world.runs(bindingWatchId(name));
    this.firstWatch = await world.runOf(bindingWatchId(name));
    const binding = world.handle(bindingId(name));
    await binding.signal(nodesWantedSignal, { uid, nodes: ['n1', 'n2'], insist: false });
    await world.runs(nodeId(name, 'n2'));
    await binding.signal(pauseSignal);
    await this.called('setPaused', 1);
    await binding.signal(resumeSignal);
    await this.called('setPaused', 2);
    await binding.signal(resyncSignal);
    await this.called('watch', 2);
    await binding.executeUpdate(repairUpdate, { args: [{ findings: ['an-id'], by: 'ana' }] });
    await this.called('repairBinding', 1);
    await this.called('watch', 3);
  }

  /** Waits for what is missing, is placed, changes while the API server is away, is deleted. */
  async podLife(): Promise<void> {
    const { world } = this;
    await world.handle(nodeId(name, 'n1')).signal(podsAssignedSignal, { uid, pods: [{ ...pod, created: false }, { ...spare, created: true }] });
    await this.called('createPhysicalPod', 1);
    const handle = world.handle(podId(pod.uid));
    await handle.signal(dependencyAppearedSignal);
    await this.called('createPhysicalPod', 2);
    await handle.signal(specChangedSignal);
    await this.called('updatePhysicalPod', 3);
    await handle.signal(deleteRequestedSignal, { physicalUid: 'physical', graceSeconds: 7, verify: null, why: 'the vPod is being deleted' });
    await this.called('deletePhysicalPod', 1);
    await handle.signal(physicalGoneSignal, { verify: false });
    await handle.result();
  }

  /** A lease that is shortened and given back its end, and a pause that somebody gives a reason for. */
  async steering(): Promise<void> {
    const node = this.world.handle(nodeId(name, 'n1'));
    const edge = Date.now() + 3_600_000;
    const told = this.world.stubs.calls('recordSteering', name).length;
    this.node = { ...LENT, windowEnd: edge, wakeAt: edge, terms: { ...TERMS, edges: [{ at: edge, opens: false }] } };
    await node.signal(nodeChangedSignal, { uid });
    await eventually(async () => {
      if ((await node.query(leasePlanQuery)).policy === null) throw new Error('no pass has found a policy yet');
    });
    await node.executeUpdate(shortenLeaseUpdate, { args: [{ until: new Date(edge - 60_000).toISOString(), by: 'ana', reason: 'done early' }] });
    await this.called('recordSteering', told + 1);
    await node.executeUpdate(extendLeaseUpdate, { args: [new Date(edge).toISOString()] });
    await node.signal(pauseSignal, { by: 'ana', reason: 'upgrade' });
    await this.called('setPaused', 3);
    await node.signal(resumeSignal);
    await this.called('setPaused', 4);
    await node.executeUpdate(returnLeaseUpdate, { args: [{ by: 'ana' }] });
    await this.called('recordSteering', told + 4);
  }

  /** An edge by timer, a forced reclaim, ticks in between; the other node is returned by hand. */
  async nodeLife(): Promise<void> {
    const node = this.world.handle(nodeId(name, 'n1'));
    const edge = Date.now() + 1_000;
    this.node = { ...LENT, windowEnd: edge, wakeAt: edge };
    await node.signal(nodeChangedSignal, { uid });
    const looks = this.world.stubs.calls('reconcileNode', name).length;
    await this.called('reconcileNode', looks + 1);
    this.node = { ...LENT, phase: 'Grace', edge, pods: 1 };
    await this.called('reconcileNode', looks + 2);
    await node.signal(forceReclaimSignal);
    await this.called('reconcileNode', looks + 3);
    await this.called('reviewPods', this.world.stubs.calls('reviewPods', name).length + 1);
    await this.world.handle(nodeId(name, 'n2')).cancel();
    await this.world.handle(nodeId(name, 'n2')).result();
  }

  /** One run of the standing audit. */
  async audit(): Promise<void> {
    await this.world.client.workflow.execute('audit', { workflowId: AUDIT_ID, taskQueue: TASK_QUEUE });
  }

  async unbind(): Promise<void> {
    const { world } = this;
    this.presence = 'deleting';
    this.node = RETURNED;
    await world.handle(bindingId(name)).signal(bindingChangedSignal, { uid, generation: 2 });
    await world.handle(nodeId(name, 'n1')).signal(nodeChangedSignal, { uid });
    await world.handle(nodeId(name, 'n1')).result();
    await world.handle(bindingId(name)).result();
  }

  async history(workflowId: string, runId?: string): Promise<string> {
    return printHistory(await this.world.client.workflow.getHandle(workflowId, runId).fetchHistory());
  }

  private async called(activity: ActivityName, times: number): Promise<void> {
    await eventually(() => {
      const calls = this.world.stubs.calls(activity, name).length;
      if (calls < times) throw new Error(`${activity} was called ${calls} times, not ${times}`);
    }, { within: 20_000 });
  }
}
