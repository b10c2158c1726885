import { Annotation, Label, MANAGED_BY, PHYSICAL_READY, Taint } from '../../api/names/keys';
import { findCondition } from '../conditions';
import { planCsiNode } from '../csi-node';
import type { CsiNodeObject } from '../csi-node';
import type { EpochMillis } from '../pods';
import { isVnodeOf, physicalNodeOf, vnodeName } from '../vnode';
import type { NodeObject } from '../vnode';
import { STUCK_MILLIS } from './pods';
import { finding, objectIn } from './types';
import type { Finding, FindingKind } from './types';

/** The heartbeat object of a node. */
export interface NodeLeaseMeta {
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly uid?: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly renewTime?: string };
}

/** Nodes of both sides and what stands beside them, for one binding. */
export interface NodeAuditFacts {
  readonly binding: { readonly name: string; readonly clusterID: string };
  /** Every Node of the virtual cluster. */
  readonly virtualNodes: readonly NodeObject[];
  readonly physicalNodes: readonly NodeObject[];
  /** Whether a pod, ours or theirs, stands for something on that vnode, on either side. */
  readonly isOccupied: (vnode: NodeObject) => boolean;
  readonly virtualCsiNodes: readonly CsiNodeObject[];
  readonly physicalCsiNodes: readonly CsiNodeObject[];
  readonly nodeLeases: readonly NodeLeaseMeta[];
  readonly now: EpochMillis;
}

/** A heartbeat is written each ten seconds, and a node counts as lost after fifty. */
const HEARTBEAT_LATE_MILLIS = 40_000;

/** The vnodes of a binding, with their heartbeats and CSINodes. */
export function auditNodes(facts: NodeAuditFacts): Finding[] {
  const physical = new Map(facts.physicalNodes.map((node) => [node.metadata.name, node]));
  const vnodes = facts.virtualNodes.filter((node) => isVnodeOf(node, facts.binding));
  return [
    ...vnodes.flatMap((vnode) => auditVnode(vnode, physical.get(physicalNodeOf(vnode) ?? ''), facts)),
    ...vnodes.flatMap((vnode) => auditHeartbeat(vnode, facts)),
    ...auditCsiNodes(vnodes, facts),
  ];
}

type Verdict = readonly [FindingKind, string] | null;

function auditVnode(vnode: NodeObject, node: NodeObject | undefined, facts: NodeAuditFacts): Finding[] {
  const verdict = isGoing(vnode) ? leaving(vnode, facts) : standing(vnode, node);
  if (verdict === null) return [];
  const [kind, cause] = verdict;
  return [finding({ kind, binding: facts.binding.name, object: objectIn('virtual', 'Node', vnode), cause })];
}

function isGoing({ metadata, spec }: NodeObject): boolean {
  return metadata.deletionTimestamp !== undefined || spec?.taints?.some(({ key }) => key === Taint.VnodeDeleting) === true;
}

function leaving(vnode: NodeObject, { isOccupied, now }: NodeAuditFacts): Verdict {
  const overdue = now - Date.parse(vnode.metadata.deletionTimestamp ?? '') > STUCK_MILLIS;
  return overdue && !isOccupied(vnode) ? ['StaleFinalizer', 'it is being deleted, and no pod is left on it on either side'] : null;
}

function standing(vnode: NodeObject, node: NodeObject | undefined): Verdict {
  if (node === undefined) return ['Orphan', `the physical node ${physicalNodeOf(vnode) ?? ''} does not exist`];
  const { labels, annotations } = vnode.metadata;
  const known = labels?.[Label.PhysicalNodeUid] ?? annotations?.[Annotation.PhysicalNodeUid] ?? node.metadata.uid;
  return known === node.metadata.uid ? readiness(vnode, node) : ['Drift', 'it stands for an earlier physical node of the same name'];
}

/** What is not reported proves nothing. */
function readiness(vnode: NodeObject, node: NodeObject): Verdict {
  const ready = findCondition(node.status?.conditions, 'Ready')?.status;
  const shown = findCondition(vnode.status?.conditions, PHYSICAL_READY)?.status;
  if (ready === undefined || shown === undefined || (ready === 'True') === (shown === 'True')) return null;
  return ['Drift', `its condition ${PHYSICAL_READY} is ${shown}, and the physical node's Ready is ${ready}`];
}

/** Beats only while the physical node was last seen Ready. */
function auditHeartbeat(vnode: NodeObject, { binding, nodeLeases, now }: NodeAuditFacts): Finding[] {
  const condition = findCondition(vnode.status?.conditions, PHYSICAL_READY);
  if (condition?.status !== 'True' || vnode.metadata.deletionTimestamp !== undefined) return [];
  const { name } = vnode.metadata;
  const beat = Date.parse(nodeLeases.find(({ metadata }) => metadata?.name === name)?.spec?.renewTime ?? '');
  const since = Number.isNaN(beat) ? Date.parse(condition.lastTransitionTime ?? '') : beat;
  if (now - since < HEARTBEAT_LATE_MILLIS) return [];
  const object = { cluster: 'virtual', kind: 'Lease', namespace: 'kube-node-lease', name } as const;
  const advice = 'See whether a gateway runs: it renews the heartbeats of virtual nodes.';
  return [finding({ kind: 'Drift', binding: binding.name, object, cause: 'the heartbeat of its virtual node is not renewed', advice })];
}

/** By the rule that the watch goes by. */
function auditCsiNodes(vnodes: readonly NodeObject[], facts: NodeAuditFacts): Finding[] {
  const { binding } = facts;
  const live = new Map(facts.virtualCsiNodes.map((one) => [one.metadata.name, one]));
  const physical = new Map(facts.physicalCsiNodes.map((one) => [one.metadata.name, one]));
  const mine = facts.virtualCsiNodes.filter(({ metadata }) => metadata.labels?.[Label.ManagedBy] === MANAGED_BY && metadata.labels[Label.ClusterBinding] === binding.name);
  const nodes = new Map(vnodes.map((vnode) => [vnode.metadata.name, vnode]));
  return [...new Set([...nodes.keys(), ...mine.map(({ metadata }) => metadata.name)])].sort().flatMap((name) => {
    const vnode = nodes.get(name) ?? null;
    const node = physicalNodeOf(vnode ?? (live.get(name) as unknown as NodeObject)) ?? '';
    if (vnodeName(binding.clusterID, node) !== name) return [];
    const plan = planCsiNode({ binding, node, physical: physical.get(node) ?? null, vnode, live: live.get(name) ?? null });
    if (plan.action === 'none') return [];
    const kind = plan.action === 'create' ? 'Missing' : plan.action === 'remove' ? 'Orphan' : 'Drift';
    const object = { cluster: 'virtual', kind: 'CSINode', name } as const;
    return [finding({ kind, binding: binding.name, object, cause: CSI_CAUSES[kind] })];
  });
}

const CSI_CAUSES = {
  Missing: 'the physical node has one',
  Orphan: 'its virtual node, or the CSINode of the physical node, is gone',
  Drift: 'it is not what the CSINode of the physical node says',
} as const;
