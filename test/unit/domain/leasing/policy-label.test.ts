import { isPolicyLabelOurs, policyLabelToSet } from '../../../../domain/vnode';
import { aNode } from '../../../support/builders/node';
import { aPolicy, type PolicyBuilder } from '../../../support/builders/policy';

const APPLIED = 'kubeocean.io/policy-applied';
const ours = aPolicy('ours');
const theirs = aPolicy('theirs').spec({ cluster: 'west' });
const nodeWith = (value?: string) => aNode().labelled(value === undefined ? {} : { [APPLIED]: value }).build();
const facts = (value: string | undefined, policies: PolicyBuilder[]) => ({
  node: nodeWith(value),
  policies: policies.map((policy) => policy.build()),
  binding: 'east',
});

describe('policyLabelToSet', () => {
  it.each<[string, string | undefined, PolicyBuilder[], string | null]>([
    ['no label yet', undefined, [ours], 'ours'],
    ['it says so', 'ours', [ours], null],
    ['another policy of ours', 'older', [ours, aPolicy('older')], 'ours'],
    ['a policy that is gone', 'gone', [ours], 'ours'],
    ['a live policy of another binding stays', 'theirs', [ours, theirs], null],
    ['one that is being deleted does not', 'theirs', [ours, theirs.meta({ deletionTimestamp: 'now' })], 'ours'],
    ['one that does not select the node does not', 'theirs', [ours, theirs.selecting('zone', 'b')], 'ours'],
  ])('%s', (_, value, policies, expected) => {
    expect(policyLabelToSet(facts(value, policies), ours.build())).toBe(expected);
  });

  it('shortens a name that is no label value', () => {
    const name = 'p'.repeat(64);
    expect(policyLabelToSet(facts(undefined, []), aPolicy(name).build())).toMatch(/^p{30}-[0-9a-f]{32}$/);
  });
});

describe('isPolicyLabelOurs', () => {
  it.each<[string, PolicyBuilder[], string | undefined, boolean]>([
    ['ours', [], 'ours', true],
    ['stranger', [], 'ours', false],
    ['stranger', [ours], undefined, false],
    ['ours', [ours], undefined, true],
    ['ours', [ours], 'other', true],
    ['theirs', [theirs], undefined, false],
  ])('label %s, %#: by policies or by what lent the vnode', (value, policies, applied, expected) => {
    expect(isPolicyLabelOurs(facts(value, policies), applied)).toBe(expected);
  });

  it('is not where there is none', () => {
    expect(isPolicyLabelOurs(facts(undefined, [ours]), 'ours')).toBe(false);
  });
});
