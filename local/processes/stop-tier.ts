/**
 * Who goes first when a stack stops: the highest. An API server whose etcd has gone takes ten seconds
 * to end and keeps its port meanwhile; whoever uses an API server or Temporal goes before it.
 */
export const StopTier = { Storage: 0, ApiServer: 1, Controllers: 2, Product: 3 } as const;
