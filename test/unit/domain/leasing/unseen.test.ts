import { stuckUnseen } from '../../../../domain/reclaim';

const DEADLINE = Date.parse('2026-03-06T08:06:00Z');
const facts = { deadline: DEADLINE, stuckAfterMillis: 300_000, now: DEADLINE + 300_000 };

it.each([
  ['counts as stuck so long after its deadline', {}, expect.stringContaining('2026-03-06T08:06:00Z')],
  ['does not before', { now: DEADLINE + 299_999 }, null],
  ['does not without a deadline', { deadline: null }, null],
])('a node that nobody sees %s', (_, change, expected) => {
  expect(stuckUnseen({ ...facts, ...change })).toEqual(expected);
});
