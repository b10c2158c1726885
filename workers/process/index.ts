/** What every process of ours has in common: life under a supervisor, health, shutdown. */
export { KUBECONFIG_VARIABLE, numberFrom, portFrom, SettingError, type Bounds, type Environment } from './environment';
export { exitWithParent, PARENT_PIPE_VARIABLE } from './exit-with-parent';
export { LEAN_GATEWAY, LEAN_WORKER } from './lean';
export { onShutdown, type ShutdownOptions } from './on-shutdown';
export { reportReady, REPORT_FD_VARIABLE, type ReadyFacts } from './report-ready';
export { HTTP_HOST_VARIABLE, HTTP_PORT_VARIABLE, serveHealth, type Check, type HealthOptions, type HealthServer } from './serve-health';
