import { afterFailure, afterProgress, type Debt, debtKey, dueAt, newDebt, readLedger } from '../../../../domain/debts';
import { isAbandoned } from '../../../../domain/binding';
import { Annotation } from '../../../../api/names/keys';
import { aBinding } from '../../../support/builders/binding';

const NOW = Date.parse('2026-03-06T12:00:00Z');
const binding = aBinding('east').status({ mountNamespaceUID: 'uid-of-namespace' }).build();
const debt = newDebt(binding, { secretUid: 'uid-of-secret', policies: ['nights'] }, NOW);

describe('a debt', () => {
  it('says what is owed and where the key is, and may be paid at once', () => {
    expect(debt).toEqual({
      v: 1,
      binding: 'east',
      bindingUid: 'east-uid',
      clusterID: 'east-id',
      mountNamespace: 'kubeocean-worker',
      mountNamespaceUID: 'uid-of-namespace',
      secret: { namespace: 'kubeocean-system', name: 'east-kubeconfig', uid: 'uid-of-secret' },
      policies: ['nights'],
      since: '2026-03-06T12:00:00Z',
      attempts: 0,
      nextAttemptAt: '2026-03-06T12:00:00Z',
      reason: 'Not tried yet.',
    });
    expect(dueAt(debt)).toBe(NOW);
  });

  it.each([
    [1, 15], [2, 30], [3, 60], [4, 120], [5, 240], [6, 300], [50, 300], [2_000, 300],
  ])('is tried again after failure %i in %i seconds, for days', (attempt, seconds) => {
    const tried = afterFailure({ ...debt, attempts: attempt - 1 }, 'silence', NOW);
    expect(tried).toMatchObject({ attempts: attempt, reason: 'silence' });
    expect(dueAt(tried)).toBe(NOW + seconds * 1_000);
  });

  it('is tried soon again when the cluster answers', () => {
    const tried = afterProgress({ ...debt, attempts: 9 }, '2 pods', NOW);
    expect(tried).toMatchObject({ attempts: 0, reason: '2 pods' });
    expect(dueAt(tried)).toBe(NOW + 10_000);
  });

  it('of an instant that cannot be read is due', () => {
    expect(dueAt({ ...debt, nextAttemptAt: 'soon' })).toBe(0);
  });
});

describe('readLedger', () => {
  const text = JSON.stringify(debt);
  const older: Debt = { ...debt, bindingUid: 'older', since: '2026-01-01T00:00:00Z' };

  it('reads what was written, oldest first', () => {
    const data = { [debtKey(debt)]: text, [debtKey(older)]: JSON.stringify(older) };
    expect(readLedger(data)).toEqual({ debts: [older, debt], unreadable: [] });
  });

  it('knows no policies where an earlier version wrote none', () => {
    const earlier = JSON.stringify({ ...debt, policies: undefined });
    expect(readLedger({ [debtKey(debt)]: earlier })).toEqual({ debts: [{ ...debt, policies: null }], unreadable: [] });
  });

  it.each([
    ['none', undefined, 0, []],
    ['no JSON', { x: '{' }, 0, ['x']],
    ['another version', { 'east.east-uid': JSON.stringify({ ...debt, v: 2 }) }, 0, ['east.east-uid']],
    ['without a Secret', { 'east.east-uid': JSON.stringify({ ...debt, secret: undefined }) }, 0, ['east.east-uid']],
    ['without a beginning', { 'east.east-uid': JSON.stringify({ ...debt, since: undefined }) }, 0, ['east.east-uid']],
    ['with policies that are no names', { 'east.east-uid': JSON.stringify({ ...debt, policies: [1] }) }, 0, ['east.east-uid']],
    ['null', { x: 'null' }, 0, ['x']],
    ['under another key: whose would be struck off?', { x: text }, 0, ['x']],
    ['beside a sound one', { [debtKey(debt)]: text, x: '' }, 1, ['x']],
  ] as const)('%s: what cannot be read is named and left alone', (_, data, debts, unreadable) => {
    const ledger = readLedger(data);
    expect([ledger.debts.length, ledger.unreadable]).toEqual([debts, unreadable]);
  });
});

describe('isAbandoned', () => {
  const word = { annotations: { [Annotation.Abandon]: '2026-03-06T12:00:00Z' } };
  const leaving = { deletionTimestamp: '2026-03-06T12:00:01Z' };
  it.each([
    ['deleted and said so', { ...word, ...leaving }, true],
    ['only said so: a crash between word and deed', word, false],
    ['only deleted', leaving, false],
    ['an empty word', { annotations: { [Annotation.Abandon]: '' }, ...leaving }, false],
  ])('%s', (_, metadata, expected) => {
    expect(isAbandoned(aBinding().meta(metadata).build())).toBe(expected);
  });
});
