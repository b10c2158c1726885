import { mkdir, writeFile } from 'node:fs/promises';
import { consoleProgress } from '../../local/progress';
import { profileSummary } from './measure/cpu-profiles';
import { describeMachine } from './measure/machine';
import { parseOptions, UsageError, type BenchOptions } from './options';
import { tally, toJson, toTable, type Report } from './report';
import { startRig, type Rig } from './rig/rig';
import { chosen, runScenarios } from './run';
import { scenarios } from './scenarios';

const progress = consoleProgress();

/** `npm run bench`: starts a stack of its own, measures, prints. Exit code 1 only where pods were lost or doubled, or a scenario failed. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, scenarios.map(({ name }) => name));
  const machine = await describeMachine();
  if (options.cpuProf !== null) await mkdir(options.cpuProf, { recursive: true });
  const rig = await startRig(options, progress);
  endOnSignals(rig);
  try {
    const { nodes, pods, burst, idle, workers } = options;
    const size = { nodes, pods, burst, idle, workers };
    await publish({ machine, size, scenarios: await runScenarios(rig, chosen(scenarios, options), progress) }, options);
  } finally {
    await rig.stop();
  }
  if (options.cpuProf !== null) console.log(await profileSummary(options.cpuProf));
  return process.exitCode === 1 ? 1 : 0;
}

async function publish(report: Report, { json }: BenchOptions): Promise<void> {
  console.log(toTable(report));
  const { ok, behind } = tally(report);
  console.log(`${ok} as wanted, ${behind} behind`);
  if (json !== null) await writeFile(json, `${JSON.stringify(toJson(report), null, 2)}\n`);
  if (report.scenarios.some(({ faults }) => faults.length > 0)) process.exitCode = 1;
}

/** The first signal stops everything in order; a second one leaves it to the reaper of the children. */
function endOnSignals(rig: Rig): void {
  for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
    process.once(signal, () => void rig.stop().finally(() => process.exit(code)));
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof UsageError ? `bench: ${error.message}` : error);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
