/** How long credentials are valid, as they tell themselves; nothing else of them. */
export interface CredentialsLife {
  readonly kind: 'token' | 'client certificate';
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

const WEEK_MILLIS = 7 * 24 * 60 * 60 * 1_000;
/** Credentials of a few hours would else expire "soon" for all of their life. */
const LAST_PART = 0.2;

/** When somebody ought to be told: a week before the end, or when a fifth of the life is left, whichever is later. */
export function warnAt({ issuedAt, expiresAt }: CredentialsLife): number {
  return expiresAt - Math.min(WEEK_MILLIS, Math.max(0, expiresAt - issuedAt) * LAST_PART);
}

/** Where `now` (epoch milliseconds) is in the life of credentials. */
export function expiryOf(life: CredentialsLife, now: number): 'valid' | 'expiring' | 'expired' {
  if (now >= life.expiresAt) return 'expired';
  return now >= warnAt(life) ? 'expiring' : 'valid';
}
