import type { Condition, ResourceLeasingPolicyStatus } from '../../../../api/names/types';
import { misaddressOf, type NodeReclaim, planPolicyStatus, type PolicyStatusFacts } from '../../../../domain/binding';
import type { ReclaimNote } from '../../../../domain/reclaim';
import { calendarOf } from '../../../../domain/windows';
import { aPolicy } from '../../../support/builders/policy';

const NOW = Date.parse('2026-03-06T12:00:00Z');
const reader = { bindingName: 'east', clusterID: 'e1', bindingsElsewhere: ['south'], bindingsHere: ['east-2'] };
const facts: PolicyStatusFacts = {
  policy: aPolicy().build(),
  reader,
  calendar: { windows: [{ start: '08:00', end: '12:59' }], zone: 'UTC' },
  reclaims: [],
  now: NOW,
};
const NEVER = { windows: [{ start: '', end: '' }], zone: 'UTC' };
const plan = (change: Partial<PolicyStatusFacts> = {}) => planPolicyStatus({ ...facts, ...change });
const summary = (status: ResourceLeasingPolicyStatus | null) =>
  status && [
    status.phase,
    status.activeTimeWindow,
    ...(status.conditions ?? []).map((one) => `${one.type}=${one.status}/${one.reason}`),
  ];

it.each<[string, string, string | null]>([
  ['the name of the binding', 'east', null],
  ['a binding beside it', 'east-2', null],
  ['the clusterID', 'e1', 'ClusterIDInsteadOfName'],
  ['a binding elsewhere', 'south', 'WrongCluster'],
  ['nobody', 'nowhere', 'UnknownBinding'],
])('misaddressOf %s', (_, cluster, reason) => {
  expect(misaddressOf(aPolicy().spec({ cluster }).build(), reader)?.reason ?? null).toBe(reason);
});

it('a name that equals a clusterID is a name', () => {
  expect(misaddressOf(aPolicy().spec({ cluster: 'e1' }).build(), { bindingName: 'e1', clusterID: 'e1' })).toBeNull();
});

describe('planPolicyStatus', () => {
  it.each<[string, Partial<PolicyStatusFacts>, unknown[]]>([
    ['open', {}, ['Active', true, 'Valid=True/ValidationPassed', 'Active=True/ActiveTimeWindow']],
    [
      'closed',
      { calendar: NEVER },
      ['Inactive', false, 'Valid=True/ValidationPassed', 'Active=False/InactiveTimeWindow'],
    ],
    [
      'invalid',
      { policy: aPolicy().openFrom('9:00', '10:00').build() },
      ['Failed', false, 'Valid=False/ValidationError', 'Active=False/ValidationError'],
    ],
    [
      'with the clusterID',
      { policy: aPolicy().spec({ cluster: 'e1' }).build() },
      ['Failed', false, 'Valid=False/ClusterIDInsteadOfName', 'Active=False/ClusterIDInsteadOfName'],
    ],
  ])('%s', (_, change, expected) => {
    expect(summary(plan(change))).toEqual(expected);
  });

  it('dates changes of phase, and every condition with the generation it saw', () => {
    const status = plan({ policy: aPolicy().meta({ generation: 3 }).build() })!;
    expect(status.lastAppliedTime).toBe('2026-03-06T12:00:00Z');
    expect(status.conditions?.map(({ observedGeneration }) => observedGeneration)).toEqual([3, 3]);
    expect(status.conditions?.[1]?.message).toBe('Inside a time window until 2026-03-06T13:00:00Z.');
    const edited = plan({ policy: aPolicy().meta({ generation: 4 }).status(status).build(), now: NOW + 60_000 });
    expect(edited).toMatchObject({
      lastAppliedTime: '2026-03-06T12:00:00Z',
      conditions: [{ observedGeneration: 4, lastTransitionTime: '2026-03-06T12:00:00Z' }, {}],
    });
    const closed = plan({
      policy: aPolicy().status(status).build(),
      calendar: NEVER,
      now: NOW + 60_000,
    });
    expect(closed?.lastAppliedTime).toBe('2026-03-06T12:01:00Z');
  });

  it('says which exception decides', () => {
    const calendar = { ...facts.calendar, exceptions: [{ date: '2026-03-06', lending: 'Closed', reason: 'stocktaking' }] as const };
    expect(plan({ calendar })?.conditions?.[1]?.message).toBe(
      'Outside the time windows until 2026-03-07T08:00:00Z, by the exception of 2026-03-06 (stocktaking).',
    );
  });

  it.each<[string, string | undefined, string, string]>([
    ['its own', 'Europe/Berlin', 'Europe/Berlin', 'Active'],
    ["the worker's", undefined, 'UTC', 'Active'],
    ['none while its own is unknown', 'Mars/Olympus', '', 'Failed'],
  ])('shows the zone in effect: %s', (_, timeZone, shown, phase) => {
    const policy = aPolicy().spec({ timeZone }).build();
    const status = plan({ policy, calendar: calendarOf(policy.spec, 'UTC') });
    expect([status?.timeZone, status?.phase]).toEqual([shown, phase]);
  });

  it('is written once more when the zone of the workers changes', () => {
    const status = plan()!;
    const calendar = { ...facts.calendar, zone: 'Africa/Accra' };
    expect(plan({ policy: aPolicy().status(status).build(), calendar })).toEqual({ ...status, timeZone: 'Africa/Accra' });
  });

  describe('of one that is ignored on nodes', () => {
    const nodes = ['n1', 'n2', 'n3', 'n4', 'n5'];
    const shadowOf = (change: Partial<PolicyStatusFacts>) =>
      plan(change)?.conditions?.find(({ type }) => type === 'Shadowed') ?? null;
    const shadowed = plan({ shadows: [{ winner: 'old', nodes }] })!;

    it('names the winners, and a few nodes of each', () => {
      const shadows = [
        { winner: 'first', nodes: ['n0'] },
        { winner: 'old', nodes },
        { winner: 'other', nodes: nodes.slice(0, 3) },
      ];
      expect(shadowOf({ shadows })).toMatchObject({
        status: 'True',
        reason: 'PolicyShadowed',
        message: 'Ignored where an older policy lends the node: first on n0; old on n1, n2, n3 and 2 more; other on n1, n2, n3.',
      });
    });

    it('says when it is over, and nothing where it never was', () => {
      expect(shadowOf({ policy: aPolicy().status(shadowed).build() })).toMatchObject({ status: 'False', reason: 'PolicyApplied' });
      expect(shadowOf({})).toBeNull();
    });

    it('goes with every verdict', () => {
      const invalid = aPolicy().openFrom('9:00', '10:00').build();
      expect(shadowOf({ policy: invalid, shadows: [{ winner: 'old', nodes }] })?.status).toBe('True');
    });
  });

  it('writes nothing twice', () => {
    expect(plan({ policy: aPolicy().status(plan()!).build(), now: NOW + 60_000 })).toBeNull();
  });

  it('names the field of every invalid window', () => {
    expect(plan({ policy: aPolicy().openFrom('9:00', '25:00').build() })?.conditions?.[0]?.message).toMatch(
      /timeWindows\[0\]\.start .*timeWindows\[0\]\.end/,
    );
  });

  const valid = (change: Partial<Condition>): ResourceLeasingPolicyStatus => ({
    phase: 'Active',
    conditions: [
      {
        type: 'Valid',
        status: 'True',
        reason: 'ValidationPassed',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
        observedGeneration: 1,
        ...change,
      },
    ],
  });

  it.each<[string, string, ResourceLeasingPolicyStatus, boolean]>([
    ['of nobody, without status', 'nowhere', {}, true],
    ['of somebody else, who has judged it', 'nowhere', valid({}), false],
    ['judged by somebody, but edited since', 'nowhere', valid({ observedGeneration: 0 }), true],
    ['of nobody, as another binding found too', 'nowhere', valid({ status: 'False', reason: 'UnknownBinding' }), false],
    [
      'of nobody, where another binding knew better',
      'nowhere',
      valid({ status: 'False', reason: 'WrongCluster' }),
      false,
    ],
    [
      'with our clusterID, which another binding did not know',
      'e1',
      valid({ status: 'False', reason: 'UnknownBinding' }),
      true,
    ],
    ['of a binding beside', 'east-2', {}, false],
    ['ours, whoever judged it', 'east', valid({ status: 'False', reason: 'UnknownBinding' }), true],
  ])('a policy %s: written %s', (_, cluster, status, written) => {
    expect(plan({ policy: aPolicy().spec({ cluster }).status(status).build() }) !== null).toBe(written);
  });
});

describe('the reclaim of its nodes', () => {
  const node = (name: string, note: Partial<ReclaimNote>): NodeReclaim => ({
    node: name,
    note: { phase: 'Grace', reason: 'GracePeriod', message: 'Wait.', ...note },
  });
  const said = (reclaims: NodeReclaim[], status: ResourceLeasingPolicyStatus = {}) =>
    plan({ reclaims, policy: aPolicy().status(status).build() })
      ?.conditions?.filter(({ type }) => type.startsWith('Reclaim'))
      .map(({ type, status: value, reason, message }) => `${type}=${value}/${reason}: ${message}`);

  it.each<[string, NodeReclaim[], string[]]>([
    ['none', [], []],
    ['one', [node('n1', {})], ['Reclaiming=True/Grace: n1 Grace.']],
    [
      'the one that is waited for most comes first',
      [node('n3', { phase: 'Closed' }), node('n2', {}), node('n1', { phase: 'Forced' })],
      ['Reclaiming=True/Forced: n1 Forced, n2 Grace, n3 Closed.'],
    ],
    ['all are empty', [node('n2', { phase: 'Closed' }), node('n1', { phase: 'Closed' })], ['Reclaiming=False/Closed: n1 Closed, n2 Closed.']],
    [
      'pods that tolerate it are named',
      [node('n1', { phase: 'Closed', reason: 'ToleratingPodsRemain', message: 'Remain: default/a.' })],
      ['Reclaiming=False/ToleratingPodsRemain: Remain: default/a.'],
    ],
    [
      'one is stuck',
      [node('n1', { phase: 'Forced', stuck: 'Pods are left.' }), node('n2', { phase: 'Closed' })],
      ['Reclaiming=True/Forced: n1 Forced, n2 Closed.', 'ReclaimStuck=True/ReclaimStuck: n1: Pods are left.'],
    ],
    [
      'many',
      Array.from({ length: 12 }, (_, index) => node(`n${10 + index}`, {})),
      [expect.stringMatching(/^Reclaiming=True\/Grace: n10 Grace, .* n19 Grace and 2 more\.$/)],
    ],
  ])('%s', (_, reclaims, expected) => {
    expect(said(reclaims)).toEqual(expected);
  });

  it('is taken back when it is over', () => {
    const before = plan({ reclaims: [node('n1', { stuck: 'Pods are left.' })] });
    expect(said([], before ?? {})).toEqual([
      'Reclaiming=False/Lent: No node of this policy is being reclaimed.',
      'ReclaimStuck=False/NodeEmpty: No node is stuck.',
    ]);
  });
});
