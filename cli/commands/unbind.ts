import { setTimeout as sleep } from 'node:timers/promises';
import type { Node } from 'kubernetes-types/core/v1';
import type { Command } from 'commander';
import { Annotation, Label } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { findCondition, toRfc3339 } from '../../domain/conditions';
import { ClusterBindings, Nodes, type KubeClient } from '../../kube';
import { withCluster } from '../connect';
import type { Io } from '../io';
import { UserError } from '../user-error';

interface UnbindOptions {
  readonly kubeconfig?: string;
  readonly abandon?: boolean;
  readonly wait?: boolean;
}

const POLL_MS = 500;

/** `kubeocean unbind`: gives every node of a binding back, with the grace of its policies; or gives the cluster up at once. */
export function registerUnbind(program: Command, io: Io): void {
  program
    .command('unbind <binding>')
    .description('Delete a ClusterBinding: its nodes are drained with grace, then everything of ours is removed on both sides.')
    .option('--kubeconfig <file>', 'kubeconfig of the virtual cluster (default: KUBECONFIG, else ~/.kube/config)')
    .option('--abandon', 'do not wait for the physical cluster: no grace; what is left there becomes a debt (kubeocean debts)')
    .option('--wait', 'return when the binding is gone, saying meanwhile what is left')
    .action((binding: string, options: UnbindOptions) => unbind(binding, options, io));
}

async function unbind(name: string, { kubeconfig, abandon, wait }: UnbindOptions, io: Io): Promise<void> {
  await withCluster(kubeconfig, async ({ client }) => {
    const binding = await client.get(ClusterBindings, { name });
    if (binding === null) throw new UserError(`ClusterBinding ${name} does not exist in the cluster of --kubeconfig.`);
    const { uid } = binding.metadata;
    // First the word, then the deletion: whoever crashes in between has not abandoned anything.
    if (abandon === true) await markAbandoned(client, binding);
    await client.remove(ClusterBindings, { name }, { uid });
    io.out(`clusterbinding/${name} ${abandon === true ? 'is being abandoned' : 'is being unbound'}\n`);
    if (wait === true) await untilGone(client, binding, io);
  });
}

async function markAbandoned(client: KubeClient, { metadata: { name, uid, annotations } }: ClusterBinding): Promise<void> {
  if (annotations?.[Annotation.Abandon]) return;
  const body = { metadata: { annotations: { [Annotation.Abandon]: toRfc3339(Date.now()) } } };
  await client.patch(ClusterBindings, { name }, { kind: 'merge', body }, { uid });
}

async function untilGone(client: KubeClient, { metadata: { name, uid } }: ClusterBinding, io: Io): Promise<void> {
  let said = '';
  for (;;) {
    const binding = await client.get(ClusterBindings, { name });
    if (binding === null || binding.metadata.uid !== uid) break;
    const progress = await progressOf(client, binding);
    if (progress !== said) io.err(`${progress}\n`);
    said = progress;
    await sleep(POLL_MS);
  }
  io.out(`clusterbinding/${name} is gone\n`);
}

async function progressOf(client: KubeClient, { metadata, status }: ClusterBinding): Promise<string> {
  const { items } = await client.list<Node>(Nodes, { labelSelector: `${Label.ClusterBinding}=${metadata.name}`, metadataOnly: true });
  const left = `${items.length} virtual nodes left`;
  const away = findCondition(status?.conditions, 'Connected')?.status === 'False' && !metadata.annotations?.[Annotation.Abandon];
  return away ? `${left}; the physical cluster does not answer: wait for it, or give it up with --abandon` : left;
}
