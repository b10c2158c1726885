import { ensureBinaries, tools } from '../local/binaries';
import { hints } from '../local/demo/hints';
import { openWalk } from '../local/demo/open';
import { takeWalk } from '../local/demo/take-walk';
import { newRunFolder } from '../local/processes/run-folder';
import { consoleProgress } from '../local/progress';

const USAGE = 'Usage: npm run demo [-- --once]';
const SIGNAL_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
/** Whoever does not end by then is ended by the reaper, which needs no time. */
const STOP_WITHIN_MS = 20_000;

const progress = consoleProgress(process.stdout);

/** `npm run demo`: real control planes, the product, the walk through the guide; then it stays up, or ends with `--once`. */
async function main(args: readonly string[]): Promise<number> {
  if (args.some((arg) => arg !== '--once')) return fail(USAGE);
  const once = args.includes('--once');
  const interrupted = firstSignal();
  const binaries = await Promise.race([ensureBinaries(tools, { report: progress }), interrupted]);
  if (typeof binaries === 'number') return binaries;
  const folder = newRunFolder('demo');
  let onCrash: (error: Error) => void = () => undefined;
  const crashed = new Promise<never>((_, reject) => (onCrash = reject));
  crashed.catch(() => undefined);
  const opening = openWalk({ binaries, dir: folder.path, report: progress, temporalUi: true, onCrash });
  opening.catch(() => undefined);
  const open = await Promise.race([opening, interrupted]);
  // What has been started by then ends with this process.
  if (typeof open === 'number') return open;
  try {
    const code = await Promise.race([takeWalk(open.walk, progress), crashed, interrupted]);
    if (typeof code === 'number') return code;
    progress.say('Everything is as the guide promises.');
    if (once) return 0;
    hints(open.walk, binaries.kubectl).forEach((line) => progress.say(line));
    return await Promise.race([interrupted, crashed]);
  } catch (error) {
    return fail(`${messageOf(error)}\nThe logs are in ${folder.path}/logs.`);
  } finally {
    await stopped(open.close());
    if (process.exitCode !== 1) folder.remove();
  }
}

/** The exit code that belongs to the first signal. A second one ends this process at once. */
function firstSignal(): Promise<number> {
  return new Promise((resolve) => {
    let seen = false;
    for (const [signal, code] of Object.entries(SIGNAL_CODES)) {
      process.on(signal, () => {
        if (seen) process.exit(code);
        seen = true;
        resolve(code);
      });
    }
  });
}

async function stopped(closing: Promise<void>): Promise<void> {
  const step = progress.step('stopping everything');
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, STOP_WITHIN_MS)));
  await Promise.race([closing.catch((error: unknown) => void fail(messageOf(error))), late]);
  clearTimeout(timer);
  step.done();
}

function fail(message: string): number {
  process.exitCode = 1;
  progress.say(message);
  return 1;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

main(process.argv.slice(2)).then(
  (code) => process.stdout.write('', () => process.exit(code)),
  (error: unknown) => process.exit(fail(messageOf(error))),
);
