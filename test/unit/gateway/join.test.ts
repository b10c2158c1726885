import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { join } from '../../../gateway/kubelet/join';
import { eventually } from '../../support/eventually';

/** A connection of which the test holds the other end. */
class Line extends Duplex {
  /** What was written at once, each. */
  readonly written: string[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.accept(String(chunk), done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.accept(chunks.map(({ chunk }) => String(chunk)).join(''), done);
  }

  /** Takes what comes and nothing after it, until what is returned is called. */
  jam(): () => void {
    this.jammed = true;
    return () => {
      this.jammed = false;
      this.goOn();
    };
  }

  private jammed = false;
  private goOn = (): void => undefined;

  private accept(text: string, done: () => void): void {
    this.written.push(text);
    if (this.jammed) this.goOn = done;
    else done();
  }

  setNoDelay = () => this;
  setKeepAlive = () => this;
  setTimeout = () => this;
}

function joined() {
  const [caller, remote] = [new Line(), new Line()];
  return { caller, remote, ended: join(caller as unknown as Socket, remote as unknown as Socket) };
}

it('passes on at once what has arrived together', async () => {
  const { caller, remote } = joined();
  for (const crumb of ['one ', 'two ', 'three']) remote.push(crumb);
  await eventually(() => expect(caller.written).toEqual(['one two three']));
  remote.push('four');
  await eventually(() => expect(caller.written).toEqual(['one two three', 'four']));
});

it.each(['caller', 'remote'] as const)('passes on the end of the %s after all that came before, and says who ended it', async (first) => {
  const { caller, remote, ended } = joined();
  const [from, to] = first === 'caller' ? [caller, remote] : [remote, caller];
  from.push('last ');
  from.push('words');
  from.push(null);
  await eventually(() => expect([to.written, to.writableFinished]).toEqual([['last words'], true]));
  to.push(null);
  expect(await ended).toBe(first);
});

it('reads no faster than the other side takes, and goes on when it takes again', async () => {
  const { caller, remote } = joined();
  const goOn = remote.jam();
  const chunk = 'x'.repeat(64 * 1_024);
  for (let sent = 0; sent < 50; sent += 1) {
    caller.push(chunk);
    await new Promise(setImmediate);
  }
  expect(remote.writableLength).toBeLessThan(10 * chunk.length);
  goOn();
  await eventually(() => expect(remote.written.join('')).toHaveLength(50 * chunk.length));
});

it('ends the other side of one that is lost', async () => {
  const { caller, remote, ended } = joined();
  caller.destroy(new Error('ECONNRESET'));
  expect(await ended).toBe('error');
  expect(remote.destroyed).toBe(true);
});
