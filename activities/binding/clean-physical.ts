import { Annotation, Finalizer, Label } from '../../api/names/keys';
import { ownershipLabels } from '../../domain/pods';
import { isPolicyLabelLeft } from '../../domain/vnode';
import { isKubeError, Nodes, Pods, ResourceLeasingPolicies, Secrets } from '../../kube';
import type { KubeClient, KubeObject, ResourceType } from '../../kube';
import { releaseAllCopies } from '../copies/release-all';
import { selectorOf } from '../fleet/selector';
import { releaseServices } from '../services/release-services';
import { releaseMountNamespace } from './mount-namespace';

/** Whose traces are to be removed, and where. */
export interface Cleaning {
  /** Of the physical cluster. */
  readonly client: KubeClient;
  readonly mountNamespace: string;
  readonly virtualCluster: string;
  /** Name of the ClusterBinding. */
  readonly binding: string;
  /** Names of policies that it had; its lender may have deleted them since. */
  readonly formerPolicies: readonly string[];
  /** True: a binding of that name lives, and what belongs to no single pod is its own. */
  readonly hasNamesake: boolean;
  /** True: the mount namespace serves another binding of this virtual cluster too. */
  readonly namespaceInUse: boolean;
  /** Whether a ClusterBinding of that name exists: it may share copies with this one. */
  readonly bindingExists: (name: string) => boolean;
  /** Whether the vPod with this UID, for which a copy or token Secret stands, lives. */
  readonly isAlive: (pod: { readonly namespace: string; readonly name: string; readonly uid: string }) => Promise<boolean>;
}

/**
 * Takes everything of one binding out of a physical cluster, and nothing else: pods first, each with its own grace; once they have
 * stopped their token Secrets and the copies that no other binding uses, the finalizer on policies, the label on nodes, the claim of the mount namespace.
 * @returns how many pods are still stopping
 * @throws KubeError
 */
export async function cleanPhysical(cleaning: Cleaning): Promise<number> {
  const { client, mountNamespace: namespace, virtualCluster, binding, hasNamesake } = cleaning;
  const selection = { namespace, labelSelector: selectorOf(ownershipLabels({ virtualCluster, binding })) };
  const pods = await removeDead(cleaning, Pods, selection);
  if (pods > 0) return pods;
  await removeDead(cleaning, Secrets, { ...selection, labelSelector: `${selection.labelSelector},${Label.ServiceAccountToken}=true` });
  if (hasNamesake) return 0;
  await releaseAllCopies({ client, mountNamespace: namespace, virtualCluster, binding, exists: cleaning.bindingExists });
  await releaseServices({ client, virtualCluster, binding, exists: cleaning.bindingExists });
  await releasePolicies(cleaning);
  if (!cleaning.namespaceInUse) await releaseMountNamespace(client, namespace, virtualCluster);
  return 0;
}

interface Found {
  /** Absent: of a kind without namespaces. */
  readonly namespace?: string;
  readonly labelSelector: string;
}

/** Deletes what stands for vPods that are no more. @returns how many there were */
async function removeDead<T extends KubeObject>(cleaning: Cleaning, type: ResourceType<T>, found: Found): Promise<number> {
  const { items } = await cleaning.client.list(type, { ...found, metadataOnly: true });
  const removed = await Promise.all(
    items.map(async ({ metadata }) => {
      if (await belongsToTheLiving(cleaning, metadata?.annotations)) return false;
      await removeUnder(cleaning.client, type, metadata);
      return true;
    }),
  );
  return removed.filter(Boolean).length;
}

/** What stands for no single pod belongs to the namesake, if there is one. */
async function belongsToTheLiving({ isAlive, hasNamesake }: Cleaning, annotations: Readonly<Record<string, string>> = {}): Promise<boolean> {
  const uid = annotations[Annotation.VirtualPodUid];
  const namespace = annotations[Annotation.VirtualPodNamespace];
  const name = annotations[Annotation.VirtualPodName];
  if (uid === undefined || namespace === undefined || name === undefined) return hasNamesake;
  return isAlive({ namespace, name, uid });
}

/** Deletes everything that the selection finds, under its UID. @throws KubeError */
export async function removeAll<T extends KubeObject>(client: KubeClient, type: ResourceType<T>, found: Found): Promise<void> {
  const { items } = await client.list(type, { ...found, metadataOnly: true });
  await Promise.all(items.map(({ metadata }) => removeUnder(client, type, metadata)));
}

/** One that is on its way out is not hurried. */
async function removeUnder(client: KubeClient, type: ResourceType<KubeObject>, metadata: KubeObject['metadata']): Promise<void> {
  const { namespace, name = '', uid, deletionTimestamp } = metadata ?? {};
  if (deletionTimestamp === undefined) await client.remove(type, { namespace, name }, { uid });
}

/** Earlier installations put a finalizer on policies; nodes carry the label of the policy that lent them. Both end with the binding. */
async function releasePolicies({ client, binding, formerPolicies }: Cleaning): Promise<void> {
  // Before the policies: one that is made and applied meanwhile would look like one that is no more.
  const nodes = await client.list(Nodes, { labelSelector: Label.PolicyApplied, metadataOnly: true });
  const { items: policies } = await client.list(ResourceLeasingPolicies);
  const held = policies.filter(({ spec, metadata }) => spec.cluster === binding && metadata.finalizers?.includes(Finalizer.Policy));
  for (const { metadata } of held) {
    const finalizers = metadata.finalizers?.filter((finalizer) => finalizer !== Finalizer.Policy);
    const { name, uid, resourceVersion } = metadata;
    await client.patch(ResourceLeasingPolicies, { name }, { kind: 'merge', body: { metadata: { finalizers } } }, { uid, resourceVersion });
  }
  for (const { metadata } of nodes.items) {
    const { name = '', uid = '', labels = {} } = metadata ?? {};
    if (isPolicyLabelLeft({ node: { metadata: { name, uid, labels } }, policies, binding }, formerPolicies)) await unlabel(client, name);
  }
}

async function unlabel(client: KubeClient, name: string): Promise<void> {
  const body = { metadata: { labels: { [Label.PolicyApplied]: null } } };
  try {
    await client.patch(Nodes, { name }, { kind: 'merge', body });
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error;
  }
}
