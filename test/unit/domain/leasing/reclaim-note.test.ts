import {
  decodeNote,
  decodeTerms,
  encodeNote,
  encodeTerms,
  NO_TERMS,
  noteOf,
  type ReclaimNote,
  type ReclaimPhase,
  type ReclaimPlan,
  type ReclaimTerms,
  termsOf,
} from '../../../../domain/reclaim';
import { desiredConditions, desiredStatus, type NodeObject, withReclaimConditions } from '../../../../domain/vnode';
import { aNode, aNodeCondition } from '../../../support/builders/node';
import { aPolicy } from '../../../support/builders/policy';

describe('what a vnode remembers', () => {
  const all: ReclaimTerms = { force: true, graceSeconds: 9, noticeSeconds: 8, drain: 'Evict', before: true, evictTolerating: true };

  it('is the terms of the policy', () => {
    const spec = aPolicy().spec({
      ...{ forceReclaim: true, gracefulReclaimPeriodSeconds: 9, noticePeriodSeconds: 8 },
      ...{ drain: 'Evict', reclaimBefore: true, evictTolerating: true },
    });
    expect(termsOf(spec.build().spec)).toEqual(all);
    expect(termsOf(aPolicy().build().spec)).toEqual(NO_TERMS);
  });

  it.each([all, NO_TERMS, { ...NO_TERMS, force: true, graceSeconds: 60 }])('terms come back as they were: %j', (value) => {
    expect(decodeTerms(encodeTerms(value))).toEqual(value);
  });

  it.each([undefined, '', 'true', '[]', 'null', '{'])('%j is no terms, and no note', (text) => {
    expect(decodeTerms(text)).toBeNull();
    expect(decodeNote(text)).toBeNull();
  });

  it('terms that somebody broke have no force', () => {
    expect(decodeTerms('{"force":"yes","graceSeconds":-5,"drain":"Kill"}')).toEqual(NO_TERMS);
  });

  it('is where the reclaim stands', () => {
    const note = { phase: 'Forced', reason: 'DeadlineReached', message: 'Pods are deleted.', stuck: 'Pods are left.' };
    expect(decodeNote(encodeNote(note))).toEqual(note);
    expect(decodeNote(encodeNote({ ...note, stuck: undefined }))).toEqual({ ...note, stuck: undefined });
    expect(noteOf({ ...note, phase: 'Forced' } as ReclaimPlan)).toEqual(note);
  });

  it.each(['phase', 'reason', 'message'])('is nothing where somebody took off its %s', (field) => {
    const text = JSON.stringify({ phase: 'Forced', reason: 'DeadlineReached', message: 'Pods are deleted.', [field]: undefined });
    expect(decodeNote(text)).toBeNull();
  });

  it.each<[ReclaimPhase, string | undefined]>([
    ['Open', undefined],
    ['Grace', 'Grace'],
    ['Verified', 'Closed'],
    ['Closed', 'Closed'],
  ])('which while it is %s is told as %s', (phase, told) => {
    expect(noteOf({ phase, reason: 'NodeEmpty', message: '', stuck: null } as ReclaimPlan)?.phase).toBe(told);
  });
});

describe('the conditions of a vnode', () => {
  const NOW = Date.parse('2026-03-06T08:01:00Z');
  const noted = (note: Partial<ReclaimNote>) =>
    aNode('vnode-e1-n1').annotated({
      'kubeocean.io/reclaim': encodeNote({ phase: 'Grace', reason: 'GracePeriod', message: 'Wait.', ...note }),
    });
  const own = (vnode: NodeObject) =>
    desiredStatus({
      ...{ binding: { name: 'east', clusterID: 'e1' }, physical: aNode().build(), capacity: {}, live: vnode, now: NOW },
      endpoint: { address: null, kubeletPort: 20_001 },
    }).conditions?.filter(({ type }) => type.startsWith('Reclaim'));

  it.each<[string, Partial<ReclaimNote>, object[]]>([
    ['a phase', {}, [{ type: 'Reclaiming', status: 'True', reason: 'Grace', message: 'Wait.' }]],
    ['the end', { phase: 'Closed', reason: 'NodeEmpty' }, [{ type: 'Reclaiming', status: 'False', reason: 'Closed' }]],
    [
      'the end with pods that tolerate it',
      { phase: 'Closed', reason: 'ToleratingPodsRemain', message: 'default/a' },
      [{ type: 'Reclaiming', status: 'False', reason: 'ToleratingPodsRemain', message: 'default/a' }],
    ],
    [
      'a node that is stuck',
      { phase: 'Forced', stuck: 'Pods are left.' },
      [
        { type: 'Reclaiming', status: 'True', reason: 'Forced' },
        { type: 'ReclaimStuck', status: 'True', reason: 'ReclaimStuck', message: 'Pods are left.' },
      ],
    ],
  ])('tell %s', (_, note, conditions) => {
    expect(own(noted(note).build())).toMatchObject(conditions);
  });

  it('say nothing while the node is lent, whatever the physical node says', () => {
    expect(own(aNode('vnode-e1-n1').build())).toEqual([]);
    const physical = aNode().reporting(aNodeCondition('ReclaimStuck', 'True')).build();
    expect(desiredConditions({ physical, live: null, now: NOW }).map(({ type }) => type)).not.toContain('ReclaimStuck');
  });

  it('keep the time of their last transition, and others their place', () => {
    const since = '2026-03-06T07:00:00Z';
    const reclaiming = { type: 'Reclaiming', status: 'True', reason: 'Noticed', message: '', lastTransitionTime: since };
    const vnode = noted({}).status({ conditions: [aNodeCondition('Ready', 'True'), reclaiming] }).build();
    const wanted = withReclaimConditions(vnode, NOW);
    expect(wanted).toMatchObject([{ type: 'Ready' }, { type: 'Reclaiming', reason: 'Grace', lastTransitionTime: since }]);
    expect(withReclaimConditions(noted({}).status({ conditions: wanted ?? [] }).build(), NOW + 9_000)).toBeNull();
  });
});
