/**
 * Environment of a worker or gateway: glibc keeps memory apart for every few threads, eight arenas for each core unless told
 * otherwise, and Node and Temporal's SDK have dozens of threads that allocate in short bursts. With two arenas a worker of
 * 1,000 pods needs some 30 MiB less. It has to be set before the process starts.
 */
export const FEW_ARENAS = { MALLOC_ARENA_MAX: '2' } as const;
