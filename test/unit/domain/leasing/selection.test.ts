import type { NodeSelectorRequirement, NodeSelectorTerm } from 'kubernetes-types/core/v1';
import { isEligibleNode, matchesNodeSelector, type SelectableNode, selectPolicy, shadowsOf } from '../../../../domain/selection';
import { aPolicy, type PolicyBuilder } from '../../../support/builders/policy';

const node = { name: 'n1', labels: { zone: 'a', cores: '16', empty: '' } };
const matches = (...nodeSelectorTerms: NodeSelectorTerm[]) => matchesNodeSelector({ nodeSelectorTerms }, node);
const nameIs = (...values: string[]): NodeSelectorRequirement => ({ key: 'metadata.name', operator: 'In', values });
const expression = (key: string, operator: string, ...values: string[]): NodeSelectorRequirement => ({
  key,
  operator,
  values,
});

describe('matchesNodeSelector', () => {
  it('matches every node without terms', () => {
    expect(matchesNodeSelector(undefined, node)).toBe(true);
    expect(matches()).toBe(true);
  });

  it.each<[string, string, string[], boolean]>([
    ['zone', 'In', ['b', 'a'], true],
    ['zone', 'In', ['b'], false],
    ['zone', 'In', [], false],
    ['missing', 'In', ['a'], false],
    ['empty', 'In', [''], true],
    ['zone', 'NotIn', ['b'], true],
    ['zone', 'NotIn', ['a'], false],
    ['missing', 'NotIn', ['a'], true],
    ['zone', 'NotIn', [], false],
    ['zone', 'NotIn', ['not a value'], false],
    ['zone', 'Exists', [], true],
    ['empty', 'Exists', [], true],
    ['missing', 'Exists', [], false],
    ['zone', 'Exists', ['a'], false],
    ['missing', 'DoesNotExist', [], true],
    ['zone', 'DoesNotExist', [], false],
    ['missing', 'DoesNotExist', ['a'], false],
    ['cores', 'Gt', ['15'], true],
    ['cores', 'Gt', ['16'], false],
    ['cores', 'Lt', ['17'], true],
    ['cores', 'Lt', ['16'], false],
    ['cores', 'Gt', ['1', '2'], false],
    ['cores', 'Gt', ['many'], false],
    ['zone', 'Gt', ['0'], false],
    ['missing', 'Lt', ['0'], false],
    ['cores', 'Gt', ['-9223372036854775809'], false],
    ['zone', 'Like', ['a'], false],
    ['toString', 'Exists', [], false],
    ['zone', 'constructor', [], false],
    ['-bad-', 'DoesNotExist', [], false],
  ])('%s %s %j: %s', (key, operator, values, expected) => {
    expect(matches({ matchExpressions: [expression(key, operator, ...values)] })).toBe(expected);
  });

  it.each<[string, NodeSelectorTerm[], boolean]>([
    ['an empty term matches nothing', [{}], false],
    ['terms are alternatives', [{ matchFields: [nameIs('n2')] }, { matchFields: [nameIs('n1')] }], true],
    [
      'expressions are all needed',
      [{ matchExpressions: [expression('zone', 'Exists'), expression('zone', 'In', 'b')] }],
      false,
    ],
    [
      'expressions and fields are both needed',
      [{ matchExpressions: [expression('zone', 'Exists')], matchFields: [nameIs('n2')] }],
      false,
    ],
    ['two names: both must hold, the last does not win', [{ matchFields: [nameIs('n2'), nameIs('n1')] }], false],
    ['the same name twice', [{ matchFields: [nameIs('n1'), nameIs('n1')] }], true],
    ['two values are no value', [{ matchFields: [nameIs('n1', 'n2')] }], false],
    ['whatever their order', [{ matchFields: [nameIs('n2', 'n1')] }], false],
    ['only the name is a field', [{ matchFields: [{ key: 'spec.x', operator: 'In', values: ['n1'] }] }], false],
    ['only In', [{ matchFields: [{ key: 'metadata.name', operator: 'NotIn', values: ['n2'] }] }], false],
  ])('%s', (_, terms, expected) => {
    expect(matches(...terms)).toBe(expected);
  });
});

it.each([
  [{}, true],
  [{ 'node.kubernetes.io/instance-type': 'm5.large' }, true],
  [{ 'node.kubernetes.io/instance-type': 'vnode' }, false],
  [{ 'beta.kubernetes.io/instance-type': 'eklet' }, false],
  [{ 'node.kubernetes.io/instance-type': 'external' }, false],
  [{ type: 'virtual-kubelet' }, false],
  [{ type: 'metal' }, true],
])('a node labelled %j is eligible: %s', (labels, eligible) => {
  expect(isEligibleNode(labels)).toBe(eligible);
});

describe('selectPolicy', () => {
  const east = { name: 'east' };
  const old = aPolicy('zz').meta({ creationTimestamp: '2026-01-01T00:00:00Z' });
  const young = aPolicy('aa').meta({ creationTimestamp: '2026-02-01T00:00:00Z' });

  it.each([
    ['none', [], null, []],
    ['the oldest wins', [young, old], 'zz', ['aa']],
    ['then the smaller name', [old, aPolicy('b'), aPolicy('a')], 'a', ['b', 'zz']],
    ['one being deleted does not count', [young, old.meta({ deletionTimestamp: '2026-03-01T00:00:00Z' })], 'aa', []],
    ['one of another binding does not count', [young, old.spec({ cluster: 'west' })], 'aa', []],
    ['one for other nodes does not count', [young, old.selecting('zone', 'b')], 'aa', []],
    ['the phase does not matter', [old.status({ phase: 'Failed' })], 'zz', []],
    [
      'one without a timestamp is the youngest',
      [aPolicy('a').meta({ creationTimestamp: undefined }), young],
      'aa',
      ['a'],
    ],
  ])('%s', (_, policies, winner, losers) => {
    const selected = selectPolicy(
      policies.map((policy) => policy.build()),
      node,
      east,
    );
    expect(selected?.policy.metadata.name ?? null).toBe(winner);
    expect((selected?.losers ?? []).map(({ metadata }) => metadata.name)).toEqual(losers);
  });

  it('needs the selector of the binding too', () => {
    const nodeSelector = { nodeSelectorTerms: [{ matchFields: [nameIs('n2')] }] };
    expect(selectPolicy([old.build()], node, { ...east, nodeSelector })).toBeNull();
  });
});

describe('shadowsOf', () => {
  const old = aPolicy('old').meta({ creationTimestamp: '2026-01-01T00:00:00Z' });
  const young = aPolicy('young').meta({ creationTimestamp: '2026-02-01T00:00:00Z' });
  const nodes: SelectableNode[] = [
    { name: 'n2', labels: { zone: 'a' } },
    { name: 'n1', labels: { zone: 'a' } },
    { name: 'n3', labels: { zone: 'b' } },
    { name: 'virtual', labels: { zone: 'a', type: 'virtual-kubelet' } },
  ];
  const shadows = (policy: PolicyBuilder, ...others: PolicyBuilder[]) =>
    shadowsOf(policy.build(), {
      policies: [policy, ...others].map((each) => each.build()),
      nodes,
      binding: { name: 'east' },
    });

  it.each<[string, PolicyBuilder, PolicyBuilder[], object[]]>([
    ['alone', young, [], []],
    ['the winner is in nobody’s shadow', old, [young], []],
    ['everywhere', young, [old], [{ winner: 'old', nodes: ['n1', 'n2', 'n3'] }]],
    ['where both select', young, [old.selecting('zone', 'b')], [{ winner: 'old', nodes: ['n3'] }]],
    [
      'of two',
      young,
      [old.selecting('zone', 'b'), aPolicy('first')],
      [{ winner: 'first', nodes: ['n1', 'n2', 'n3'] }],
    ],
    ['never of a policy for another binding', young, [old.spec({ cluster: 'west' })], []],
    ['never of one that is being deleted', young, [old.meta({ deletionTimestamp: 'now' })], []],
  ])('%s', (_, policy, others, expected) => {
    expect(shadows(policy, ...others)).toEqual(expected);
  });
});
