import { Finalizer, KEY_PREFIX, Label, MANAGED_BY } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import type { CsiNodeObject } from '../csi-node';
import type { NodeObject } from '../vnode';
import type { NodeLeaseMeta } from './nodes';
import { finding, objectIn } from './types';
import type { AuditedObject, Finding } from './types';

/** An object of the user's with whatever finalizers it has. */
export interface Finalized {
  readonly kind: string;
  readonly metadata: { readonly namespace?: string; readonly name: string; readonly uid: string; readonly finalizers?: readonly string[] };
}

/** What of ours is in the virtual cluster, apart from any one physical cluster. */
export interface StrayFacts {
  readonly bindings: readonly ClusterBinding[];
  readonly nodes: readonly NodeObject[];
  readonly csiNodes: readonly CsiNodeObject[];
  readonly nodeLeases: readonly NodeLeaseMeta[];
  /** ConfigMaps, Secrets, claims and volumes. */
  readonly originals: readonly Finalized[];
}

const COPY_FINALIZER = `${KEY_PREFIX}finalizer-`;

/** What belongs to bindings that are no more, heartbeats without a node, and finalizers of an earlier installation. */
export function auditStrays(facts: StrayFacts): Finding[] {
  const names = new Set(facts.bindings.map(({ metadata }) => metadata.name));
  const nodes = new Set(facts.nodes.map(({ metadata }) => metadata.name));
  const left = ({ metadata }: NodeObject | CsiNodeObject) => {
    const { [Label.ManagedBy]: manager, [Label.ClusterBinding]: binding } = metadata.labels ?? {};
    return manager === MANAGED_BY && binding !== undefined && !names.has(binding);
  };
  const gone = (object: AuditedObject, cause: string, advice: string) => finding({ kind: 'Orphan', binding: null, object, cause, advice });
  return [
    ...facts.nodes.filter(left).map((node) =>
      gone(objectIn('virtual', 'Node', node), `its ClusterBinding ${node.metadata.labels?.[Label.ClusterBinding]} does not exist`, `Remove its finalizer ${Finalizer.Vnode} and delete it.`),
    ),
    ...facts.csiNodes.filter((one) => left(one) && !nodes.has(one.metadata.name)).map((one) =>
      gone(objectIn('virtual', 'CSINode', one), `its ClusterBinding ${one.metadata.labels?.[Label.ClusterBinding]} does not exist`, 'Delete it.'),
    ),
    ...facts.nodeLeases.filter(({ metadata }) => !nodes.has(metadata?.name ?? '')).map((lease) =>
      gone(objectIn('virtual', 'Lease', lease), 'there is no Node of its name', 'A gateway removes it; see whether one runs.'),
    ),
    ...facts.originals.flatMap((object) => auditOriginal(object, facts.bindings)),
  ];
}

/** We never write one; an earlier installation did, and nobody else would release it. */
function auditOriginal({ kind, metadata }: Finalized, bindings: readonly ClusterBinding[]): Finding[] {
  const ids = (metadata.finalizers ?? []).filter((one) => one.startsWith(COPY_FINALIZER)).map((one) => one.slice(COPY_FINALIZER.length));
  return ids.map((id) => {
    const binding = bindings.find(({ spec }) => spec.clusterID === id)?.metadata.name ?? null;
    const object = objectIn('virtual', kind, { metadata });
    const common = { kind: 'StaleFinalizer', binding, object, cause: `${COPY_FINALIZER}${id} of an earlier installation` } as const;
    if (binding !== null) return finding({ ...common, repair: 'release' });
    return finding({ ...common, advice: `No ClusterBinding has the clusterID ${id}: remove the finalizer by hand.` });
  });
}
