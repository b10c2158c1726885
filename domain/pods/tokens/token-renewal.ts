import type { EpochMillis } from '../types';

const RENEW_AFTER = 0.8;
const MAX_AGE_MILLIS = 24 * 60 * 60 * 1000;
/** However short a life a server grants, it is not asked more often. */
const SHORTEST_PAUSE_MILLIS = 10_000;

/** What is known of a token that was just issued. */
export interface IssuedToken {
  /** RFC 3339, as the API server says: it may grant less, or more, than was asked for. */
  readonly expiresAt: string;
}

/**
 * When the first of several tokens expires and when the first is due for renewal, RFC 3339. From what was granted, not from what
 * was asked for: else a server that grants less would be asked again and again.
 */
export function tokenTimes(issued: readonly IssuedToken[], now: EpochMillis): { readonly expiresAt: string; readonly renewAt: string } {
  const soonest = now + SHORTEST_PAUSE_MILLIS;
  const expiries = issued.map(({ expiresAt }) => Math.max(Date.parse(expiresAt) || 0, soonest));
  const renewals = expiries.map((expiry) => tokenRenewAt(now, expiry));
  return { expiresAt: toText(Math.min(...expiries)), renewAt: toText(Math.max(Math.min(...renewals), soonest)) };
}

function toText(at: EpochMillis): string {
  return new Date(at).toISOString();
}

/**
 * When a token is due for renewal: at 80 % of its life, or a day old, whichever comes first, as a kubelet does it.
 * @returns `issuedAt` for a life that is over before it began.
 */
export function tokenRenewAt(issuedAt: EpochMillis, expiresAt: EpochMillis): EpochMillis {
  const life = Math.max(0, expiresAt - issuedAt);
  return issuedAt + Math.min(Math.floor(life * RENEW_AFTER), MAX_AGE_MILLIS);
}
