/** One thing that takes its time. Ends with exactly one call of `done` or `fail`; later calls are ignored. */
export interface Step {
  /** What is going on inside, replacing what was said before: "34 of 103 MB". */
  update(detail: string): void;
  /** Ends the step well. @param outcome what came of it; default "done". */
  done(outcome?: string): void;
  /** Ends the step badly, saying why. */
  fail(reason: string): void;
}

/** Where steps and remarks are shown. */
export interface Progress {
  /** Starts a step. Any number may run at once. */
  step(title: string): Step;
  /** A line that stays. */
  say(line: string): void;
}

/** The part of a stream that a reporter writes to. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Says nothing. */
export const silentProgress: Progress = {
  step: () => ({ update: () => undefined, done: () => undefined, fail: () => undefined }),
  say: () => undefined,
};

/**
 * A reporter that leaves nothing longer than a second without a sign of life.
 * On a terminal one live line shows the running steps; elsewhere a step is announced after a second and
 * named again, with the seconds gone by, every 15 seconds. Ended steps leave one line in both.
 * Its timers never keep the process alive.
 * @param stream Default standard error, so that standard output stays free for results.
 */
export function consoleProgress(stream: ProgressStream = process.stderr): Progress {
  return stream.isTTY ? new LiveProgress(stream) : new PlainProgress(stream);
}

const ANNOUNCE_AFTER_MS = 1_000;
const REMIND_EVERY_MS = 15_000;
const FRAME_MS = 120;
const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const CLEAR_LINE = '\r\u001b[2K';

/** "8 s", "2 min 35 s"; empty below one second. */
export function elapsed(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  if (seconds < 1) return '';
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const inBrackets = (parts: readonly string[]) => {
  const said = parts.filter((part) => part !== '');
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
};

/** A running step as both reporters see it. */
class RunningStep implements Step {
  readonly since = Date.now();
  detail = '';
  private ended = false;

  constructor(
    readonly title: string,
    private readonly onEnd: (line: string) => void,
  ) {}

  update(detail: string): void {
    this.detail = detail;
  }

  done(outcome = 'done'): void {
    this.end(outcome);
  }

  fail(reason: string): void {
    this.end(`failed: ${reason}`);
  }

  get elapsed(): string {
    return elapsed(Date.now() - this.since);
  }

  private end(outcome: string): void {
    if (this.ended) return;
    this.ended = true;
    this.onEnd(`${this.title}: ${outcome}${inBrackets([this.elapsed])}`);
  }
}

/** For logs, pipes and CI: whole lines only. */
class PlainProgress implements Progress {
  constructor(private readonly stream: ProgressStream) {}

  step(title: string): Step {
    const timers: NodeJS.Timeout[] = [];
    const step = new RunningStep(title, (line) => {
      timers.forEach((timer) => clearTimeout(timer));
      this.say(line);
    });
    timers.push(setTimeout(() => this.say(`${title} ...`), ANNOUNCE_AFTER_MS).unref());
    const remind = () => this.say(`still ${title}${inBrackets([step.elapsed, step.detail])}`);
    timers.push(setInterval(remind, REMIND_EVERY_MS).unref());
    return step;
  }

  say(line: string): void {
    this.stream.write(`${line}\n`);
  }
}

/** For terminals: ended steps above, one line that moves below. */
class LiveProgress implements Progress {
  private readonly running = new Set<RunningStep>();
  private timer: NodeJS.Timeout | undefined;
  private frame = 0;

  constructor(private readonly stream: ProgressStream) {}

  step(title: string): Step {
    const step = new RunningStep(title, (line) => {
      this.running.delete(step);
      if (this.running.size === 0) this.stop();
      this.say(line);
    });
    this.running.add(step);
    this.timer ??= setInterval(() => this.draw(), FRAME_MS).unref();
    return step;
  }

  say(line: string): void {
    this.stream.write(`${CLEAR_LINE}${line}\n`);
    if (this.running.size > 0) this.draw();
  }

  private stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private draw(): void {
    this.frame = (this.frame + 1) % FRAMES.length;
    const [first, ...others] = this.running;
    if (first === undefined) return;
    const rest = others.length === 0 ? '' : `, and ${others.map((step) => step.title).join(', ')}`;
    const line = `${FRAMES[this.frame]} ${first.title}${inBrackets([first.elapsed, first.detail])}${rest}`;
    this.stream.write(`${CLEAR_LINE}${line.slice(0, (this.stream.columns ?? 80) - 1)}`);
  }
}
