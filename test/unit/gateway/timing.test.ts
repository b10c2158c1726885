import { nextDue, retryDelay, slotOf } from '../../../gateway/leases/timing';

const PERIOD = 10_000;

describe('slotOf', () => {
  test('spreads a thousand names over the period', () => {
    const tenths = new Array<number>(10).fill(0);
    for (let index = 0; index < 1_000; index += 1) {
      const tenth = Math.floor(slotOf(`vnode-cls-a-node-${index}`, 'gateway-1', PERIOD) / (PERIOD / 10));
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(60);
    expect(Math.max(...tenths)).toBeLessThan(140);
  });

  test('differs between gateways and not between calls', () => {
    expect(slotOf('n', 'a', PERIOD)).toBe(slotOf('n', 'a', PERIOD));
    expect(slotOf('n', 'a', PERIOD)).not.toBe(slotOf('n', 'b', PERIOD));
  });
});

describe('nextDue', () => {
  test.each([
    { name: 'in its slot: a period', last: 100_000 + 3_000, slot: 3_000, gap: 10_000 },
    { name: 'a little before it: up to the slot', last: 100_000 + 2_500, slot: 3_000, gap: 10_500 },
    { name: 'far from it: no more than a fifth longer', last: 100_000 + 4_000, slot: 3_000, gap: 12_000 },
  ])('$name', ({ last, slot, gap }) => {
    expect(nextDue(last, slot, PERIOD) - last).toBe(gap);
  });

  test('nodes that came together are in their slots after six rounds, and never sooner than a period', () => {
    for (let index = 0; index < 100; index += 1) {
      const slot = slotOf(`n-${index}`, 'g', PERIOD);
      let due = 1_700_000_004_321;
      for (let round = 0; round < 6; round += 1) {
        const next = nextDue(due, slot, PERIOD);
        expect(next - due).toBeGreaterThanOrEqual(PERIOD);
        due = next;
      }
      expect(due % PERIOD).toBe(slot);
    }
  });
});

describe('retryDelay', () => {
  test.each([
    { failures: 1, random: 0, milliseconds: 250 },
    { failures: 1, random: 1, milliseconds: 500 },
    { failures: 3, random: 1, milliseconds: 2_000 },
    { failures: 30, random: 1, milliseconds: 5_000 },
    { failures: 1, retryAfter: 2, random: 0, milliseconds: 2_000 },
    { failures: 1, retryAfter: 600, random: 0, milliseconds: 5_000 },
  ])('$failures failures, Retry-After $retryAfter: $milliseconds ms', ({ failures, retryAfter, random, milliseconds }) => {
    expect(retryDelay(failures, retryAfter, random)).toBe(milliseconds);
  });
});
