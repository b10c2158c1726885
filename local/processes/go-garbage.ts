/**
 * Environment of a Go server of a cluster: it collects garbage when its heap has grown fivefold instead of twofold. The servers of
 * three clusters share a few cores with everything else, and memory is there: a fifth of their CPU is saved.
 */
export const COLLECT_RARELY = { GOGC: '400' } as const;

/** The same for Temporal, which is installed beside other people's work: when the heap has grown threefold. */
export const COLLECT_LESS = { GOGC: '200' } as const;
