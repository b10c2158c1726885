import type { Node } from 'kubernetes-types/core/v1';
import { Annotation, Label } from '../../api/names/keys';
import { isEligibleNode } from '../../domain/selection';
import { type KubeClient, Nodes } from '../../kube';
import { UserError } from '../user-error';

/** The machines that are to be taken back: the one that is named, else every node that is no virtual one itself. */
export async function machinesOf(client: KubeClient, name: string | undefined): Promise<string[]> {
  if (name === undefined) {
    const { items } = await client.list<Node>(Nodes, { metadataOnly: true });
    return items.filter(({ metadata }) => isEligibleNode(metadata?.labels ?? {})).map(({ metadata }) => metadata?.name ?? '');
  }
  const node = await client.get<Node>(Nodes, { name });
  if (node === null) throw new UserError(`--node ${name}: the cluster has no node of that name.`);
  return [name];
}

/** Tells every worker that it may send nothing more to a node, and from when on pods are deleted. */
export async function claimNode(client: KubeClient, name: string, deadline: number): Promise<void> {
  await annotate(client, name, { annotations: { [Annotation.ReclaimRequested]: new Date(deadline).toISOString() } });
}

/** Takes that back. */
export async function unclaimNode(client: KubeClient, name: string): Promise<void> {
  await annotate(client, name, { annotations: { [Annotation.ReclaimRequested]: null } });
}

/** Removes the label that says which policy lends the node; a worker would do it, but there may be none. */
export async function unlabelNode(client: KubeClient, name: string): Promise<void> {
  await annotate(client, name, { labels: { [Label.PolicyApplied]: null } });
}

async function annotate(client: KubeClient, name: string, metadata: object): Promise<void> {
  await client.patch(Nodes, { name }, { kind: 'merge', body: { metadata } });
}
