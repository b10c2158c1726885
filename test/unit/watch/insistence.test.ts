import { Insistence } from '../../../activities/watch/insistence';
import { Told } from '../../../activities/watch/told';

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

const at = (millis: number) => jest.setSystemTime(millis);

/** Looks when it is told to, for a minute, at something that stays different. @returns when its workflow is told */
function tellings(isDifferent: (now: number) => boolean): number[] {
  const [insistence, told] = [new Insistence(), new Told()];
  const times: number[] = [];
  let next: number | null = 0;
  while (next !== null && next <= 60_000) {
    at(next);
    const different = isDifferent(next);
    const again = insistence.noted('node', different);
    if (different && told.isNews('node', 'news', insistence.repeatMillis('node'))) times.push(next);
    next = again;
  }
  return times;
}

it('repeats soon while the difference is young, later patiently, and stops when it is gone', () => {
  expect(tellings(() => true)).toEqual([0, 1_000, 2_000, 3_000, 4_000, 15_000, 25_000, 35_000, 45_000, 55_000]);
  expect(tellings((now) => now < 1_500)).toEqual([0, 1_000]);
  expect(tellings(() => false)).toEqual([]);
});

it('begins anew when a difference comes back', () => {
  const insistence = new Insistence();
  expect(insistence.noted('node', true)).toBe(1_000);
  at(30_000);
  expect(insistence.repeatMillis('node')).toBe(10_000);
  expect(insistence.noted('node', false)).toBeNull();
  expect(insistence.noted('node', true)).toBe(31_000);
});

it('keeps keys apart', () => {
  const insistence = new Insistence();
  insistence.noted('one', true);
  at(30_000);
  expect([insistence.repeatMillis('one'), insistence.repeatMillis('two')]).toEqual([10_000, 1_000]);
});

it.each([
  { differing: 40, soon: 1_000, later: 10_000 },
  { differing: 1_000, soon: 25_000, later: 25_000 },
])('leaves $differing differences the time that their workflows need', ({ differing, soon, later }) => {
  const insistence = new Insistence();
  for (let i = 0; i < differing; i += 1) insistence.noted(String(i), true);
  expect(insistence.repeatMillis('0')).toBe(soon);
  expect(insistence.noted('0', true)).toBe(soon);
  at(30_000);
  expect(insistence.repeatMillis('0')).toBe(later);
});

describe('Told', () => {
  it.each([
    { what: 'the same at once', later: 0, isNews: false },
    { what: 'the same after ten seconds', later: 10_000, isNews: true },
    { what: 'something else', message: 'b', later: 0, isNews: true },
    { what: 'the same after a second of one', later: 1_000, repeatMillis: 1_000, isNews: true },
    { what: 'the same before a second of one', later: 999, repeatMillis: 1_000, isNews: false },
  ])('$what: $isNews', ({ message = 'a', later, repeatMillis, isNews }) => {
    const told = new Told();
    expect(told.isNews('uid', 'a')).toBe(true);
    at(later);
    expect(told.isNews('uid', message, repeatMillis)).toBe(isNews);
  });
});
