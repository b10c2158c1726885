import type { Client } from '@temporalio/client';
import { vnodeName } from '../../domain/vnode';
import { bindingId, nodeId } from '../../workflows/contracts/ids';
import { KoBinding, KoCluster, KoNode } from '../../workflows/contracts/search-attributes';
import { UserError } from '../user-error';

/** One lent node, as workflows name it. */
export interface NodeTarget {
  readonly binding: string;
  readonly node: string;
}

/**
 * The node that a person means: `<binding>/<node>`, or the name alone of a physical or a virtual node while only one lent node
 * has it.
 * @throws UserError where there is none, or more than one
 */
export async function findNode(client: Client, text: string, binding?: string): Promise<NodeTarget> {
  const slash = text.indexOf('/');
  if (slash > 0) return { binding: text.slice(0, slash), node: text.slice(slash + 1) };
  if (binding !== undefined) return { binding, node: text };
  const found = [...(await nodesNamed(client, text)), ...(await nodesOfVnode(client, text))];
  const [only, ...others] = found;
  if (only === undefined) throw new UserError(`No lent node is called ${text}; write BINDING/NODE as kubectl get nodes of either cluster shows it.`);
  if (others.length === 0) return only;
  const choices = found.map(({ binding: of, node }) => `${of}/${node}`).sort();
  throw new UserError(`More than one lent node is called ${text}: write ${choices.join(' or ')}.`);
}

/** Id of the workflow that a person means by `<binding>` or `<binding>/<node>`. */
export function workflowIdOf(target: string): string {
  const slash = target.indexOf('/');
  return slash > 0 ? nodeId(target.slice(0, slash), target.slice(slash + 1)) : bindingId(target);
}

async function nodesNamed(client: Client, node: string): Promise<NodeTarget[]> {
  const found: NodeTarget[] = [];
  const query = `WorkflowType = "leasedNode" AND ExecutionStatus = "Running" AND ${KoNode.name} = ${quoted(node)}`;
  for await (const { typedSearchAttributes } of client.workflow.list({ query })) {
    const binding = typedSearchAttributes.get(KoBinding);
    if (binding !== undefined) found.push({ binding, node });
  }
  return found;
}

/** A vnode's name begins with the clusterID of its binding, unless it was shortened. */
async function nodesOfVnode(client: Client, name: string): Promise<NodeTarget[]> {
  if (!name.startsWith('vnode-')) return [];
  const found: NodeTarget[] = [];
  const query = 'WorkflowType = "clusterBinding" AND ExecutionStatus = "Running"';
  for await (const { typedSearchAttributes } of client.workflow.list({ query })) {
    const [binding, cluster] = [typedSearchAttributes.get(KoBinding), typedSearchAttributes.get(KoCluster)];
    const prefix = cluster === undefined ? name : vnodeName(cluster, '');
    if (binding === undefined || cluster === undefined || !name.startsWith(prefix)) continue;
    const node = name.slice(prefix.length);
    found.push(...(await nodesNamed(client, node)).filter((one) => one.binding === binding && vnodeName(cluster, node) === name));
  }
  return found;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
