import { createActivities } from '../activities';
import { CONNECTIONS, Fleet } from '../activities/fleet/fleet';
import { openVirtualCluster } from '../activities/fleet/virtual-cluster';
import { createKubeClient, loadKubeconfig } from '../kube';
import { ensureManager } from './ensure-manager';
import { createLogger } from './observability/logger';
import { exitWithParent, onShutdown, reportReady, serveHealth } from './process';
import { startWorkers } from './run-workers';
import { installRuntime } from './runtime';
import { activitySettings, workflowSettings } from './settings';
import { connectTemporal } from './temporal';

const MANAGER_MILLIS = 30_000;

/** Entry point of a worker process: wiring only. */
async function main(): Promise<void> {
  exitWithParent();
  const log = createLogger('worker');
  const settings = activitySettings(process.env);
  const workflow = workflowSettings(process.env);
  installRuntime(log, null);
  const access = loadKubeconfig(process.env.KUBEOCEAN_KUBECONFIG || undefined);
  const onError = (error: unknown, subject?: string) => log.warn({ error, subject }, 'will be tried again');
  const virtual = await openVirtualCluster(createKubeClient(access, { component: 'worker', connections: CONNECTIONS }), onError);
  const fleet = new Fleet(virtual, onError);
  const temporal = await connectTemporal();
  await ensureManager(temporal.client, virtual.uid, workflow);
  const activities = createActivities({ fleet, settings, client: temporal.client, onError });
  const workers = await startWorkers(temporal, activities);
  let managed = true;
  let synced = false;
  void virtual.synced().then(() => (synced = true));
  const guard = setInterval(() => {
    ensureManager(temporal.client, virtual.uid, workflow).then(
      () => (managed = true),
      (error: unknown) => {
        managed = false;
        log.warn({ error }, 'manager could not be made sure of');
      },
    );
  }, MANAGER_MILLIS);
  const health = await serveHealth({
    port: Number(process.env.KUBEOCEAN_HTTP_PORT ?? 0),
    checks: {
      livez: () => (workers.failed() ? ['a worker has failed'] : []),
      readyz: () => [
        ...(workers.running() ? [] : ['the workers are not polling']),
        ...(managed ? [] : ['manager cannot be reached']),
        ...(synced ? [] : ['the lists of the virtual cluster are not synced']),
      ],
    },
  });
  reportReady({ httpPort: health.port });
  const shutdown = onShutdown(async () => {
    clearInterval(guard);
    await workers.stop();
    await fleet.close();
    await temporal.close();
    await health.close();
  }, { onError });
  await workers.ended();
  shutdown();
}

main().catch((error: unknown) => {
  createLogger('worker').fatal(error, 'the worker could not start');
  process.exit(1);
});
