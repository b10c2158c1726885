import { createActivities } from '../activities';
import { CONNECTIONS, Fleet } from '../activities/fleet/fleet';
import { openVirtualCluster } from '../activities/fleet/virtual-cluster';
import { createKubeClient, loadKubeconfig } from '../kube';
import { ensureAudit, updateAudit } from './ensure-audit';
import { ensureManager } from './ensure-manager';
import { registerBindingMetrics } from './observability/binding-metrics';
import { createLogger } from './observability/logger';
import type { Logger } from './observability/logger';
import { WorkerMetrics } from './observability/metrics';
import { registerPodMetrics } from './observability/pod-metrics';
import { registerReclaimMetrics } from './observability/reclaim-metrics';
import { registerVnodeMetrics } from './observability/vnode-metrics';
import { exitWithParent, HTTP_PORT_VARIABLE, KUBECONFIG_VARIABLE, onShutdown, portFrom, reportReady, serveHealth } from './process';
import { missingForWork } from './readiness';
import { startWorkers } from './run-workers';
import { installRuntime } from './runtime';
import { activitySettings, auditIntervalMillis, sdkMetricsPort, workflowSettings } from './settings';
import { connectTemporal } from './temporal';

const MANAGER_MILLIS = 30_000;

/** Entry point of a worker process: wiring only. */
async function main(log: Logger): Promise<void> {
  exitWithParent();
  const settings = activitySettings(process.env);
  const workflow = workflowSettings(process.env);
  const auditInterval = auditIntervalMillis(process.env);
  const httpPort = portFrom(process.env, HTTP_PORT_VARIABLE);
  installRuntime(log, sdkMetricsPort(process.env));
  const metrics = new WorkerMetrics();
  const onError = (error: unknown, subject?: string) => {
    metrics.retried();
    log.warn({ error, subject }, 'will be tried again');
  };
  const access = loadKubeconfig(process.env[KUBECONFIG_VARIABLE]);
  const client = createKubeClient(access, { component: 'worker', connections: CONNECTIONS });
  const virtual = await openVirtualCluster(client, onError);
  registerBindingMetrics(metrics.registry, () => virtual.bindings.store.list());
  registerReclaimMetrics(metrics.registry, virtual.nodes.store);
  const fleet = new Fleet(virtual, onError, metrics);
  const temporal = await connectTemporal();
  await ensureManager(temporal.client, virtual.uid, workflow);
  const activities = createActivities({ fleet, settings, client: temporal.client, observer: metrics, onError });
  registerVnodeMetrics(metrics.registry, activities.figures);
  registerPodMetrics(metrics.registry, activities.podFigures);
  const workers = await startWorkers(temporal, activities);
  await updateAudit(temporal.client, auditInterval).catch(onError);
  const ensure = async () => {
    await ensureManager(temporal.client, virtual.uid, workflow);
    await ensureAudit(temporal.client, auditInterval);
  };
  const ensuring = setInterval(() => void ensure().catch(onError), MANAGER_MILLIS);
  const health = await serveHealth({
    port: httpPort,
    checks: {
      livez: () => (workers.failed() ? ['a worker has failed'] : []),
      readyz: () => missingForWork(temporal.client, virtual, workers),
    },
    metrics: () => metrics.registry.metrics(),
  });
  reportReady({ httpPort: health.port });
  log.info({ httpPort: health.port }, 'worker listens');
  const shutdown = onShutdown(
    async () => {
      clearInterval(ensuring);
      await workers.stop();
      await fleet.close();
      await temporal.close();
      await health.close();
    },
    { onError },
  );
  await workers.ended();
  shutdown();
}

const log = createLogger('worker');
main(log).catch((error: unknown) => {
  log.fatal(error, 'the worker cannot go on');
  process.exit(1);
});
