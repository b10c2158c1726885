import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { Annotation } from '../../api/names/keys';
import { vnodeName } from '../../domain/vnode';
import { ClusterBindings, isKubeError, Nodes } from '../../kube';
import type { SharedActivities } from '../../workflows/contracts/activities';
import { forceReclaimSignal } from '../../workflows/contracts/common';
import { failing } from '../failing';
import type { Fleet } from '../fleet/fleet';
import type { OpenWorkflows } from './open-workflows';

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

    tellNodes: failing(async ({ name }, message) => {
      const ids = await openWorkflows({ type: 'leasedNode', binding: name });
      await Promise.all(ids.map((id) => tell(client, id, message)));
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

async function tell(client: Client, workflowId: string, message: 'forceReclaim' | 'cancel'): Promise<void> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    await (message === 'cancel' ? handle.cancel() : handle.signal(forceReclaimSignal));
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
