/**
 * Environment in which a worker or gateway keeps less memory than it could have; it has to be set before the process starts.
 *
 * - glibc keeps memory apart for every few threads, eight arenas for each core unless told otherwise, and Node and Temporal's SDK have
 *   dozens of threads that allocate in short bursts. With two arenas a worker of 1,000 pods needs some 30 MiB less.
 * - V8 lets a heap that may become large grow fourfold between two collections, by 1.6 at most where 1 GiB is the limit: another 60 MiB.
 *   The limit itself is far away: each of a worker's two heaps needs some 20 MiB for 1,000 pods.
 */
export const LEAN = { MALLOC_ARENA_MAX: '2', NODE_OPTIONS: '--max-old-space-size=1024' } as const;
