import { Finalizer, GATEWAY_LEASE, Label } from '../../api/names/keys';
import type { ClusterBinding } from '../../api/names/types';
import { decideBinding, elderWithClusterId, isAbandoned, planBindingStatus, validateBinding } from '../../domain/binding';
import type { BindingDecision, BindingFacts, VirtualAccess } from '../../domain/binding';
import { findCondition, Reason } from '../../domain/conditions';
import { ClusterBindings, NodeLeases } from '../../kube';
import type { BindingPass, BindingRef } from '../../workflows/contracts/activities';
import { BY_BINDING } from '../fleet/virtual-cluster';
import type { Fleet } from '../fleet/fleet';
import { claimMountNamespace } from './mount-namespace';
import { preflight } from './preflight-checks';
import { releaseOriginals } from './release-originals';
import { reportOnBinding } from './report';

/** How long the first lists of a physical cluster are waited for before the condition says that they are not synced. */
const SYNC_MILLIS = 1_500;
/** A gateway's heartbeat object older than this says that none serves. */
const GATEWAY_SILENT_MILLIS = 40_000;

/**
 * Looks at one ClusterBinding: validates it, checks its cluster, claims the mount namespace, and writes finalizer, phase and
 * conditions where they differ. A binding whose clusterID belongs to another is told so and touches nothing of the other's.
 * @throws KubeError when the virtual cluster cannot be read or written; StoresNotReady while its vnodes and Services are not listed yet
 */
export async function reconcileBinding(fleet: Fleet, ref: BindingRef): Promise<BindingPass> {
  fleet.assertListed();
  const binding = await readBinding(fleet, ref);
  if (binding === null) return { presence: 'gone', generation: 0, phase: 'Pending', reason: 'gone', clusterId: '' };
  const { generation = 0, deletionTimestamp } = binding.metadata;
  const deleting = deletionTimestamp !== undefined;
  const { facts, credentials } = await gather(fleet, binding, deleting);
  const decision = decideBinding(facts);
  if (decision.phase === 'Ready') {
    await claimMountNamespace(fleet, binding);
  }
  await writeStatus(fleet, decision.phase === 'Ready' ? await takeOver(fleet, binding) : binding, decision);
  return {
    presence: deleting ? 'deleting' : 'live',
    generation,
    phase: decision.phase,
    reason: decision.reason,
    credentials,
    clusterId: binding.spec.clusterID,
    ...(isAbandoned(binding) ? { abandoned: true } : {}),
  };
}

/** From the API server, not the store: what is decided here must not rest on an older version. */
async function readBinding({ virtual }: Fleet, { name, uid }: BindingRef): Promise<ClusterBinding | null> {
  const binding = await virtual.client.get(ClusterBindings, { name });
  return binding?.metadata.uid === uid ? binding : null;
}

async function gather(
  fleet: Fleet,
  binding: ClusterBinding,
  deleting: boolean,
): Promise<{ facts: BindingFacts; credentials?: string }> {
  const { name } = binding.metadata;
  const problems = validateBinding({ name, spec: binding.spec, acceptedClusterID: acceptedClusterId(fleet, binding) });
  // Not from the store: two bindings made at the same moment must both see both.
  const { items: all } = await fleet.virtual.client.list(ClusterBindings);
  const duplicateOf = elderWithClusterId(binding, all)?.metadata.name ?? null;
  const silent = findCondition(binding.status?.conditions, 'Connected')?.reason === Reason.ClusterUnreachable;
  const own = { problems, duplicateOf, deleting, silent, now: Date.now() };
  if (deleting || problems.length > 0) return { facts: { ...own, ...UNCHECKED, ...NOTHING_KNOWN } };
  const { checks, credentials, life, mountNamespaceUID, clusterUID } = await preflight(fleet.virtual, binding, all);
  const usable = checks.every(({ status }) => status === 'Passed' || status === 'Warning');
  const parts = usable ? await gatherParts(fleet, binding) : NOTHING_KNOWN;
  return { credentials, facts: { ...own, checks, credentials: life, mountNamespaceUID, clusterUID, ...parts } };
}

const UNCHECKED = { checks: null, credentials: null, mountNamespaceUID: null, clusterUID: null } as const;

type Parts = Pick<BindingFacts, 'watchSynced' | 'gatewayServing' | 'virtualAccess'>;

const NOTHING_KNOWN: Parts = { watchSynced: null, gatewayServing: null, virtualAccess: null };

async function gatherParts(fleet: Fleet, binding: ClusterBinding): Promise<Parts> {
  return {
    watchSynced: await listsSynced(fleet, binding),
    gatewayServing: await gatewayServing(fleet),
    virtualAccess: await virtualAccess(fleet, binding),
  };
}

async function virtualAccess({ virtual: { endpoints } }: Fleet, binding: ClusterBinding): Promise<VirtualAccess> {
  const { api, dns } = endpoints.choice(binding);
  return { api: api.source, dns: dns.source, unresolvedDns: (await endpoints.resolve(binding)).unresolvedDns };
}

/** Its vnodes carry the clusterID under which it was accepted, across restarts. */
function acceptedClusterId({ virtual }: Fleet, { metadata }: ClusterBinding): string | undefined {
  return virtual.nodes.store.by(BY_BINDING, metadata.name)[0]?.metadata?.labels?.[Label.PhysicalClusterId];
}

async function listsSynced(fleet: Fleet, binding: ClusterBinding): Promise<boolean> {
  const physical = await fleet.physical(binding);
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, SYNC_MILLIS).unref());
  await Promise.race([physical.synced(), timeout]);
  return physical.hasSynced();
}

async function gatewayServing({ virtual }: Fleet): Promise<boolean> {
  const lease = await virtual.client.get(NodeLeases, GATEWAY_LEASE);
  const renewed = Date.parse(lease?.spec?.renewTime ?? '');
  return Date.now() - renewed < GATEWAY_SILENT_MILLIS;
}

/**
 * One finalizer of ours holds the binding. That of an earlier installation's syncer marks what it left on objects of the user's:
 * both are released here, not only when the binding ends, so that nobody's `kubectl delete` hangs meanwhile.
 * @returns the binding as it is now
 */
async function takeOver({ virtual }: Fleet, binding: ClusterBinding): Promise<ClusterBinding> {
  const { metadata, spec } = binding;
  const { name, uid, resourceVersion, finalizers = [] } = metadata;
  const others = finalizers.filter((finalizer) => finalizer !== Finalizer.ClusterBindingSyncer);
  const wasTheirs = others.length < finalizers.length;
  if (wasTheirs) await releaseOriginals(virtual.client, spec.clusterID);
  const isHeld = others.includes(Finalizer.ClusterBindingManager);
  if (isHeld && !wasTheirs) return binding;
  const body = { metadata: { finalizers: isHeld ? others : [...others, Finalizer.ClusterBindingManager] } };
  return virtual.client.patch(ClusterBindings, { name }, { kind: 'merge', body }, { uid, resourceVersion });
}

/** Under the version that was judged: a look that was given up may still be under way, and must not overwrite what came after it. */
async function writeStatus(fleet: Fleet, binding: ClusterBinding, decision: BindingDecision): Promise<void> {
  const { virtual } = fleet;
  const status = planBindingStatus(binding, decision, Date.now());
  if (status === null) return;
  const { name, uid, resourceVersion } = binding.metadata;
  const options = { subresource: 'status', uid, resourceVersion };
  await virtual.client.patch(ClusterBindings, { name }, { kind: 'merge', body: { status } }, options);
  await reportLostApiAccess(fleet, binding, decision);
  await reportReturn(fleet, binding, decision);
  if (binding.status?.phase === decision.phase && decision.phase !== 'Failed') return;
  await reportOnBinding(virtual, binding, {
    type: decision.phase === 'Failed' ? 'Warning' : 'Normal',
    reason: decision.phase === 'Ready' ? 'Ready' : decision.reason,
    message: decision.message,
  });
}

/** Pods without a way to the virtual API run, but differently than their owners expect: one event says so. */
async function reportLostApiAccess({ virtual }: Fleet, binding: ClusterBinding, { conditions }: BindingDecision): Promise<void> {
  const type = 'VirtualAPIAccess';
  const now = findCondition(conditions, type);
  if (now?.status !== 'False' || findCondition(binding.status?.conditions, type)?.status === 'False') return;
  await reportOnBinding(virtual, binding, { type: 'Warning', reason: now.reason, message: now.message });
}

/** The other end of what `markUnreachable` reported. */
async function reportReturn({ virtual }: Fleet, binding: ClusterBinding, { conditions }: BindingDecision): Promise<void> {
  const before = findCondition(binding.status?.conditions, 'Connected');
  const back = before?.reason === Reason.ClusterUnreachable && findCondition(conditions, 'Connected')?.status === 'True';
  const message = 'The API server of the physical cluster answers again; everything is compared anew.';
  if (back) await reportOnBinding(virtual, binding, { type: 'Normal', reason: Reason.ClusterReachable, message });
}
