import { Annotation, Label, VIRTUAL_KUBELET } from '../../../../api/names/keys';
import type { ClusterBinding, ResourceLeasingPolicy } from '../../../../api/names/types';
import {
  acceptedBinding,
  acceptedPolicy,
  bindingRecord,
  blockedClaim,
  isHeld,
  type Edited,
  type GuardFacts,
  judgeEdits,
  policyRecord,
} from '../../../../domain/guard';
import { aBinding } from '../../../support/builders/binding';
import { aPolicy, type PolicyBuilder } from '../../../support/builders/policy';

const NOW = Date.parse('2026-03-06T20:00:00Z');
const CLOSES = Date.parse('2026-03-06T22:00:00Z');
const OPEN = [{ start: '18:00', end: '21:59' }];
const CLOSED = [{ start: '08:00', end: '11:59' }];

const selectorFor = (...names: string[]) => ({
  nodeSelectorTerms: names.map((name) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] })),
});
const ten = Array.from({ length: 10 }, (_, index) => ({ name: `n${index}`, labels: {} }));
const names = ten.map(({ name }) => name);

/** A policy that was accepted as `before` and says something else by now. */
function edited(before: PolicyBuilder, difference: Partial<ResourceLeasingPolicy['spec']>, generation = 2): ResourceLeasingPolicy {
  const accepted = policyRecord(before.build())!;
  return before.spec(difference).meta({ generation }).status({ accepted }).build();
}
const accepted = (policy: PolicyBuilder) => edited(policy, {}, 1);
const lending = aPolicy().spec({ timeWindows: OPEN });

const lendingTo = (from: number, to: number) => lending.spec({ nodeSelector: selectorFor(...names.slice(from, to)) });
const halfVirtual = ten.map((node, index) => (index < 5 ? node : { ...node, labels: { [Label.NodeType]: VIRTUAL_KUBELET } }));

/** A binding that was accepted with one selector and has another by now. */
function reselected(...selected: string[]): ClusterBinding {
  const binding = aBinding().build();
  const metadata = { ...binding.metadata, name: 'east', generation: 2 };
  const status = { accepted: bindingRecord({ ...binding, metadata })! };
  return { ...binding, metadata, status, spec: { ...binding.spec, nodeSelector: selectorFor(...selected) } };
}
const binding = reselected(...names);
const settled: ClusterBinding = { ...binding, status: { accepted: bindingRecord({ ...binding, status: {} })! } };

const facts: GuardFacts = {
  binding: settled,
  policies: [],
  nodes: ten,
  maxReclaimPercent: 50,
  confirmed: undefined,
  now: NOW,
  zone: 'UTC',
};
const judge = (difference: Partial<GuardFacts>) => judgeEdits({ ...facts, ...difference });
const policy = (name: string): Edited => ({ kind: 'policy', name });
const held = (reclaimed: number, ...by: Edited[]) => ({ edited: by, reclaimed, leased: 10 });

describe('judgeEdits', () => {
  it.each<[string, Partial<GuardFacts>, readonly Edited[], object | null]>([
    ['nothing edited', { policies: [accepted(lending)] }, [], null],
    ['a new policy', { policies: [lending.build()] }, [policy('nights')], null],
    ['the first look at a binding', { binding: { ...settled, status: {} } }, [{ kind: 'binding', name: 'east' }], null],
    ['windows that close now', { policies: [edited(lending, { timeWindows: CLOSED })] }, [], held(10, policy('nights'))],
    ['windows that close later', { policies: [edited(lending, { timeWindows: [{ start: '18:00', end: '20:30' }] })] }, [policy('nights')], null],
    ['windows that open more', { policies: [edited(lending, { timeWindows: [] })] }, [policy('nights')], null],
    ['limits alone', { policies: [edited(lending, { resourceLimits: [{ resource: 'cpu', percent: 1 }] })] }, [policy('nights')], null],
    ['a selector for exactly half', { policies: [edited(lending, { nodeSelector: selectorFor(...names.slice(0, 5)) })] }, [policy('nights')], null],
    ['a selector for less than half', { policies: [edited(lending, { nodeSelector: selectorFor(...names.slice(0, 4)) })] }, [], held(6, policy('nights'))],
    ['an eviction where pods were left to finish', { policies: [edited(aPolicy().spec({ timeWindows: CLOSED }), { forceReclaim: true })] }, [], held(10, policy('nights'))],
    ['an eviction for when the window closes', { policies: [edited(lending, { forceReclaim: true })] }, [policy('nights')], null],
    ['addressed to another binding: as good as deleted', { policies: [edited(lending, { cluster: 'west', timeWindows: CLOSED })] }, [], null],
    ['deleted while it was edited', { policies: [{ ...edited(lending, { timeWindows: CLOSED }), metadata: { ...lending.build().metadata, generation: 2, deletionTimestamp: '2026-03-06T19:00:00Z' } }] }, [], null],
    ['reverted', { policies: [edited(lending, { timeWindows: OPEN }, 3)] }, [], null],
    ["the binding's selector", { binding: reselected('n0'), policies: [accepted(lending)] }, [], held(9, { kind: 'binding', name: 'east' })],
    ["the binding's selector, half of it", { binding: reselected(...names.slice(5)), policies: [accepted(lending)] }, [{ kind: 'binding', name: 'east' }], null],
    ['no node leased yet', { nodes: [], policies: [edited(lending, { timeWindows: CLOSED })] }, [policy('nights')], null],
    ['a new policy beside an edit', { policies: [edited(lending, { forceReclaim: true }), aPolicy('young').build()] }, [policy('young'), policy('nights')], null],
    ['a new policy beside one that is held', { policies: [edited(lending, { timeWindows: CLOSED }), aPolicy('young').spec({ timeWindows: CLOSED }).build()] }, [policy('young')], held(10, policy('nights'))],
    ['most of those that are leased, and few of all', { policies: [edited(lendingTo(0, 5), { nodeSelector: selectorFor('n0', 'n1') })] }, [], { ...held(3, policy('nights')), leased: 5 }],
    ['of nodes of which half are virtual themselves', { nodes: halfVirtual, policies: [edited(lending, { timeWindows: CLOSED })] }, [], { ...held(5, policy('nights')), leased: 5 }],
    ["another binding's policy does not make up for it", { policies: [accepted(aPolicy('a').spec({ cluster: 'west' })), edited(lending, { timeWindows: CLOSED })] }, [], held(10, policy('nights'))],
    ['nor does one that is being deleted', { policies: [accepted(aPolicy('a').meta({ deletionTimestamp: '2026-03-06T19:00:00Z' })), edited(lending, { timeWindows: CLOSED })] }, [], held(10, policy('nights'))],
    ['none may be reclaimed', { maxReclaimPercent: 0, policies: [edited(lending, { nodeSelector: selectorFor(...names.slice(1)) })] }, [], held(1, policy('nights'))],
  ])('%s', (_, difference, accept, expected) => {
    const verdict = judge(difference);
    expect(verdict.accept).toEqual(accept);
    if (expected === null) expect(verdict.held).toBeNull();
    else expect(verdict.held).toEqual({ ...expected, hash: expect.stringMatching(/^[0-9a-f]{12}$/) });
  });

  const half = (name: string, from: number) => aPolicy(name).spec({ timeWindows: OPEN, nodeSelector: selectorFor(...names.slice(from, from + 5)) });

  it('adds up edits that are harmless one by one', () => {
    const policies = [edited(half('a', 0), { timeWindows: CLOSED }), edited(half('b', 5), { timeWindows: CLOSED })];
    expect(judge({ policies: [policies[0]!, accepted(half('b', 5))] })).toMatchObject({ accept: [policy('a')], held: null });
    expect(judge({ policies })).toMatchObject({ accept: [], held: held(10, policy('a'), policy('b')) });
  });

  it('holds two that do harm only together, and lets a third one through', () => {
    const policies = ['a', 'b'].map((name) => edited(aPolicy(name).spec({ timeWindows: OPEN }), { nodeSelector: selectorFor('n0') }));
    expect(judge({ policies })).toMatchObject({ accept: [], held: held(9, policy('a'), policy('b')) });
    const harmless = edited(aPolicy('z').spec({ timeWindows: CLOSED }), { timeWindows: [] });
    const closing = edited(lending, { timeWindows: CLOSED });
    expect(judge({ policies: [closing, harmless] })).toMatchObject({ accept: [policy('z')], held: { edited: [policy('nights')] } });
  });

  it('lets harmless edits through one by one beside a held one, as they may do harm together', () => {
    const closing = edited(lending, { timeWindows: CLOSED });
    const younger = ['y', 'z'].map((name) => edited(aPolicy(name).spec({ timeWindows: CLOSED }), { timeWindows: [] }));
    expect(judge({ policies: [closing, ...younger] })).toMatchObject({ accept: [policy('y')], held: { edited: [policy('nights')] } });
  });

  it('lets through what was confirmed, and nothing else', () => {
    const closing = edited(lending, { timeWindows: CLOSED });
    const { hash } = judge({ policies: [closing] }).held!;
    expect(judge({ policies: [closing], confirmed: hash })).toEqual({ accept: [policy('nights')], held: null, changesAt: null });
    const again = edited(lending, { timeWindows: CLOSED }, 4);
    const { held: heldAgain, accept } = judge({ policies: [again], confirmed: hash });
    expect(accept).toEqual([]);
    expect(heldAgain).toMatchObject({ edited: [policy('nights')], hash: expect.not.stringMatching(hash) });
  });

  it('asks to be asked again at the edge that may end it', () => {
    const policies = [edited(lending, { timeWindows: CLOSED })];
    expect(judge({ policies }).changesAt).toBe(CLOSES);
    const always = [edited(aPolicy(), { timeWindows: CLOSED })];
    expect(judge({ policies: always }).changesAt).toBe(Date.parse('2026-03-07T08:00:00Z'));
    // Of a policy that is not for this binding, and of one that goes.
    const sooner = aPolicy('sooner').spec({ timeWindows: [{ start: '18:00', end: '20:29' }] });
    const others = [accepted(sooner.spec({ cluster: 'west' })), accepted(sooner.meta({ deletionTimestamp: '2026-03-06T19:00:00Z' }))];
    expect(judge({ policies: [...policies, ...others] }).changesAt).toBe(CLOSES);
    expect(judge({ policies, now: CLOSES })).toEqual({ accept: [policy('nights')], held: null, changesAt: null });
  });

  it('looks at each node a few times, however many there are', () => {
    let looks = 0;
    const nodes = Array.from({ length: 1_000 }, (_, index) => ({
      name: `n${index}`,
      get labels() {
        looks += 1;
        return {};
      },
    }));
    judge({ nodes, policies: [edited(lending, { timeWindows: CLOSED })] });
    expect(looks).toBeLessThan(10 * nodes.length);
  });
});

describe('what was accepted', () => {
  it('counts instead of what is written, but for whom it is written', () => {
    const changed = edited(lending, { timeWindows: CLOSED, cluster: 'west' });
    expect(acceptedPolicy(changed).spec).toEqual({ cluster: 'west', timeWindows: OPEN });
    expect(acceptedBinding(reselected('n0')).spec.nodeSelector).toBeUndefined();
  });

  it('is what is written where nothing was', () => {
    const unrecorded = lending.build();
    expect(acceptedPolicy(unrecorded)).toBe(unrecorded);
    expect(acceptedBinding({ ...settled, status: {} }).spec).toBe(settled.spec);
  });

  it.each(['', 'null', '[]', '{'])('is what is written where the record is %j', (spec) => {
    const broken = lending.status({ accepted: { generation: 1, spec } }).build();
    expect(acceptedPolicy(broken)).toBe(broken);
  });

  it('is recorded once', () => {
    expect(policyRecord(accepted(lending))).toBeNull();
    expect(bindingRecord(settled)).toBeNull();
    expect(policyRecord(edited(lending, { timeWindows: CLOSED }))).toEqual({ generation: 2, spec: JSON.stringify({ timeWindows: CLOSED }) });
  });
});

describe('the condition Blocked', () => {
  const waiting = { edited: [policy('nights')], hash: 'abc', reclaimed: 6, leased: 10 };

  it('tells what to do', () => {
    expect(blockedClaim(lending.build(), waiting, 'east')).toEqual({
      type: 'Blocked',
      status: 'True',
      reason: 'ReclaimHeld',
      message: expect.stringMatching(/6 of 10 leased nodes.*kubeocean confirm-reclaim east --hash abc/),
      observedGeneration: 1,
    });
  });

  it('is absent where nothing ever was held, and False afterwards', () => {
    expect(blockedClaim(lending.build(), null, 'east')).toBeNull();
    const conditions = [{ type: 'Blocked', status: 'True', reason: 'ReclaimHeld', message: '', lastTransitionTime: '' }] as const;
    expect(blockedClaim(lending.status({ conditions }).build(), null, 'east')).toMatchObject({ status: 'False', reason: 'NothingHeld' });
  });

  it.each([
    ['nothing', undefined, false],
    ['that an edit waits', 'True', true],
    ['that none does any more', 'False', false],
  ] as const)('says %s', (_, status, expected) => {
    const conditions = status === undefined ? [] : [{ type: 'Blocked', status, reason: 'x', message: '', lastTransitionTime: '' }];
    expect(isHeld(lending.status({ conditions }).build())).toBe(expected);
  });

  it('is confirmed by an annotation of ours', () => {
    expect(Annotation.ConfirmedReclaim).toBe('kubeocean.io/confirmed-reclaim');
  });
});
