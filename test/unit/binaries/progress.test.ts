import { consoleProgress, elapsed, type ProgressStream } from '../../../local/progress';

class Screen implements ProgressStream {
  text = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns = 80,
  ) {}
  write(text: string) {
    this.text += text;
  }
  get lines() {
    return this.text.split('\n').slice(0, -1);
  }
  /** What a terminal shows in its last line. */
  get liveLine() {
    return this.text.split(/[\n\r]/).at(-1)?.replace('\u001b[2K', '');
  }
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it.each([
  [999, ''],
  [1_000, '1 s'],
  [59_999, '59 s'],
  [155_000, '2 min 35 s'],
])('%i ms are "%s"', (milliseconds, text) => {
  expect(elapsed(milliseconds)).toBe(text);
});

describe('without a terminal', () => {
  it('leaves one line of a quick step', () => {
    const screen = new Screen(false);
    consoleProgress(screen).step('starting').done('ready');
    jest.advanceTimersByTime(60_000);
    expect(screen.lines).toEqual(['starting: ready']);
  });

  it('announces a step after a second and names it again every 15', () => {
    const screen = new Screen(false);
    const step = consoleProgress(screen).step('building');
    jest.advanceTimersByTime(999);
    expect(screen.lines).toEqual([]);
    jest.advanceTimersByTime(14_001);
    step.update('12 packages');
    jest.advanceTimersByTime(16_000);
    step.fail('no space left');
    step.done();
    expect(screen.lines).toEqual([
      'building ...',
      'still building (15 s)',
      'still building (30 s, 12 packages)',
      'building: failed: no space left (31 s)',
    ]);
  });
});

describe('on a terminal', () => {
  it('shows running steps in one line that fits, and ended ones above', () => {
    const screen = new Screen(true, 40);
    const progress = consoleProgress(screen);
    const first = progress.step('building');
    const second = progress.step('downloading');
    first.update('12 packages');
    jest.advanceTimersByTime(2_500);
    expect(screen.liveLine).toMatch(/^. building \(2 s, 12 packages\), and down/);
    expect(screen.liveLine?.length).toBe(39);
    second.done('34 MB');
    expect(screen.lines.at(-1)).toContain('downloading: 34 MB (2 s)');
    first.done();
    const text = screen.text;
    jest.advanceTimersByTime(2_000);
    expect(screen.text).toBe(text);
  });
});
