import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import { ClusterBindings, isKubeError, KubeErrorCode, type KubeClient } from '../../kube';
import { createLogger, standardOutput } from '../../workers/observability/logger';
import { exitWithParent, onShutdown } from '../../workers/process';
import { withCluster } from '../connect';
import { defaultDataDir, openDataDir } from '../up/data-dir';
import { checkedOptions, type UpFlags, type UpOptions } from '../up/options';
import { Up } from '../up/up';
import { UserError } from '../user-error';
import { wholeNumber } from '../whole-number';

/** The drain of the workers, and everything that ends after it. */
const STOP_WITHIN_MS = 35_000;
const START_PATIENCE_MS = 2_000;
const MOST_WORKERS = 64;

/** `kubeocean up`: everything that a virtual cluster needs on this machine, until SIGTERM or Ctrl-C. Logs go to standard output. */
export function registerUp(program: Command): void {
  program
    .command('up')
    .description('Run workers and gateway for a virtual cluster, with a Temporal of their own unless an address is given.')
    .requiredOption('--kubeconfig <file>', 'kubeconfig of the virtual cluster')
    .addOption(new Option('--temporal-address <host:port>', 'an existing Temporal; its credentials come from TEMPORAL_* variables').env('TEMPORAL_ADDRESS'))
    .addOption(new Option('--temporal-namespace <name>', 'one for each virtual cluster').env('TEMPORAL_NAMESPACE').default('default'))
    .option('--http-port <n>', 'port of /readyz and /healthz (default: the one of last time if it is free, else any)', wholeNumber(0, 65_535))
    .option('--data-dir <dir>', 'database and logs of the own Temporal (default: a folder for each API server in $XDG_DATA_HOME/kubeocean)')
    .option('--workers <n>', 'number of worker processes', wholeNumber(1, MOST_WORKERS), 1)
    .addOption(
      new Option('--gateway-address <ip>', 'address of this machine for the virtual cluster (default: the one that leads to its API server)').env(
        'KUBEOCEAN_GATEWAY_ADDRESS',
      ),
    )
    .option('--temporal-ui', 'serve the UI of the own Temporal (default)', true)
    .option('--no-temporal-ui', 'do not')
    .action((flags: UpFlags) => up(checkedOptions(flags)));
}

async function up(options: UpOptions): Promise<void> {
  exitWithParent();
  await withCluster(options.kubeconfig, async ({ access, client }) => {
    await assertInstalled(client);
    const dataDir = openDataDir(options.dataDir ?? defaultDataDir(access.server));
    const logs = standardOutput();
    const logger = createLogger('up', logs);
    const running = Up.start({ options, access, dataDir, logger, logs });
    onShutdown(
      async () => {
        logger.info('stopping');
        // A start that fails stops everything itself; one that gets or builds a server cannot be waited for, and our end is its end.
        const started = await Promise.race([running.catch(() => null), sleep(START_PATIENCE_MS, null)]);
        await started?.stop();
        logger.info('stopped');
      },
      { within: STOP_WITHIN_MS, onError: (error) => logger.error(error, 'not everything stopped in order') },
    );
    await running;
    await forever();
  });
}

/** Without the CRD nothing would ever work, and nobody would be told why. A cluster that does not answer is waited for. */
async function assertInstalled(client: KubeClient): Promise<void> {
  try {
    await client.list(ClusterBindings, { pageSize: 1, timeoutMs: 5_000 });
  } catch (error) {
    if (!isKubeError(error, KubeErrorCode.NotFound)) return;
    throw new UserError('The virtual cluster does not know ClusterBindings; run kubeocean install --role virtual --kubeconfig FILE first.');
  }
}

/** The shutdown handler ends the process. */
function forever(): Promise<never> {
  return new Promise(() => undefined);
}
