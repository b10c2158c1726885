import { termsOf } from '../../domain/reclaim';
import { edgeTaint, isVnodeOf, planVnodeStatus, withReclaimConditions } from '../../domain/vnode';
import type { NodeDecision, NodeObject } from '../../domain/vnode';
import type { WindowState } from '../../domain/windows';
import { isKubeError, Nodes } from '../../kube';
import { capacityOf, endpointOf } from '../node/facts';
import type { NodeView } from '../node/facts';
import { turnOf } from '../node/turn';
import type { WatchContext } from './context';
import { EndsAhead } from './ends-ahead';
import { Overlay } from './overlay';

type Lend = Extract<NodeDecision, { action: 'lend' }>;
/** A lent node that both sides have. */
type LentView = NodeView & { readonly node: NodeObject; readonly vnode: NodeObject };

/** Writes what a vnode shows and needs no history: its status (conditions, capacity, addresses), and the taint of a window's end. */
export class VnodeMirror {
  private readonly overlay = new Overlay<NodeObject>();
  private readonly ahead = new EndsAhead();

  constructor(private readonly context: WatchContext) {}

  /** The vnode as listed, or as written since. */
  newest(listed: NodeObject | null): NodeObject | null {
    return this.overlay.newest(listed);
  }

  /** @returns when the window's end asks for a taint as things stand, epoch milliseconds; null: it does not, or has got it */
  async write(view: LentView, decision: Lend): Promise<number | null> {
    if (!isVnodeOf(view.vnode, view.binding.metadata)) return null;
    const edgeAt = await this.closeAtEdge(view, decision);
    await this.writeStatus(view, decision);
    return edgeAt;
  }

  /** Whether an end that had been seen ahead closed the vnode, and its workflow was not to follow more than `millis` ago. */
  closedByTimer(vnode: NodeObject, millis: number): boolean {
    return this.ahead.closed(vnode, millis);
  }

  /** Of a node that is not lent any more nothing is mirrored, but where its return stands. */
  async writeReclaim({ vnode, binding }: NodeView): Promise<void> {
    if (vnode === null || !isVnodeOf(vnode, binding.metadata)) return;
    this.ahead.forget(vnode);
    const conditions = withReclaimConditions(vnode, Date.now());
    if (conditions === null) return;
    const { resourceVersion } = vnode.metadata;
    await this.patch(vnode, { status: { conditions } }, { subresource: 'status', resourceVersion });
  }

  /** A thousand windows may end in one second, and new pods must not wait until a thousand workflows have had their turn (ADR 8). */
  private async closeAtEdge(view: LentView, { policy, window }: Lend): Promise<number | null> {
    const live = view.vnode;
    const { patch, dueAt } = edgeTaint({ window, terms: termsOf(policy.spec), live, now: Date.now() });
    if (dueAt !== null) this.noteAhead(live, { window, at: dueAt });
    if (patch === null) return dueAt;
    try {
      await this.context.rush.during(this.patch(live, patch, {}));
    } catch (error) {
      // Somebody else was first, mostly the workflow; what was written calls again.
      if (!isKubeError(error, 'Conflict')) throw error;
    }
    return null;
  }

  private noteAhead(live: NodeObject, due: { readonly window: WindowState; readonly at: number }): void {
    const { fleet, ref } = this.context;
    const place = { binding: ref.name, vnode: live.metadata.name };
    this.ahead.note(live, due.at, () => turnOf(fleet, place, due));
  }

  private async writeStatus(view: LentView, { policy }: Lend): Promise<void> {
    const { fleet, settings } = this.context;
    const patch = planVnodeStatus({
      binding: { name: view.binding.metadata.name, ...view.binding.spec },
      physical: view.node,
      endpoint: endpointOf(fleet, view, settings),
      capacity: capacityOf(fleet, view, view.node, policy),
      live: view.vnode,
      now: Date.now(),
    });
    if (patch !== null) await this.patch(view.vnode, patch, { subresource: 'status' });
  }

  private async patch({ metadata: { name, uid } }: NodeObject, body: object, options: { subresource?: string; resourceVersion?: string }): Promise<void> {
    const { client } = this.context.fleet.virtual;
    this.overlay.put((await client.patch(Nodes, { name }, { kind: 'merge', body }, { ...options, uid })) as NodeObject);
  }
}
