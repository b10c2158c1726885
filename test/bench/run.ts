import type { Progress } from '../../local/progress';
import type { BenchOptions } from './options';
import type { ScenarioReport } from './report';
import type { Scenario } from './result';
import { clearPods } from './rig/pods';
import type { Rig } from './rig/rig';

/** The scenarios that a run has: the first always, for the others need its vnodes. */
export function chosen(all: readonly Scenario[], { only, pods }: Pick<BenchOptions, 'only' | 'pods'>): Scenario[] {
  const isWanted = ({ name, needsPods, onlyNamed = false }: Scenario) => (only?.includes(name) ?? !onlyNamed) && (pods > 0 || !needsPods);
  return all.filter((scenario, index) => index === 0 || isWanted(scenario));
}

/** Runs scenarios one after the other, quiet ones beside those of the background, and reports in the order given. */
export async function runScenarios(rig: Rig, scenarios: readonly Scenario[], progress: Progress): Promise<ScenarioReport[]> {
  const reports: Promise<ScenarioReport>[] = [];
  for (const scenario of scenarios) {
    if (scenario.manner === 'loud') await Promise.all(reports);
    const report = runOne(rig, scenario, progress);
    reports.push(report);
    if (scenario.manner === 'background') continue;
    const { faults } = await report;
    if (faults.length > 0 && scenario.needsPods) await clearPods(rig).catch((error: Error) => progress.say(error.message));
  }
  return await Promise.all(reports);
}

/** A scenario that throws has failed; the next one gets its chance all the same. */
async function runOne(rig: Rig, scenario: Scenario, progress: Progress): Promise<ScenarioReport> {
  const { name, title } = scenario;
  const step = progress.step(title);
  try {
    const { measurements, violations } = await scenario.run(rig);
    step.done(measurements[0] === undefined ? 'left out' : `${measurements[0].title}: ${measurements[0].value.toFixed(2)} ${measurements[0].unit}`);
    return { name, title, measurements, faults: violations };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    step.fail(reason);
    return { name, title, measurements: [], faults: [reason] };
  }
}
