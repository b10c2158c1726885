import { inLanes } from '../../../scripts/test/lanes';
import { select, stages } from '../../../scripts/test/selection';
import { nothing, sum, tallyOf } from '../../../scripts/test/tally';

describe('selection', () => {
  it.each<[args: string[], chosen: readonly string[], paths: string[]]>([
    [[], stages, []],
    [['unit', 'lint'], ['lint', 'unit'], []],
    [['test/unit/x'], ['unit', 'workflow', 'integration', 'e2e'], ['test/unit/x']],
    [['e2e', 'test/e2e/walk'], ['e2e'], ['test/e2e/walk']],
  ])('%j', (args, chosen, paths) => {
    expect(select(args)).toEqual({ stages: chosen, paths });
  });

  it('refuses a word it does not know', () => {
    expect(() => select(['unti'])).toThrow('unti is no stage. Usage: npm test -- [lint|types|unit|workflow|integration|e2e]');
  });
});

describe('tally', () => {
  const suite = (status: string, ...tests: [status: string, fullName: string][]) => ({
    name: 'a.test.ts',
    status,
    assertionResults: tests.map(([result, fullName]) => ({ status: result, fullName })),
  });

  it.each([
    ['no suite', [], nothing],
    ['passed and failed', [suite('failed', ['passed', 'a'], ['failed', 'b'])], { passed: 1, failures: ['b'], skipped: [] }],
    ['a skip is neither', [suite('passed', ['pending', 'a (no Java)'], ['todo', 'b'])], { ...nothing, skipped: ['a (no Java)', 'b'] }],
    ['a suite that does not load', [suite('failed')], { ...nothing, failures: ['a.test.ts as a whole'] }],
    ['a suite that fails after its tests', [suite('failed', ['passed', 'a'])], { passed: 1, failures: ['a.test.ts as a whole'], skipped: [] }],
  ])('%s', (_what, testResults, expected) => {
    expect(tallyOf({ testResults })).toEqual(expected);
  });

  it('sums', () => {
    const one = { passed: 2, failures: ['x'], skipped: ['y'] };
    expect(sum([one, nothing, one])).toEqual({ passed: 4, failures: ['x', 'x'], skipped: ['y', 'y'] });
  });
});

describe('lanes', () => {
  /** Work that ends when it is told to. */
  function controlled() {
    const ends = new Map<number, () => void>();
    const begun: number[] = [];
    const work = ({ seconds }: { seconds: number }) => {
      begun.push(seconds);
      return new Promise<void>((resolve) => ends.set(seconds, resolve));
    };
    const end = async (seconds: number) => {
      ends.get(seconds)?.();
      await new Promise((resolve) => setImmediate(resolve));
    };
    return { begun, work, end };
  }
  const all = [30, 10, 60, 20, 50, 40].map((seconds) => ({ seconds }));

  it('begin with the two longest and the shortest, and go on from both ends', async () => {
    const { begun, work, end } = controlled();
    const done = inLanes(all, work, new AbortController().signal);
    expect(begun).toEqual([60, 50, 10]);
    await end(10);
    await end(60);
    await end(20);
    expect(begun).toEqual([60, 50, 10, 20, 40, 30]);
    for (const seconds of [50, 40, 30]) await end(seconds);
    await done;
  });

  it('begin nothing more once aborted, and wait for what was begun', async () => {
    const { begun, work, end } = controlled();
    const controller = new AbortController();
    const done = inLanes(all, work, controller.signal);
    controller.abort();
    for (const seconds of [60, 50, 10]) await end(seconds);
    await done;
    expect(begun).toEqual([60, 50, 10]);
  });
});
