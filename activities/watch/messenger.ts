import type { Client, WorkflowStartOptions } from '@temporalio/client';
import pLimit from 'p-limit';
import { TASK_QUEUE } from '../../api/names/group';
import type { BindingRef } from '../../workflows/contracts/activities';
import { nodesWantedSignal, reachabilitySignal, reclaimHeldSignal } from '../../workflows/contracts/cluster-binding';
import type { HeldReclaim, NodesWanted } from '../../workflows/contracts/cluster-binding';
import { bindingId, nodeId, podId, uidOfPod } from '../../workflows/contracts/ids';
import { nodeChangedSignal, podsAssignedSignal, reviewPodsSignal } from '../../workflows/contracts/leased-node';
import type { AssignedPod, PodsAssigned } from '../../workflows/contracts/leased-node';
import { WORKFLOW_TASK_TIMEOUT } from '../../workflows/contracts/settings';
import { KoBinding, KoNode } from '../../workflows/contracts/search-attributes';
import { deleteRequestedSignal, dependencyAppearedSignal, physicalGoneSignal, specChangedSignal } from '../../workflows/contracts/virtual-pod';
import type { DeleteRequested, PhysicalGone, PodRef, VirtualPodInput } from '../../workflows/contracts/virtual-pod';
import { openWorkflowsOf } from '../temporal/open-workflows';
import type { ConflatingSignals } from '../temporal/signals';
import type { Lull } from './lull';

const RETRY_MILLIS = 1_000;
/** Pods that are settled already only end their workflow: a few at a time leave room for what is waited for. */
const FAREWELLS = 2;

type PodStart = WorkflowStartOptions & { readonly args: unknown[] };

function mergeAssigned([waiting]: [PodsAssigned], [later]: [PodsAssigned]): [PodsAssigned] {
  return [{ uid: waiting.uid, pods: [...waiting.pods, ...later.pods] }];
}

/**
 * What the watch of one binding tells workflows. Nothing here is awaited by the watch: while Temporal is down its mirrors go
 * on, and each message is repeated until it is delivered or the watch ends; the next watch finds the same differences again.
 */
export class Messenger {
  private stopped = false;
  /** By node: pods that its workflow will be told about in a moment. */
  private readonly assigned = new Map<string, AssignedPod[]>();
  private readonly farewells = pLimit(FAREWELLS);

  constructor(
    private readonly client: Client,
    private readonly signals: ConflatingSignals,
    private readonly binding: BindingRef,
    private readonly lull: Lull,
  ) {}

  stop(): void {
    this.stopped = true;
  }

  /** A pod whose copy exists can wait for its workflow; one that has none yet cannot. */
  podAssigned(pod: PodRef, node: string, created: boolean): void {
    const assigned = this.assigned.get(node) ?? [];
    this.assigned.set(node, [...assigned, { ...pod, created }]);
    if (!created) this.sendAssigned(node);
    else if (assigned.length === 0) void this.lull.next().then(() => this.sendAssigned(node));
  }

  private sendAssigned(node: string): void {
    const pods = this.assigned.get(node);
    if (pods === undefined) return;
    this.assigned.delete(node);
    const message: PodsAssigned = { uid: this.binding.uid, pods };
    this.toNode(node, () =>
      this.signals.send(nodeId(this.binding.name, node), podsAssignedSignal, [message], mergeAssigned),
    );
  }

  nodeChanged(node: string): void {
    const { name, uid } = this.binding;
    this.toNode(node, () => this.signals.send(nodeId(name, node), nodeChangedSignal, [{ uid }]));
  }

  /** Asks a node to review its pods: a predecessor of this watch may have died between a pod and its message. */
  reviewNode(node: string): void {
    this.toNode(node, () => this.signals.send(nodeId(this.binding.name, node), reviewPodsSignal, []));
  }

  /**
   * Ends the workflows of pods that are gone: a predecessor of this watch may have died between a pod's end and its farewell.
   * @param isGone whether a pod of that UID is on neither side
   */
  endStrays(isGone: (uid: string) => boolean): void {
    this.untilDelivered(async () => {
      const open = await openWorkflowsOf(this.client)({ type: 'virtualPod', binding: this.binding.name });
      const strays = open.filter((id) => isGone(uidOfPod(id)));
      if (strays.length === 0) return;
      await this.lull.next();
      const tell = (id: string) => this.farewells(() => this.signals.send(id, physicalGoneSignal, [{ verify: true }]));
      for (const id of strays) this.untilDelivered(() => tell(id));
    });
  }

  nodesWanted(nodes: readonly string[], insist: boolean): void {
    const { name, uid } = this.binding;
    const merge = ([waiting]: [NodesWanted], [later]: [NodesWanted]): [NodesWanted] => [
      { uid, nodes: [...new Set([...waiting.nodes, ...later.nodes])], insist: waiting.insist || later.insist },
    ];
    this.untilDelivered(() => this.signals.send(bindingId(name), nodesWantedSignal, [{ uid, nodes, insist }], merge));
  }

  /** Null: nothing is held (any more). */
  reclaimHeld(held: HeldReclaim | null): void {
    const { name, uid } = this.binding;
    this.untilDelivered(() => this.signals.send(bindingId(name), reclaimHeldSignal, [{ uid, held }]));
  }

  reachability(reachable: boolean): void {
    const { name, uid } = this.binding;
    this.untilDelivered(() => this.signals.send(bindingId(name), reachabilitySignal, [{ uid, reachable }]));
  }

  deleteRequested(pod: PodRef, node: string, request: DeleteRequested): void {
    this.toPod(pod, node, (start) =>
      this.client.workflow.signalWithStart('virtualPod', {
        ...start,
        signal: deleteRequestedSignal,
        signalArgs: [request],
      }),
    );
  }

  physicalGone(pod: PodRef, node: string, gone: PhysicalGone): void {
    const send = (start: PodStart) =>
      this.client.workflow.signalWithStart('virtualPod', { ...start, signal: physicalGoneSignal, signalArgs: [gone] });
    const farewell = gone.settled === true ? this.lull.next() : undefined;
    this.toPod(pod, node, async (start) => {
      await farewell;
      return farewell === undefined ? send(start) : this.farewells(() => send(start));
    });
  }

  specChanged(pod: PodRef, node: string): void {
    this.toPod(pod, node, (start) =>
      this.client.workflow.signalWithStart('virtualPod', { ...start, signal: specChangedSignal, signalArgs: [] }),
    );
  }

  /** A pod's workflow that is not there has nothing to wait for. */
  dependencyAppeared({ uid }: PodRef): void {
    this.untilDelivered(() => this.signals.send(podId(uid), dependencyAppearedSignal, []));
  }

  /** Signals the pod's workflow, making it again, without a parent, where it is missing (which is rare). */
  private toPod(pod: PodRef, node: string, send: (start: PodStart) => Promise<unknown>): void {
    const { name: binding, uid: bindingUid } = this.binding;
    const input: VirtualPodInput = { binding, bindingUid, node, pod, created: true };
    this.untilDelivered(() =>
      send({
        workflowId: podId(pod.uid),
        taskQueue: TASK_QUEUE,
        args: [input],
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        staticSummary: `${pod.namespace}/${pod.name}`,
        typedSearchAttributes: [
          { key: KoBinding, value: binding },
          { key: KoNode, value: node },
        ],
      }),
    );
  }

  /** A node without a workflow is asked for again, and the message repeated to the new one. */
  private toNode(node: string, send: () => Promise<'sent' | 'absent'>): void {
    this.untilDelivered(async () => {
      if ((await send()) === 'sent') return;
      this.nodesWanted([node], true);
      throw new Error(`no open workflow for node ${node}`);
    });
  }

  private untilDelivered(send: () => Promise<unknown>): void {
    if (this.stopped) return;
    send().catch(() => {
      setTimeout(() => this.untilDelivered(send), RETRY_MILLIS).unref();
    });
  }
}
