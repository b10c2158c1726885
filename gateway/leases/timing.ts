/** How often heartbeats are written. All of it in milliseconds but the duration. */
export interface LeaseTiming {
  /** From one heartbeat to the next. */
  readonly period: number;
  /** A heartbeat younger than this was just written, by another gateway, and is left alone. */
  readonly fresh: number;
  /** `leaseDurationSeconds`: how long readers believe in a heartbeat. */
  readonly durationSeconds: number;
}

/** What a kubelet does; `fresh` is shorter than the period, so that a gateway takes over after one round. */
export const DEFAULT_LEASE_TIMING: LeaseTiming = { period: 10_000, fresh: 8_000, durationSeconds: 40 };

/** A round may be longer than the period by this share, to reach the right instant within it. */
const STRETCH = 0.2;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 5_000;

/**
 * Where in the period the heartbeats of `name` belong, in milliseconds from its start. Names are spread evenly; gateways differ,
 * so that two of them do not write at the same instant.
 */
export function slotOf(name: string, identity: string, period: number): number {
  return hash(`${identity}/${name}`) % period;
}

/**
 * When the heartbeat after the one that was due at `last` is due. Never sooner than a period, and at most a fifth later: nodes that
 * came together move apart in a few rounds.
 */
export function nextDue(last: number, slot: number, period: number): number {
  const untilSlot = (((slot - last) % period) + period) % period;
  return last + period + Math.min(untilSlot, period * STRETCH);
}

/** Milliseconds until a failed heartbeat is tried again; `failures` of them in a row, 1 or more. Many tries fit into a lease. */
export function retryDelay(failures: number, retryAfterSeconds = 0, random = Math.random()): number {
  const full = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
  const wished = Math.min(retryAfterSeconds * 1_000, LONGEST_RETRY_MS);
  return Math.max(full * (0.5 + random / 2), wished);
}

/** FNV-1a, 32 bits, with a final mix: neighbouring names differ in their last digit only. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
