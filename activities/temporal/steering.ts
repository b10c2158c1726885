import { vnodeName } from '../../domain/vnode';
import { Nodes, recordEvent } from '../../kube';
import type { KubeObject } from '../../kube';
import type { BindingRef } from '../../workflows/contracts/activities';
import type { SteeringNote } from '../../workflows/contracts/steering';
import { reportOnBinding } from '../binding/report';
import type { Fleet } from '../fleet/fleet';
import { COMPONENT } from '../pod/report';

/**
 * Says on the binding, or on the vnode of one of its nodes, what somebody asked for. Best effort: one that has no vnode (yet) is
 * told about in the binding.
 */
export async function recordSteering(
  fleet: Fleet,
  { name, uid }: BindingRef,
  node: string | null,
  notes: readonly SteeringNote[],
): Promise<void> {
  const binding = fleet.binding(name, uid);
  if (binding === undefined) return;
  const vnode = node === null ? undefined : fleet.virtual.nodes.store.get(vnodeName(binding.spec.clusterID, node));
  for (const { reason, message } of notes) {
    if (vnode !== undefined) await reportOnVnode(fleet, vnode as KubeObject, { type: 'Normal', reason, message });
    else {
      const about = node === null ? message : `Node ${node}: ${message}`;
      await reportOnBinding(fleet.virtual, binding, { type: 'Normal', reason, message: about });
    }
  }
}

/** Says on a vnode what happened to it. Best effort: never throws. */
export async function reportOnVnode(
  { virtual }: Fleet,
  { metadata }: KubeObject,
  event: { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string },
): Promise<void> {
  const regarding = { apiVersion: Nodes.version, kind: Nodes.kind, metadata };
  await recordEvent(virtual.client, { regarding, ...event, reportingComponent: COMPONENT });
}
