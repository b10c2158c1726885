import type { EpochMillis } from '../types';

const RENEW_AFTER = 0.8;
const MAX_AGE_MILLIS = 24 * 60 * 60 * 1000;

/**
 * When a token is due for renewal: at 80 % of its life, or a day old, whichever comes first, as a kubelet does it.
 * @returns `issuedAt` for a life that is over before it began.
 */
export function tokenRenewAt(issuedAt: EpochMillis, expiresAt: EpochMillis): EpochMillis {
  const life = Math.max(0, expiresAt - issuedAt);
  return issuedAt + Math.min(Math.floor(life * RENEW_AFTER), MAX_AGE_MILLIS);
}
