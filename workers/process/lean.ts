/** glibc keeps memory apart for every few threads, eight arenas for each core unless told otherwise: Node and Temporal's SDK have dozens. */
const FEW_ARENAS = { MALLOC_ARENA_MAX: '2' } as const;
const HEAP_LIMIT = '--max-old-space-size=1024';

/**
 * Environment in which a worker keeps less memory than it could have; it has to be set before the process starts. With 1,000 pods two
 * arenas save some 30 MiB. V8 lets a heap that may become large grow fourfold between two collections, by 1.6 at most where 1 GiB is the
 * limit: another 60 MiB. The limit itself is far away: the heap with a worker's lists needs some 20 MiB for 1,000 pods.
 */
export const LEAN_WORKER = { ...FEW_ARENAS, NODE_OPTIONS: HEAP_LIMIT } as const;

/**
 * The same for a gateway, which also looks for garbage among its youngest objects after each MiB. What passes through a stream is
 * garbage at once, and is next to nothing but for the bytes that V8 does not see: left for longer, these make it collect the whole heap,
 * five times a second, which took a third of the gateway's CPU.
 */
export const LEAN_GATEWAY = { ...FEW_ARENAS, NODE_OPTIONS: `${HEAP_LIMIT} --max-semi-space-size=1` } as const;
