import type { Node } from 'kubernetes-types/core/v1';
import { Label } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { auditCopies, auditDuplicates, auditLender, auditNodes, auditPods, auditServices, auditStrays, auditTokens, oncePerObject } from '../../domain/audit';
import type { AuditReport, AuditedBinding, CopiedPod, Finding, PodRefusals, WaitingPod } from '../../domain/audit';
import { isAbandoned } from '../../domain/binding';
import { findCondition, Reason } from '../../domain/conditions';
import { isPlaceholder } from '../../domain/host-ports';
import { isOurs } from '../../domain/pods';
import type { VnodeState } from '../../domain/pods';
import { mirroredNamespaces } from '../../domain/services';
import { physicalNodeOf } from '../../domain/vnode';
import type { NodeObject } from '../../domain/vnode';
import { isKubeError } from '../../kube';
import type { KubeClient } from '../../kube';
import { CredentialsFault } from '../fleet/credentials';
import { vnodeState } from '../fleet/vnodes';
import { readPhysicalSide } from './physical-side';
import type { PhysicalSide } from './physical-side';
import { readRefusals } from './refusals';
import { readServiceSide } from './service-side';
import type { ServiceSide } from './service-side';
import { readVirtualSide } from './virtual-side';
import type { VirtualSide } from './virtual-side';

/** A client of a physical cluster, and what to do when it is not needed any more. */
export interface OpenCluster {
  readonly client: KubeClient;
  close(): Promise<void>;
}

/** The clusters that an audit looks at. */
export interface AuditPorts {
  readonly virtual: KubeClient;
  /** @throws CredentialsFault, KubeError */
  openPhysical(binding: ClusterBinding): Promise<OpenCluster>;
}

/** What one look found at one binding. */
interface BindingLook {
  readonly binding: AuditedBinding;
  readonly findings: readonly Finding[];
  readonly waiting: readonly WaitingPod[];
  readonly copiedPods: readonly CopiedPod[];
}

/**
 * One look at both sides of the bindings with these names, all of them where none are given. A physical cluster that cannot be read keeps
 * none of the others from being looked at.
 * @throws KubeError when the virtual cluster cannot be read
 */
export async function lookOnce(ports: AuditPorts, names: readonly string[] | null): Promise<AuditReport> {
  const side = await readVirtualSide(ports.virtual);
  const wanted = side.bindings.filter(({ metadata }) => names === null || names.includes(metadata.name));
  const looks = await Promise.all(wanted.filter(isServed).map((binding) => lookAt(ports, side, binding)));
  const duplicates = auditDuplicates({
    copies: unique(looks.flatMap(({ copiedPods }) => copiedPods)),
    virtualPods: side.pods,
    bindingOf: (vnode) => nodeOf(side, vnode)?.metadata.labels?.[Label.ClusterBinding],
  });
  const findings = [...duplicates, ...looks.flatMap((look) => look.findings), ...auditStrays(side)];
  return {
    at: new Date().toISOString(),
    bindings: looks.map(({ binding }) => binding),
    findings: oncePerObject(findings.filter(({ binding }) => names === null || (binding !== null && names.includes(binding)))),
    waiting: looks.flatMap(({ waiting }) => waiting),
  };
}

/** A second one with a taken clusterID touches nothing, and an abandoned cluster is a debt. */
function isServed(binding: ClusterBinding): boolean {
  return findCondition(binding.status?.conditions, 'Ready')?.reason !== Reason.DuplicateClusterID && !isAbandoned(binding);
}

async function lookAt(ports: AuditPorts, virtual: VirtualSide, binding: ClusterBinding): Promise<BindingLook> {
  const { name } = binding.metadata;
  const unread = (why: string): BindingLook => ({ binding: { name, unread: why }, findings: [], waiting: [], copiedPods: [] });
  const { mountNamespace } = binding.spec;
  if (!mountNamespace) return unread('spec.mountNamespace is missing');
  try {
    const { client, close } = await ports.openPhysical(binding);
    try {
      const place = { virtual: ports.virtual, physical: client, virtualCluster: virtual.uid, namespaces: mirroredNamespaces(binding.spec) };
      const [physical, services] = await Promise.all([
        readPhysicalSide({ client, mountNamespace, ownership: { virtualCluster: virtual.uid, binding: name } }),
        readServiceSide(place),
      ]);
      const refusals = await readRefusals(ports.virtual, virtual.pods, physical.mountPods);
      return { binding: { name, unread: null }, ...compare(virtual, physical, { binding, mountNamespace, services, refusals }) };
    } finally {
      await close();
    }
  } catch (error) {
    // Their messages name objects and fields, never a value.
    if (error instanceof CredentialsFault || isKubeError(error)) return unread(error.message);
    throw error;
  }
}

/** What else the rules go by. */
interface Circumstances {
  readonly binding: ClusterBinding;
  readonly mountNamespace: string;
  readonly services: ServiceSide | null;
  readonly refusals: PodRefusals;
}

/** Every rule, over the same two sides. */
function compare(virtual: VirtualSide, physical: PhysicalSide, { binding, mountNamespace, services, refusals }: Circumstances): Omit<BindingLook, 'binding'> {
  const { name } = binding.metadata;
  const names = new Set(virtual.bindings.map(({ metadata }) => metadata.name));
  const bindingExists = (other: string) => names.has(other);
  const common = {
    ownership: { virtualCluster: virtual.uid, binding: name },
    mountNamespace,
    runningDaemonsetByDefault: binding.spec.runningDaemonsetByDefault,
    virtualPods: virtual.pods,
    mountPods: physical.mountPods,
    vnodeState: stateIn(virtual, binding),
    sources: virtual.sources,
    now: Date.now(),
  };
  const nodes = { virtualNodes: virtual.nodes, physicalNodes: physical.nodes };
  const { findings, waiting } = auditPods({ ...common, ...refusals });
  const node = auditNodes({
    ...nodes,
    binding: { name, clusterID: binding.spec.clusterID },
    isOccupied: occupiedIn(virtual, physical, common.ownership),
    virtualCsiNodes: virtual.csiNodes,
    physicalCsiNodes: physical.csiNodes,
    nodeLeases: virtual.nodeLeases,
    now: common.now,
  });
  const lender = auditLender({ ...common, ...nodes, policies: physical.policies, mountNamespace: physical.mountNamespace, wasBound: binding.status?.lastSyncTime !== undefined });
  const copies = auditCopies({ ...common, copies: physical.copies, bindingExists });
  const mirrors = services === null ? [] : auditServices({ ...services, ownership: common.ownership, namespaces: mirroredNamespaces(binding.spec), bindingExists });
  const tokens = auditTokens({ ...common, tokenSecrets: physical.tokenSecrets });
  return { findings: [...findings, ...node, ...copies, ...mirrors, ...tokens, ...lender], waiting, copiedPods: physical.copiedPods };
}

function nodeOf({ nodes }: VirtualSide, name: string): NodeObject | undefined {
  return indexOf(nodes).get(name);
}

/** Many pods ask for the same few nodes. */
const indexes = new WeakMap<readonly NodeObject[], ReadonlyMap<string, NodeObject>>();

function indexOf(nodes: readonly NodeObject[]): ReadonlyMap<string, NodeObject> {
  const known = indexes.get(nodes) ?? new Map(nodes.map((node) => [node.metadata.name, node]));
  indexes.set(nodes, known);
  return known;
}

function stateIn(side: VirtualSide, binding: ClusterBinding): (vnode: string) => VnodeState {
  return (vnode) => vnodeState(nodeOf(side, vnode) as Node | undefined, binding);
}

function occupiedIn(virtual: VirtualSide, physical: PhysicalSide, ownership: { virtualCluster: string; binding: string }): (vnode: NodeObject) => boolean {
  const used = new Set(virtual.pods.filter((pod) => !isPlaceholder(pod)).map(({ spec }) => spec.nodeName));
  const lent = new Set(physical.mountPods.filter((pod) => isOurs(pod, ownership)).map(({ spec }) => spec.nodeName));
  return (vnode) => used.has(vnode.metadata.name) || lent.has(physicalNodeOf(vnode) ?? '');
}

/** Bindings of one physical cluster list the same pods. */
function unique(copies: readonly CopiedPod[]): CopiedPod[] {
  return [...new Map(copies.map((copy) => [copy.metadata.uid, copy])).values()];
}
