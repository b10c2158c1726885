import { Annotation, Label } from '../../api/names/keys';
import { tokenRequests } from '../../domain/pods';
import type { PodObject } from '../../domain/pods';
import { Reason } from '../../domain/conditions';
import { pathOf } from '../../domain/audit';
import type { AuditedObject, Finding } from '../../domain/audit';
import { isKubeError, Nodes, Pods, Secrets } from '../../kube';
import type { KubeObject, ResourceType } from '../../kube';
import type { BindingRef } from '../../workflows/contracts/activities';
import { releaseOriginal } from '../binding/release-originals';
import { reportOnBinding } from '../binding/report';
import { COPY_TYPES } from '../copies/kinds';
import type { Fleet } from '../fleet/fleet';
import type { PhysicalCluster } from '../fleet/physical-cluster';
import { MIRRORED_TYPES } from '../services/kinds';
import { subjectOf } from '../pod/subject';
import { renewTokens } from '../pod/token-secrets';
import { portsOf } from './audit-bindings';
import { lookOnce } from './look';

/** What a repair works with. */
interface Mending {
  readonly fleet: Fleet;
  readonly ref: BindingRef;
  readonly clusterID: string;
  readonly physical: PhysicalCluster;
}

/**
 * Mends what somebody has seen and confirmed and a comparison alone does not mend. Looks again first, so that only what is still found
 * is touched, each object under its UID. What fails is told in an event; the rest goes on.
 */
export async function repairBinding(fleet: Fleet, ref: BindingRef, ids: readonly string[]): Promise<void> {
  const binding = fleet.binding(ref.name, ref.uid);
  if (binding === undefined) return;
  const failed: string[] = [];
  let mended = 0;
  try {
    const { findings } = await lookOnce(portsOf(fleet), [ref.name]);
    const mending = { fleet, ref, clusterID: binding.spec.clusterID, physical: await fleet.physical(binding) };
    for (const one of findings.filter(({ id }) => ids.includes(id))) {
      if (one.repair === null || one.repair === 'compare') continue;
      await mend(one, mending).then(
        () => (mended += 1),
        (error: unknown) => failed.push(`${one.object.kind} ${pathOf(one.object)}: ${because(error)}`),
      );
    }
  } catch (error) {
    failed.push(because(error));
  }
  const outcome = failed.length === 0 ? '' : `; failed: ${failed.join('; ')}`;
  const message = `Both sides are compared again, ${mended} objects were mended one by one${outcome}.`;
  await reportOnBinding(fleet.virtual, binding, { type: failed.length === 0 ? 'Normal' : 'Warning', reason: Reason.Repaired, message });
}

/** A bug's message may quote anything; ours name objects and reasons only. */
function because(error: unknown): string {
  return isKubeError(error) ? error.message : 'it could not be done; see the log of the worker';
}

async function mend({ repair, object }: Finding, mending: Mending): Promise<void> {
  if (repair === 'remove') await remove(object, mending);
  if (repair === 'unlabel') await unlabel(object, mending);
  if (repair === 'release') await release(object, mending);
  if (repair === 'tokens') await issue(object, mending);
}

const REMOVABLE: Readonly<Record<string, ResourceType<KubeObject>>> = { Pod: Pods, ...COPY_TYPES, ...MIRRORED_TYPES };

async function remove({ kind, namespace, name, uid }: AuditedObject, { physical }: Mending): Promise<void> {
  const type = REMOVABLE[kind];
  if (type === undefined || uid === undefined) throw new Error(`cannot remove a ${kind}`);
  await physical.client.remove(type, { namespace, name }, { uid });
}

/** In the virtual cluster, on an object of the user's: nothing but what an earlier installation has put there. */
async function release({ kind, namespace, name, uid }: AuditedObject, { fleet, clusterID }: Mending): Promise<void> {
  const type = REMOVABLE[kind];
  const { client } = fleet.virtual;
  const selection = { namespace, fieldSelector: `metadata.name=${name}`, metadataOnly: true };
  const object = type && (await client.list(type, selection)).items.find(({ metadata }) => metadata?.uid === uid);
  if (type !== undefined && object !== undefined) await releaseOriginal(client, type, { object, clusterId: clusterID });
}

async function unlabel({ name, uid }: AuditedObject, { physical }: Mending): Promise<void> {
  const body = { metadata: { labels: { [Label.PolicyApplied]: null } } };
  await physical.client.patch(Nodes, { name }, { kind: 'merge', body }, { uid });
}

/** The Secret, or its name where it is missing, leads to the pod. */
async function issue({ namespace, name }: AuditedObject, { fleet, ref, physical }: Mending): Promise<void> {
  const secret = await physical.client.list(Secrets, { namespace, fieldSelector: `metadata.name=${name}`, metadataOnly: true });
  const uid = secret.items[0]?.metadata?.annotations?.[Annotation.VirtualPodUid];
  const pods = fleet.virtual.pods.store.list() as readonly PodObject[];
  for (const pod of uid === undefined ? pods : pods.filter(({ metadata }) => metadata.uid === uid)) {
    const requests = tokenRequests(pod).filter(({ secretName }) => secretName === name);
    if (requests.length === 0) continue;
    const { metadata } = pod;
    const subject = await subjectOf(fleet, { binding: ref.name, bindingUid: ref.uid, node: '', pod: { namespace: metadata.namespace, name: metadata.name, uid: metadata.uid } });
    await renewTokens(fleet, subject, pod, requests);
  }
}
