import fc from 'fast-check';
import type { Condition } from '../../../../api/names/types';
import { type ConditionClaim, setCondition, setConditions, toRfc3339 } from '../../../../domain/conditions';

const then = '2026-01-01T00:00:00Z';
const now = Date.parse('2026-03-01T12:00:00.900Z');
const claim: ConditionClaim = { type: 'Ready', status: 'True', reason: 'Fine', message: '', observedGeneration: 1 };
const ready: Condition = { ...claim, lastTransitionTime: then };

it('toRfc3339 agrees with Date in whole seconds', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }),
      (date) => {
        expect(toRfc3339(date.getTime())).toBe(`${date.toISOString().slice(0, 19)}Z`);
      },
    ),
  );
  expect(toRfc3339(Date.parse('2028-02-29T23:59:59.999Z'))).toBe('2028-02-29T23:59:59Z');
});

describe('setCondition', () => {
  it.each<[string, Partial<Condition>, string]>([
    ['a new status is a transition', { status: 'False' }, '2026-03-01T12:00:00Z'],
    ['a new reason is not', { reason: 'Other' }, then],
    ['a new message is not', { message: 'more' }, then],
    ['a new generation is not', { observedGeneration: 2 }, then],
  ])('%s', (_, change, lastTransitionTime) => {
    expect(setCondition([ready], { ...claim, ...change }, now)).toEqual([{ ...ready, ...change, lastTransitionTime }]);
  });

  it('returns the same list where nothing differs', () => {
    const list = [ready];
    expect(setCondition(list, claim, now)).toBe(list);
  });

  it('keeps positions and appends new types', () => {
    const other = { ...ready, type: 'Connected' };
    const list = setConditions(
      [ready, other],
      [
        { ...claim, type: 'New' },
        { ...claim, reason: 'Changed' },
      ],
      now,
    );
    expect(list.map(({ type }) => type)).toEqual(['Ready', 'Connected', 'New']);
    expect(setCondition(undefined, claim, now)).toEqual([{ ...ready, lastTransitionTime: '2026-03-01T12:00:00Z' }]);
  });
});
