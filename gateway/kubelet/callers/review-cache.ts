import pLimit from 'p-limit';

/** What was answered, and for how long it may be repeated, milliseconds. */
export interface Answer<T> {
  readonly value: T;
  readonly validMs: number;
}

/** Too many questions wait for the API server. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}

const MOST_ANSWERS = 2_000;
const AT_ONCE = 16;
const MOST_WAITING = 256;

/** Bounds of the cache. */
export interface ReviewCacheOptions {
  /** Epoch milliseconds. Default the clock. */
  readonly now?: () => number;
  /** How many questions may wait. Default 256. */
  readonly mostWaiting?: number;
}

/**
 * Answers of the API server, kept for a moment. Whoever asks the same while the answer is on its way gets that one; a question that
 * failed is not kept. Bounded in every direction: strangers may ask whatever they like.
 */
export class ReviewCache<T> {
  private readonly answers = new Map<string, { readonly value: Promise<T>; until: number }>();
  private readonly limit = pLimit(AT_ONCE);

  private readonly now: () => number;
  private readonly mostWaiting: number;

  constructor({ now = Date.now, mostWaiting = MOST_WAITING }: ReviewCacheOptions = {}) {
    this.now = now;
    this.mostWaiting = mostWaiting;
  }

  /** @throws TooBusy; what `ask` throws */
  get(key: string, ask: () => Promise<Answer<T>>): Promise<T> {
    const known = this.answers.get(key);
    if (known !== undefined && this.now() < known.until) return known.value;
    if (this.limit.pendingCount >= this.mostWaiting) return Promise.reject(new TooBusy('too many reviews are under way'));
    return this.ask(key, ask);
  }

  private ask(key: string, ask: () => Promise<Answer<T>>): Promise<T> {
    const answering = this.limit(ask);
    const entry = { value: answering.then(({ value }) => value), until: Number.POSITIVE_INFINITY };
    this.answers.delete(key);
    this.answers.set(key, entry);
    answering.then(
      ({ validMs }) => (entry.until = this.now() + validMs),
      () => this.answers.get(key) === entry && this.answers.delete(key),
    );
    this.dropOldest();
    return entry.value;
  }

  private dropOldest(): void {
    for (const key of this.answers.keys()) {
      if (this.answers.size <= MOST_ANSWERS) return;
      this.answers.delete(key);
    }
  }
}
