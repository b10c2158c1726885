import { z } from 'zod';

/** What came of a stage. A skip is neither passed nor failed. */
export interface Tally {
  readonly passed: number;
  /** Names of what failed. */
  readonly failures: readonly string[];
  /** Names of what did not run; the convention is that a name says why. */
  readonly skipped: readonly string[];
}

/** Nothing ran. */
export const nothing: Tally = { passed: 0, failures: [], skipped: [] };

/** The part that counts of what `jest --json` writes. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/** Counts the tests of a Jest report. A suite that failed without a failed test in it, by not loading say, counts as one. */
export function tallyOf(report: unknown): Tally {
  const { testResults } = reportSchema.parse(report);
  const tests = testResults.flatMap((suite) => suite.assertionResults);
  const named = (status: string) => tests.filter((test) => test.status === status).map((test) => test.fullName);
  const broken = testResults.filter(
    (suite) => suite.status === 'failed' && !suite.assertionResults.some((test) => test.status === 'failed'),
  );
  const skipped = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
  const failures = [...named('failed'), ...broken.map((suite) => `${suite.name} as a whole`)];
  return {
    passed: named('passed').length,
    failures,
    skipped: skipped.map((test) => test.fullName),
  };
}

/** The sum of all. */
export function sum(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((total, tally) => total + tally.passed, 0),
    failures: tallies.flatMap((tally) => tally.failures),
    skipped: tallies.flatMap((tally) => tally.skipped),
  };
}
