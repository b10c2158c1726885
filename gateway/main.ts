import { loadKubeconfig } from '../kube';
import { createLogger } from '../workers/observability/logger';
import { exitWithParent, HTTP_PORT_VARIABLE, KUBECONFIG_VARIABLE, onShutdown, portFrom, reportReady } from '../workers/process';
import { startGateway } from './gateway';
import { kubeletSettings } from './settings';

/** For everything but streams into pods. */
const STOP_MS = 5_000;

/** Entry point of the gateway process; configured by environment variables only. */
async function run(): Promise<void> {
  exitWithParent();
  const logger = createLogger('gateway');
  try {
    const kubelet = kubeletSettings(process.env);
    const gateway = await startGateway({
      access: loadKubeconfig(process.env[KUBECONFIG_VARIABLE]),
      httpPort: portFrom(process.env, HTTP_PORT_VARIABLE),
      logger,
      kubelet,
    });
    const within = (kubelet?.drainMs ?? 0) + STOP_MS;
    onShutdown(() => gateway.stop(), { within, onError: (error) => logger.error(error, 'the gateway did not stop in order') });
    logger.info({ httpPort: gateway.httpPort }, 'gateway listens');
    reportReady({ httpPort: gateway.httpPort });
  } catch (error) {
    logger.fatal(error, 'the gateway cannot start');
    process.exit(1);
  }
}

if (require.main === module) void run();
