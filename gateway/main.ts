import { loadKubeconfig } from '../kube';
import { createLogger } from '../workers/observability/logger';
import { exitWithParent, HTTP_PORT_VARIABLE, onShutdown, reportReady } from '../workers/process';
import { startGateway } from './gateway';
import { kubeletSettings } from './settings';

/** Kubeconfig of the virtual cluster; absent: the pod's own ServiceAccount, or kubectl's rules. */
const KUBECONFIG_VARIABLE = 'KUBEOCEAN_KUBECONFIG';

/** Entry point of the gateway process; configured by environment variables only. */
async function run(): Promise<void> {
  exitWithParent();
  const logger = createLogger('gateway');
  try {
    const gateway = await startGateway({
      access: loadKubeconfig(process.env[KUBECONFIG_VARIABLE]),
      httpPort: Number(process.env[HTTP_PORT_VARIABLE] ?? 0),
      logger,
      kubelet: kubeletSettings(process.env),
    });
    onShutdown(() => gateway.stop(), { onError: (error) => logger.error(error, 'the gateway did not stop in order') });
    logger.info({ httpPort: gateway.httpPort }, 'gateway listens');
    reportReady({ httpPort: gateway.httpPort });
  } catch (error) {
    logger.fatal(error, 'the gateway cannot start');
    process.exit(1);
  }
}

if (require.main === module) void run();
