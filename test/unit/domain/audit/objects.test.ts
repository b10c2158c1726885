import { Annotation, Finalizer, Label, MANAGED_BY, PHYSICAL_READY, Taint } from '../../../../api/names/keys';
import { auditCopies, auditLender, auditNodes, auditOutcome, auditServices, auditStrays, confirmed, oncePerObject } from '../../../../domain/audit';
import type { CopyMeta, Finding, MirroredMeta, NodeAuditFacts, ServiceAuditFacts, Source } from '../../../../domain/audit';
import { ownershipLabels, physicalName, sourceVersion, type VnodeState } from '../../../../domain/pods';
import { mirrorKey } from '../../../../domain/services';
import type { NodeObject } from '../../../../domain/vnode';
import { aBinding } from '../../../support/builders/binding';
import { aNode, aNodeCondition } from '../../../support/builders/node';
import { aPhysicalPod, aPod, OWNERSHIP, type PodBuilder } from '../../../support/builders/pod';
import { aPolicy } from '../../../support/builders/policy';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const words = (findings: readonly Finding[]) => findings.map(({ kind, cause, repair }) => `${kind}: ${cause} (${repair})`);

describe('copies', () => {
  const user = aPod().volumes({ name: 'v', configMap: { name: 'settings' } });
  const running = aPhysicalPod(user.build());
  const settings: Source = { metadata: { name: 'settings', namespace: 'default', uid: 'c', resourceVersion: '7' } };
  const copy = (annotations: Record<string, string> = {}, labels: Record<string, string> = {}): CopyMeta => ({
    kind: 'ConfigMap',
    metadata: {
      name: physicalName('settings', 'default'),
      namespace: 'kubeocean-worker',
      uid: 'copy',
      labels: { ...ownershipLabels(OWNERSHIP), ...labels },
      annotations: { [Annotation.VirtualNamespace]: 'default', [Annotation.VirtualName]: 'settings', [Annotation.SourceVersion]: sourceVersion(settings.metadata), ...annotations },
    },
  });
  const edited = { ...copy(), metadata: { ...copy().metadata, managedFields: [{ manager: 'kubectl-edit', fieldsV1: { 'f:data': {} } }] } };
  const find = (more: { pods?: PodBuilder[]; mount?: PodBuilder[]; source?: Source | null; copies?: CopyMeta[]; bindings?: string[]; vnode?: VnodeState }) => {
    const { pods = [user], mount = [running], source = settings, copies = [copy()], bindings = ['east', 'west'], vnode = 'lent' } = more;
    const [virtualPods, mountPods] = [pods, mount].map((list) => list.map((pod) => pod.build()));
    const sources = new Map(source === null ? [] : [['ConfigMap default/settings', source]]);
    const common = { ownership: OWNERSHIP, mountNamespace: 'kubeocean-worker', vnodeState: (name: string) => (name === 'vnode-east-n1' ? vnode : 'foreign'), bindingExists: (name: string) => bindings.includes(name) };
    return auditCopies({ ...common, virtualPods: virtualPods ?? [], mountPods: mountPods ?? [], sources, copies });
  };
  const judge = (more: Parameters<typeof find>[0]) => words(find(more));

  it('names the one that it finds', () => {
    expect(find({ copies: [edited] })[0]?.object).toEqual({ cluster: 'physical', kind: 'ConfigMap', namespace: 'kubeocean-worker', name: physicalName('settings', 'default'), uid: 'copy' });
  });

  it('says where a missing one ought to be', () => {
    expect(find({ copies: [] })[0]?.object).toEqual({ cluster: 'physical', kind: 'ConfigMap', namespace: 'kubeocean-worker', name: physicalName('settings', 'default') });
  });

  it.each<[string, string[], string[]]>([
    ['one that is current', judge({}), []],
    ['one that nobody uses any more', judge({ pods: [] }), []],
    ['one of an earlier version', judge({ copies: [copy({ [Annotation.SourceVersion]: 'c/6' })] }), ['Drift: it was not written from ConfigMap default/settings as that is now (compare)']],
    ['one that somebody has edited', judge({ copies: [edited] }), ['Drift: somebody else has written to it since it was copied from ConfigMap default/settings (compare)']],
    ['one that somebody has edited and nobody uses', judge({ pods: [], copies: [edited] }), []],
    ['one whose source is gone', judge({ source: null }), ['Orphan: its source ConfigMap default/settings is gone (compare)']],
    ['one whose source is gone, of a pod that has ended', judge({ pods: [user.phase('Succeeded')], source: null }), []],
    ['one whose source is gone, of a DaemonSet that is not run', judge({ pods: [user.ownedBy({ kind: 'DaemonSet', name: 'd' })], source: null }), []],
    ["one whose source is gone, of a pod on somebody else's node", judge({ vnode: 'foreign', source: null }), []],
    ['one that is missing', judge({ copies: [] }), ['Missing: running pods use ConfigMap default/settings, and it has no copy (compare)']],
    ['one that is on its way out while its pod runs', judge({ copies: [{ ...copy(), metadata: { ...copy().metadata, deletionTimestamp: 'x' } }] }), ['Missing: running pods use ConfigMap default/settings, and it has no copy (compare)']],
    ['one that is missing, and its source too', judge({ copies: [], source: null }), []],
    ['one that is missing, of a pod that ends', judge({ copies: [], pods: [user.deleting()] }), []],
    ['one that is missing before the pod starts', judge({ copies: [], mount: [] }), []],
    ['one that only a binding holds that is gone', judge({ pods: [], bindings: ['west'] }), ['Orphan: no ClusterBinding that exists uses it (remove)']],
    ['one that another binding holds', judge({ pods: [], copies: [copy({}, { [Label.ClusterBinding]: 'west' })] }), []],
    ['one that is used and held by another only', judge({ copies: [copy({}, { [Label.ClusterBinding]: 'west' })] }), ['Drift: it was not written from ConfigMap default/settings as that is now (compare)']],
    ["another binding's under another name", judge({ pods: [], copies: [copy({ [Annotation.VirtualName]: 'other' }, { [Label.ClusterBinding]: 'west' })] }), []],
    ["another binding's whose source is gone", judge({ pods: [], source: null, copies: [copy({}, { [Label.ClusterBinding]: 'west' })] }), []],
    ['one under another name', judge({ pods: [], copies: [copy({ [Annotation.VirtualName]: 'other' })] }), ['Orphan: no virtual object is found by its annotations and its name (remove)']],
  ])('%s', (_name, found, expected) => {
    expect(found).toEqual(expected);
  });
});

describe('mirrored Services', () => {
  const SERVICE = 'kubernetes.io/service-name';
  const source = (kind: MirroredMeta['kind'], name: string, namespace = 'shop'): MirroredMeta => ({
    kind,
    metadata: { name, namespace, uid: `${name}-uid`, resourceVersion: '7', labels: kind === 'Service' ? {} : { [SERVICE]: 'db' } },
  });
  const mirrorOf = ({ kind, metadata }: MirroredMeta, more: Partial<MirroredMeta['metadata']> = {}, annotations: Record<string, string> = {}): MirroredMeta => ({
    kind,
    metadata: {
      ...metadata,
      ...mirrorKey({ kind, namespace: metadata.namespace, name: metadata.name }),
      uid: 'mirror',
      labels: { ...metadata.labels, ...ownershipLabels(OWNERSHIP) },
      annotations: { [Annotation.VirtualNamespace]: metadata.namespace, [Annotation.VirtualName]: metadata.name, [Annotation.SourceVersion]: sourceVersion(metadata), ...annotations },
      ...more,
    },
  });
  const [db, slice] = [source('Service', 'db'), source('EndpointSlice', 'db-x')];
  const [dbMirror, sliceMirror] = [mirrorOf(db), mirrorOf(slice)];
  const theirs: MirroredMeta = { kind: 'Service', metadata: { ...db.metadata, uid: 'theirs' } };
  const base: ServiceAuditFacts = {
    ...{ ownership: OWNERSHIP, namespaces: ['shop'], sources: [db, slice], mirrors: [dbMirror, sliceMirror], standing: [dbMirror] },
    bindingExists: (name) => ['east', 'west'].includes(name),
  };
  const heldBy = (binding: string) => ({ labels: { ...dbMirror.metadata.labels, [Label.ClusterBinding]: binding } });
  const noMirror = (kind: string, name: string) => `Missing: ${kind} shop/${name} has no mirror; an event ServiceNotMirrored of the ClusterBinding may say why (compare)`;
  const orphan = (kind: string, name: string, repair = 'compare') => `Orphan: ${kind} shop/${name} is gone, or is not mirrored any more (${repair})`;

  it.each<[string, Partial<ServiceAuditFacts>, string[]]>([
    ['as they should be', {}, []],
    ['none are mirrored', { namespaces: [], sources: [], mirrors: [], standing: [] }, []],
    ['no mirror', { mirrors: [sliceMirror], standing: [] }, [noMirror('Service', 'db'), orphan('EndpointSlice', 'db-x')]],
    ['one on its way out', { mirrors: [mirrorOf(db, { deletionTimestamp: 'x' })], standing: [] }, [noMirror('Service', 'db')]],
    ['no endpoints', { mirrors: [dbMirror] }, [noMirror('EndpointSlice', 'db-x')]],
    ['endpoints of no Service', { sources: [db, { ...slice, metadata: { ...slice.metadata, labels: {} } }], mirrors: [dbMirror] }, []],
    ['a name that is taken', { mirrors: [], standing: [theirs] }, ['NameTaken: Service shop/db needs its name (null)']],
    ['another Service beside no mirror', { mirrors: [], standing: [{ ...theirs, metadata: { ...theirs.metadata, name: 'other' } }] }, [noMirror('Service', 'db')]],
    ['an earlier version', { mirrors: [mirrorOf(db, {}, { [Annotation.SourceVersion]: 'db-uid/6' }), sliceMirror] }, ['Drift: it is not as Service shop/db is now (compare)']],
    ['ports that somebody else wrote', { mirrors: [mirrorOf(db, { managedFields: [{ manager: 'kubectl', fieldsV1: { 'f:spec': { 'f:ports': {} } } }] }), sliceMirror] }, ['Drift: somebody else has written to it since it was made from Service shop/db (compare)']],
    ['a mirror that only another binding holds', { mirrors: [mirrorOf(db, heldBy('west')), sliceMirror] }, ['Drift: it is not as Service shop/db is now (compare)']],
    ['a Service that is gone', { sources: [] }, [orphan('Service', 'db'), orphan('EndpointSlice', 'db-x')]],
    ['a namespace off the list', { namespaces: [], sources: [] }, [orphan('Service', 'db'), orphan('EndpointSlice', 'db-x')]],
    ["another binding's", { namespaces: [], sources: [], mirrors: [mirrorOf(db, heldBy('west'))] }, []],
    ['of a binding that is gone', { namespaces: [], sources: [], mirrors: [mirrorOf(db, heldBy('north'))] }, [orphan('Service', 'db', 'remove')]],
    ["the API server's own", { namespaces: ['default'], sources: [source('Service', 'kubernetes', 'default')], mirrors: [], standing: [] }, []],
    ['an object that names no source', { mirrors: [dbMirror, sliceMirror, { kind: 'Service', metadata: { ...dbMirror.metadata, name: 'x', annotations: {} } }] }, []],
  ])('%s', (_name, facts, expected) => {
    expect(words(auditServices({ ...base, ...facts }))).toEqual(expected);
  });
});

describe('nodes', () => {
  const binding = { name: 'east', clusterID: 'e' };
  const node = aNode('n1');
  const vnode = aNode('vnode-e-n1')
    .meta({ labels: { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: 'east', [Label.PhysicalClusterId]: 'e', [Label.PhysicalNodeUid]: 'n1-uid' }, annotations: { [Annotation.PhysicalNodeName]: 'n1' }, finalizers: [Finalizer.Vnode] })
    .reporting(aNodeCondition(PHYSICAL_READY, 'True'));
  const beat = (name: string, renewTime: string) => ({ metadata: { name, namespace: 'kube-node-lease' }, spec: { renewTime } });
  const spec = { drivers: [{ name: 'csi', nodeID: 'n1' }] };
  const physicalCsi = { metadata: { name: 'n1', uid: 'pc' }, spec };
  const virtualCsi = { metadata: { name: 'vnode-e-n1', uid: 'vc', labels: { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: 'east' }, annotations: { [Annotation.PhysicalNodeName]: 'n1' } }, spec };
  const base: NodeAuditFacts = {
    ...{ binding, virtualNodes: [vnode.build()], physicalNodes: [node.build()], isOccupied: () => false, now: NOW },
    ...{ virtualCsiNodes: [], physicalCsiNodes: [], nodeLeases: [beat('vnode-e-n1', '2026-01-01T00:09:50Z')] },
  };

  it.each<[string, Partial<NodeAuditFacts>, string[]]>([
    ['as it should be', {}, []],
    ['another binding', { virtualNodes: [vnode.labelled({ [Label.ClusterBinding]: 'west' }).build()] }, []],
    ['no physical node', { physicalNodes: [] }, ['Orphan: the physical node n1 does not exist (compare)']],
    ['no physical node, on its way out', { physicalNodes: [], virtualNodes: [vnode.tainted({ key: Taint.VnodeDeleting, effect: 'NoSchedule' }).build()] }, []],
    ['an earlier node', { physicalNodes: [node.meta({ uid: 'newer' }).build()] }, ['Drift: it stands for an earlier physical node of the same name (compare)']],
    ['a node that is not Ready', { physicalNodes: [node.reporting(aNodeCondition('Ready', 'False')).build()] }, [`Drift: its condition ${PHYSICAL_READY} is True, and the physical node's Ready is False (compare)`]],
    ['a node that says nothing about itself', { physicalNodes: [node.silentAbout('Ready').build()] }, []],
    ['a vnode about which nothing is known', { virtualNodes: [vnode.silentAbout(PHYSICAL_READY).build()], nodeLeases: [] }, []],
    ['no heartbeat of a vnode whose node is not Ready', { virtualNodes: [vnode.reporting(aNodeCondition(PHYSICAL_READY, 'False')).build()], physicalNodes: [node.reporting(aNodeCondition('Ready', 'False')).build()], nodeLeases: [] }, []],
    ['no heartbeat of a vnode that has only just become Ready', { virtualNodes: [vnode.reporting(aNodeCondition(PHYSICAL_READY, 'True', { lastTransitionTime: '2026-01-01T00:09:50Z' })).build()], nodeLeases: [] }, []],
    ['no heartbeat of a vnode that is being deleted', { virtualNodes: [vnode.meta({ deletionTimestamp: '2026-01-01T00:09:50Z' }).build()], nodeLeases: [] }, []],
    ['no physical node, on its way out beside a taint of its owner', { physicalNodes: [], virtualNodes: [vnode.tainted({ key: 'theirs', effect: 'NoSchedule' }, { key: Taint.VnodeDeleting, effect: 'NoSchedule' }).build()] }, []],
    ['a finalizer that waits for nothing yet', { virtualNodes: [vnode.meta({ deletionTimestamp: '2026-01-01T00:09:30Z' }).build()] }, []],
    ["another binding's CSINode", { virtualNodes: [], virtualCsiNodes: [{ ...virtualCsi, metadata: { ...virtualCsi.metadata, labels: { ...virtualCsi.metadata.labels, [Label.ClusterBinding]: 'west' } } }], nodeLeases: [] }, []],
    ["somebody else's CSINode", { virtualNodes: [], virtualCsiNodes: [{ ...virtualCsi, metadata: { ...virtualCsi.metadata, labels: { [Label.ClusterBinding]: 'east' } } }], nodeLeases: [] }, []],
    ['a CSINode under a name that is not that of its node', { virtualNodes: [], virtualCsiNodes: [{ ...virtualCsi, metadata: { ...virtualCsi.metadata, name: 'other' } }], nodeLeases: [] }, []],
    ['a finalizer that waits for nothing', { virtualNodes: [vnode.meta({ deletionTimestamp: '2026-01-01T00:08:00Z' }).build()] }, ['StaleFinalizer: it is being deleted, and no pod is left on it on either side (compare)']],
    ['a finalizer that waits for a pod', { virtualNodes: [vnode.meta({ deletionTimestamp: '2026-01-01T00:08:00Z' }).build()], isOccupied: () => true }, []],
    ['no heartbeat', { nodeLeases: [] }, ['Drift: the heartbeat of its virtual node is not renewed (null)']],
    ['an old heartbeat', { nodeLeases: [beat('vnode-e-n1', '2026-01-01T00:09:00Z')] }, ['Drift: the heartbeat of its virtual node is not renewed (null)']],
    ['no CSINode', { physicalCsiNodes: [physicalCsi] }, ['Missing: the physical node has one (compare)']],
    ['a CSINode too many', { virtualCsiNodes: [virtualCsi] }, ['Orphan: its virtual node, or the CSINode of the physical node, is gone (compare)']],
    ['a CSINode without its vnode', { virtualNodes: [], virtualCsiNodes: [virtualCsi], physicalCsiNodes: [physicalCsi] }, ['Orphan: its virtual node, or the CSINode of the physical node, is gone (compare)']],
    ['a CSINode that differs', { virtualCsiNodes: [virtualCsi], physicalCsiNodes: [physicalCsi] }, ['Drift: it is not what the CSINode of the physical node says (compare)']],
  ])('with %s', (_name, difference, expected) => {
    expect(words(auditNodes({ ...base, ...difference }))).toEqual(expected);
  });
});

describe("the lender's own objects", () => {
  const labelled = aNode('n1').labelled({ [Label.PolicyApplied]: 'nights' }).build();
  const vnode: NodeObject = aNode('v').meta({ labels: { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: 'east' }, annotations: { [Annotation.PhysicalNodeName]: 'n1' } }).build();
  const namespace = { name: 'kubeocean-worker', labels: { [Label.VirtualCluster]: 'v-uid' } };
  const base = { ownership: OWNERSHIP, virtualNodes: [vnode], physicalNodes: [labelled], policies: [aPolicy().build()], mountNamespace: namespace, wasBound: true };

  it.each<[string, Partial<typeof base> | { mountNamespace: null }, string[]]>([
    ['a lent node', {}, []],
    ['a label of a node that is not lent', { virtualNodes: [] }, [`Orphan: label ${Label.PolicyApplied}=nights: the node is not lent (unlabel)`]],
    ["a label of another binding's policy", { virtualNodes: [], policies: [aPolicy().spec({ cluster: 'west' }).build()] }, []],
    ['a label of no policy', { virtualNodes: [], policies: [] }, [`Orphan: label ${Label.PolicyApplied}=nights: there is no such policy (null)`]],
    ['a finalizer on a deleted policy', { policies: [aPolicy().meta({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [Finalizer.Policy] }).build()] }, [`StaleFinalizer: ${Finalizer.Policy} holds a policy that is being deleted (compare)`]],
    ["a finalizer of somebody else's on a deleted policy", { policies: [aPolicy().meta({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['example.com/x'] }).build()] }, []],
    ['a finalizer on a policy that stays', { policies: [aPolicy().meta({ finalizers: [Finalizer.Policy] }).build()] }, []],
    ["a finalizer on another binding's deleted policy", { policies: [aPolicy().spec({ cluster: 'west' }).meta({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [Finalizer.Policy] }).build()] }, []],
    ['a namespace without its claim', { mountNamespace: { ...namespace, labels: {} as typeof namespace.labels } }, ['Drift: the mount namespace does not carry the label of this virtual cluster (compare)']],
    ['a namespace without its claim, never bound', { mountNamespace: { ...namespace, labels: {} as typeof namespace.labels }, wasBound: false }, []],
    ['a namespace of another', { mountNamespace: { ...namespace, labels: { [Label.VirtualCluster]: 'another' } } }, ['NameTaken: another virtual cluster holds the mount namespace (null)']],
    ['no namespace', { mountNamespace: null }, ['Missing: the mount namespace does not exist (null)']],
  ])('%s', (_name, difference, expected) => {
    expect(words(auditLender({ ...base, ...difference }))).toEqual(expected);
  });
});

describe('strays', () => {
  const labels = { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: 'gone' };
  const east = aBinding('east').build();
  const none = { bindings: [east], nodes: [], csiNodes: [], nodeLeases: [], originals: [] };
  const original = (finalizer: string) => ({ kind: 'ConfigMap', metadata: { namespace: 'default', name: 'c', uid: 'c', finalizers: [finalizer] } });

  it.each<[string, Partial<Parameters<typeof auditStrays>[0]>, string[]]>([
    ['nothing', {}, []],
    ['a vnode of a binding that is gone', { nodes: [aNode('v').meta({ labels }).build()] }, ['Orphan: its ClusterBinding gone does not exist (null)']],
    ['a vnode of one that lives', { nodes: [aNode('v').meta({ labels: { ...labels, [Label.ClusterBinding]: 'east' } }).build()] }, []],
    ['a CSINode of a binding that is gone', { csiNodes: [{ metadata: { name: 'v', uid: 'u', labels }, spec: { drivers: [] } }] }, ['Orphan: its ClusterBinding gone does not exist (null)']],
    ['a CSINode of a binding that is gone, whose node stands', { nodes: [aNode('v').build()], csiNodes: [{ metadata: { name: 'v', uid: 'u', labels }, spec: { drivers: [] } }] }, []],
    ['a node that is not ours', { nodes: [aNode('v').meta({ labels: { [Label.ClusterBinding]: 'gone' } }).build()] }, []],
    ['a node of ours that names no binding', { nodes: [aNode('v').meta({ labels: { [Label.ManagedBy]: MANAGED_BY } }).build()] }, []],
    ['a heartbeat with its node', { nodes: [aNode('v').build()], nodeLeases: [{ metadata: { name: 'v' } }] }, []],
    ['a heartbeat without a node', { nodeLeases: [{ metadata: { name: 'v' } }] }, ['Orphan: there is no Node of its name (null)']],
    ['a finalizer of a binding that lives', { originals: [original('kubeocean.io/finalizer-east-id')] }, ['StaleFinalizer: kubeocean.io/finalizer-east-id of an earlier installation (release)']],
    ['a finalizer of nobody', { originals: [original('kubeocean.io/finalizer-x')] }, ['StaleFinalizer: kubeocean.io/finalizer-x of an earlier installation (null)']],
    ["somebody else's finalizer", { originals: [original('example.com/x')] }, []],
  ])('%s', (_name, difference, expected) => {
    expect(words(auditStrays({ ...none, ...difference }))).toEqual(expected);
  });
});

describe('a report', () => {
  const [one, other] = auditStrays({ bindings: [], nodes: [], csiNodes: [], nodeLeases: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }], originals: [] }) as [Finding, Finding];
  const read = { name: 'east', unread: null };
  const unread = { name: 'west', unread: 'ApiUnavailable' };

  it.each([
    ['Clean', [read], []],
    ['Clean', [], []],
    ['Unknown', [read, unread], []],
    ['Findings', [read, unread], [one]],
  ])('is %s', (expected, bindings, findings) => {
    expect(auditOutcome({ bindings, findings })).toBe(expected);
  });

  it('counts what two looks found', () => {
    expect(confirmed([one], [other, one])).toEqual([one]);
  });

  it('tells a duplicate once', () => {
    expect(oncePerObject([{ ...one, kind: 'Duplicate' }, one, other])).toEqual([{ ...one, kind: 'Duplicate' }, other]);
  });
});

describe('a finding names its object', () => {
  const meta = (name: string) => ({ metadata: { name, uid: `${name}-uid` } });
  const gone = { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: 'gone' };
  const strays = (facts: object) => auditStrays({ ...{ bindings: [], nodes: [], csiNodes: [], nodeLeases: [], originals: [] }, ...facts });
  const lender = (facts: object) => auditLender({ ...{ ownership: OWNERSHIP, virtualNodes: [], physicalNodes: [], policies: [], mountNamespace: null, wasBound: false }, ...facts });
  const vnode = aNode('vnode-e-n1')
    .meta({ labels: { [Label.ManagedBy]: MANAGED_BY, [Label.ClusterBinding]: 'east', [Label.PhysicalClusterId]: 'e' }, annotations: { [Annotation.PhysicalNodeName]: 'n1' }, finalizers: [Finalizer.Vnode] })
    .reporting(aNodeCondition(PHYSICAL_READY, 'True'))
    .build();
  const nodes = (facts: object) => auditNodes({ binding: { name: 'east', clusterID: 'e' }, ...{ virtualNodes: [vnode], physicalNodes: [], isOccupied: () => false, virtualCsiNodes: [], physicalCsiNodes: [], nodeLeases: [], now: NOW }, ...facts });
  const services = (facts: object) => auditServices({ ...{ ownership: OWNERSHIP, namespaces: ['shop'], mirrors: [], standing: [], bindingExists: () => true }, sources: [{ kind: 'Service', metadata: { name: 'db', namespace: 'shop', uid: 'db-uid', resourceVersion: '7' } }], ...facts });
  const deleted = { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [Finalizer.Policy] };
  const standing = { kind: 'Service', metadata: { name: 'db', namespace: 'shop', uid: 'theirs', resourceVersion: '1' } };

  it.each<[string, readonly Finding[], object[]]>([
    ['a node', strays({ nodes: [aNode('v').meta({ labels: gone }).build()] }), [{ cluster: 'virtual', kind: 'Node', name: 'v', uid: 'v-uid' }]],
    ['a CSINode', strays({ csiNodes: [{ metadata: { ...meta('v').metadata, labels: gone }, spec: { drivers: [] } }] }), [{ cluster: 'virtual', kind: 'CSINode', name: 'v', uid: 'v-uid' }]],
    ['a heartbeat', strays({ nodeLeases: [meta('v')] }), [{ cluster: 'virtual', kind: 'Lease', name: 'v', uid: 'v-uid' }]],
    ['an original', strays({ originals: [{ kind: 'Secret', metadata: { namespace: 'n', name: 's', uid: 's-uid', finalizers: ['kubeocean.io/finalizer-x'] } }] }), [{ cluster: 'virtual', kind: 'Secret', namespace: 'n', name: 's', uid: 's-uid' }]],
    ['a labelled node', lender({ physicalNodes: [aNode('n1').labelled({ [Label.PolicyApplied]: 'x' }).build()] }), [{ cluster: 'physical', kind: 'Node', name: 'n1', uid: 'n1-uid' }]],
    ['a policy', lender({ policies: [aPolicy('nights').meta(deleted).build()] }), [{ cluster: 'physical', kind: 'ResourceLeasingPolicy', name: 'nights', uid: expect.any(String) }]],
    ['a mount namespace', lender({ mountNamespace: { name: 'mount', labels: {} }, wasBound: true }), [{ cluster: 'physical', kind: 'Namespace', name: 'mount' }]],
    ['a vnode and its heartbeat', nodes({}), [{ cluster: 'virtual', kind: 'Node', name: 'vnode-e-n1', uid: 'vnode-e-n1-uid' }, { cluster: 'virtual', kind: 'Lease', namespace: 'kube-node-lease', name: 'vnode-e-n1' }]],
    ['a CSINode that is missing', nodes({ physicalNodes: [aNode('n1').build()], physicalCsiNodes: [{ ...meta('n1'), spec: { drivers: [{ name: 'd', nodeID: 'n1' }] } }], now: 0 }), [{ cluster: 'virtual', kind: 'CSINode', name: 'vnode-e-n1' }]],
    ['a mirror that is missing', services({}), [{ cluster: 'physical', kind: 'Service', namespace: 'shop', name: 'db' }]],
    ['a mirror of a Service that is gone', services({ sources: [], mirrors: [{ kind: 'Service', metadata: { name: 'db', namespace: 'shop', uid: 'mirror', resourceVersion: '1', labels: ownershipLabels(OWNERSHIP), annotations: { [Annotation.VirtualNamespace]: 'shop', [Annotation.VirtualName]: 'db', [Annotation.SourceVersion]: 'db-uid/7' } } }] }), [{ cluster: 'physical', kind: 'Service', namespace: 'shop', name: 'db', uid: 'mirror' }]],
    ['a Service in the way', services({ standing: [standing] }), [{ cluster: 'physical', kind: 'Service', namespace: 'shop', name: 'db', uid: 'theirs' }]],
  ])('%s', (_name, findings, expected) => {
    expect(findings.map(({ object }) => object)).toStrictEqual(expected);
  });

  it('and says what a person has to do where no workflow can', () => {
    const advised = [...strays({ nodes: [aNode('v').meta({ labels: gone }).build()], nodeLeases: [meta('w')] }), ...lender({ wasBound: true }), ...services({ standing: [standing] })];
    expect(advised.map(({ repair, advice }) => [repair, advice])).toEqual(advised.map(() => [null, expect.stringMatching(/^[A-Z].+[.]/)]));
  });
});
