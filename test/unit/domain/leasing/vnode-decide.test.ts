import { decideNode, NODE_RULES, type NodeFacts } from '../../../../domain/vnode';
import { aPolicy } from '../../../support/builders/policy';

const noSelector = {
  nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['other'] }] }],
};
const node = { name: 'n1', uid: 'uid-1', labels: {}, deleting: false, reclaimRequested: false };
const binding = { name: 'east', deleting: false };
const facts: NodeFacts = {
  physical: node,
  binding,
  policies: [aPolicy().openFrom('18:00', '19:59').build()],
  vnode: { physicalUid: 'uid-1', deleting: false },
  now: Date.parse('2026-03-06T18:30:00Z'),
  zone: 'UTC',
};

it('the order of the rules is what it is', () => {
  expect(NODE_RULES.map((rule) => rule.name)).toEqual([
    'holdWhileNodeUnknown',
    'holdWhileBindingUnknown',
    'teardownWithoutNode',
    'teardownOnUnbind',
    'teardownRequested',
    'teardownIneligible',
    'teardownUnselected',
    'teardownReplaced',
    'teardownDeleted',
    'holdWhilePoliciesUnknown',
    'lendByPolicy',
  ]);
});

/** Each row adds a reason to decide otherwise to all rows after it, so it also shows that it goes before them. */
const rows: [string, Partial<NodeFacts>, string, string][] = [
  ['physical node not readable', { physical: 'Unknown' }, 'hold', 'StateUnknown'],
  ['binding not readable', { binding: 'Unknown' }, 'hold', 'StateUnknown'],
  ['physical node absent', { physical: 'Absent' }, 'teardown', 'PhysicalNodeGone'],
  [
    'binding being deleted',
    { binding: { ...binding, deleting: true, nodeSelector: noSelector } },
    'teardown',
    'BindingDeleting',
  ],
  [
    'its owner takes it back',
    { physical: { ...node, reclaimRequested: true, labels: { type: 'virtual-kubelet' } } },
    'teardown',
    'ReclaimRequested',
  ],
  [
    'node is virtual itself',
    { physical: { ...node, labels: { type: 'virtual-kubelet' } } },
    'teardown',
    'NodeNotEligible',
  ],
  [
    'binding does not select it',
    { binding: { ...binding, nodeSelector: noSelector } },
    'teardown',
    'BindingSelectorMismatch',
  ],
  ['vnode of an earlier node', { vnode: { physicalUid: 'uid-0', deleting: true } }, 'teardown', 'PhysicalNodeReplaced'],
  ['vnode being deleted', { vnode: { physicalUid: 'uid-1', deleting: true } }, 'teardown', 'VnodeDeleting'],
  ['policies not readable', { policies: 'Unknown' }, 'hold', 'StateUnknown'],
  ['no policy', { policies: [] }, 'teardown', 'NoPolicy'],
];

describe('decideNode', () => {
  it.each(rows)('%s', (_, change, action, reason) => {
    expect(decideNode({ ...facts, ...change })).toMatchObject({ action, reason });
  });

  it.each(rows)('%s, and everything below it too', (name, change, action, reason) => {
    const below = rows.slice(rows.findIndex(([other]) => other === name) + 1).toReversed();
    const all = below.reduce((sum, [, other]) => ({ ...sum, ...other }), facts);
    expect(decideNode({ ...all, ...change })).toMatchObject({ action, reason });
  });

  it.each<[string, Partial<NodeFacts>, string]>([
    ['physical node being deleted', { physical: { ...node, deleting: true } }, 'PhysicalNodeGone'],
    ['only a policy of another binding', { policies: [aPolicy().spec({ cluster: 'west' }).build()] }, 'NoPolicy'],
    [
      'only a policy being deleted',
      { policies: [aPolicy().meta({ deletionTimestamp: '2026-01-01T00:00:00Z' }).build()] },
      'NoPolicy',
    ],
  ])('%s', (_, change, reason) => {
    expect(decideNode({ ...facts, ...change })).toMatchObject({ action: 'teardown', reason });
  });

  it.each<[string, Partial<NodeFacts>]>([
    ['a vnode of this node', {}],
    ['no vnode yet', { vnode: null }],
    ['a vnode that forgot its UID', { vnode: { physicalUid: null, deleting: false } }],
  ])('lends with %s', (_, change) => {
    const shadowed = aPolicy('young').meta({ creationTimestamp: '2026-02-01T00:00:00Z' }).build();
    const policies = [shadowed, ...(facts.policies as [])];
    expect(decideNode({ ...facts, ...change, policies })).toMatchObject({
      action: 'lend',
      reason: 'PolicyApplied',
      policy: { metadata: { name: 'nights' } },
      losers: [{ metadata: { name: 'young' } }],
      window: { open: true, closesAt: Date.parse('2026-03-06T20:00:00Z') },
    });
  });

  it("reads the windows in the policy's own zone where it has one", () => {
    const spec = { timeZone: 'America/New_York', timeWindows: [{ start: '18:00', end: '19:59' }] };
    expect(decideNode({ ...facts, policies: [aPolicy().spec(spec).build()] })).toMatchObject({
      window: { open: false, opensAt: Date.parse('2026-03-06T23:00:00Z') },
    });
  });

  it('neither lends anything new nor evicts anybody while the zone is unknown', () => {
    const policy = aPolicy().spec({ timeZone: 'Mars/Olympus', forceReclaim: true, gracefulReclaimPeriodSeconds: 60 }).build();
    expect(decideNode({ ...facts, policies: [policy] })).toMatchObject({
      action: 'lend',
      window: { open: false, opensAt: null },
      policy: { metadata: policy.metadata, spec: { ...policy.spec, forceReclaim: false } },
    });
    expect(policy.spec.forceReclaim).toBe(true);
  });

  describe('what was asked of the lease', () => {
    const { now } = facts;
    const edge = Date.parse('2026-03-06T20:00:00Z');
    const reopens = edge + 22 * 3_600_000;
    const consenting = [aPolicy().openFrom('18:00', '19:59').spec({ maxExtensionSeconds: 3_600 }).build()];
    const extend = { kind: 'extend', until: edge + 1_800_000, expires: null, at: now } as const;
    const byHand = JSON.stringify({ kind: 'return', until: '2026-03-06T18:15:00Z', at: '2026-03-06T18:15:00Z' });
    it.each<[string, Partial<NodeFacts>, object]>([
      ['closes an open window', { asked: { kept: null, annotation: byHand } }, { window: { open: false, opensAt: reopens }, override: { kind: 'return', expires: reopens } }],
      ['keeps a closed one open', { now: edge + 60_000, policies: consenting, asked: { kept: extend } }, { window: { open: true, closesAt: extend.until }, calendar: { open: false }, override: extend }],
      ['does not without the consent of the policy', { now: edge + 60_000, asked: { kept: extend } }, { window: { open: false } }],
      ['counts for nothing once the window opens again', { now: reopens, asked: { kept: null, annotation: byHand } }, { window: { open: true } }],
      ['is not followed when it cannot be read', { asked: { kept: null, annotation: '{}' } }, { window: { open: true }, override: null, overrideFault: expect.stringContaining('kind') }],
    ])('%s', (_, change, expected) => {
      expect(decideNode({ ...facts, ...change })).toMatchObject({ action: 'lend', ...expected });
    });
  });

  it('lends outside the windows as well', () => {
    const now = Date.parse('2026-03-06T20:00:00Z');
    expect(decideNode({ ...facts, now })).toMatchObject({
      action: 'lend',
      window: { open: false, opensAt: now + 22 * 3_600_000 },
    });
  });
});
