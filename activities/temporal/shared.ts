import type { Client, WorkflowHandle } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { Annotation } from '../../api/names/keys';
import { vnodeName } from '../../domain/vnode';
import { ClusterBindings, isKubeError, Nodes } from '../../kube';
import type { BindingRef, SharedActivities } from '../../workflows/contracts/activities';
import { forceReclaimSignal } from '../../workflows/contracts/common';
import { nodeChangedSignal } from '../../workflows/contracts/leased-node';
import type { Asked } from '../../workflows/contracts/steering';
import { failing } from '../failing';
import type { Fleet } from '../fleet/fleet';
import type { OpenWorkflows } from './open-workflows';
import { recordSteering } from './steering';

/** Activities that several workflows use. */
export function sharedActivities(fleet: Fleet, client: Client, openWorkflows: OpenWorkflows): SharedActivities {
  return {
    openWorkflows: failing(openWorkflows),

    setPaused: failing(async ({ name, uid }, node, paused) => {
      const binding = fleet.binding(name, uid);
      if (binding === undefined) return;
      const body = { metadata: { annotations: { [Annotation.Paused]: paused ? 'true' : null } } };
      const patch = { kind: 'merge', body } as const;
      const { client } = fleet.virtual;
      if (node === null) await unlessGone(client.patch(ClusterBindings, { name }, patch, { uid }));
      else await unlessGone(client.patch(Nodes, { name: vnodeName(binding.spec.clusterID, node) }, patch));
    }),

    recordSteering: failing((ref, node, notes) => recordSteering(fleet, ref, node, notes)),

    tellNodes: failing(async (ref, message, asked) => {
      const ids = await openWorkflows({ type: 'leasedNode', binding: ref.name });
      await Promise.all(ids.map((id) => tell(client.workflow.getHandle(id), ref, message, asked)));
    }),
  };
}

/** A pause of something that is gone is no pause. */
async function unlessGone(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
}

type NodeMessage = Parameters<SharedActivities['tellNodes']>[1];

async function tell(handle: WorkflowHandle, { uid }: BindingRef, message: NodeMessage, asked?: Asked): Promise<void> {
  try {
    if (message === 'cancel') await handle.cancel();
    else if (message === 'look') await handle.signal(nodeChangedSignal, { uid });
    else await handle.signal(forceReclaimSignal, asked);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
