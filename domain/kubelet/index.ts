/** Rules of the kubelet API of virtual nodes: routes, rights, parameters, whose pod is whose. */
export * from './access';
export { logQuery, type Parameters } from './log-query';
export * from './pod-mapping';
export * from './refusal';
export * from './routes';
export * from './stream-headers';
export { execQuery, portForwardQuery } from './stream-query';
