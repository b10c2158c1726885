import type { Progress } from '../progress';
import { steps } from './steps';
import type { Walk, WalkStep } from './walk';

/** Takes all steps in order, each narrated. @throws NotAsPromised at the first thing that is not as it should be. */
export async function takeWalk(walk: Walk, report: Progress): Promise<void> {
  for (const [index, step] of steps.entries()) await takeStep(walk, report, { ...step, title: `${index + 1}. ${step.title}` });
}

async function takeStep(walk: Walk, report: Progress, { title, run }: WalkStep): Promise<void> {
  const shown = report.step(title);
  try {
    const [outcome, ...details] = (await run(walk)).trimEnd().split('\n');
    shown.done(outcome);
    details.forEach((line) => report.say(`   ${line}`));
  } catch (error) {
    shown.fail('not as promised');
    throw error;
  }
}
