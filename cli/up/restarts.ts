const FIRST_MS = 500;
const LONGEST_MS = 30_000;
/** Who has run for so long was well; his next fall is a first one. */
const WELL_AFTER_MS = 60_000;

/** Pauses between the lives of a child that dies again and again: half a second, doubling up to half a minute. */
export class Restarts {
  private failures = 0;

  /** Milliseconds to wait after a life of `lived` milliseconds. */
  next(lived: number): number {
    if (lived >= WELL_AFTER_MS) this.failures = 0;
    this.failures += 1;
    return Math.min(LONGEST_MS, FIRST_MS * 2 ** (this.failures - 1));
  }
}
