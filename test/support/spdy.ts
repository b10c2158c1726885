import { PassThrough, type Duplex, type Readable, type Writable } from 'node:stream';
import { constants, createInflate, type Inflate } from 'node:zlib';
import { SPDY_DICTIONARY } from './spdy-dictionary';

const HEADER_BYTES = 8;
const CONTROL = 0x80;
const FIN = 1;
const Type = { SynStream: 1, SynReply: 2, RstStream: 3, Ping: 6 } as const;
/** A list of no headers, not compressed, and the empty block that ends each list; the first of a connection begins as zlib's format does. */
const NO_HEADERS = Buffer.from([...[0x00, 0x04, 0x00, 0xfb, 0xff, 0, 0, 0, 0], ...[0x00, 0x00, 0x00, 0xff, 0xff]]);
const ZLIB_BEGIN = Buffer.from([0x78, 0x01]);

/** A stream that the other side has opened. */
export interface SpdyStream {
  readonly headers: Readonly<Record<string, string>>;
  /** What the other side sends; it ends when that says so. */
  readonly input: PassThrough;
  /** Resolves when the connection takes more. */
  write(data: Buffer): Promise<void>;
  /** Says that nothing more will come. */
  end(): void;
}

/**
 * The server's side of SPDY/3.1, as much of it as streams into pods need
 * (https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/): the client opens all streams; like the API server's own, it
 * has no windows. What is sent is framed as it comes, so that whoever reads too slowly holds up the connection.
 */
export class SpdyServer {
  private readonly streams = new Map<number, PassThrough>();
  private readonly inflate: Inflate = createInflate({ dictionary: SPDY_DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  private inflated: Buffer[] = [];
  private replied = false;

  constructor(
    private readonly socket: Duplex,
    private readonly onStream: (stream: SpdyStream) => void,
  ) {
    this.inflate.on('data', (chunk: Buffer) => void this.inflated.push(chunk));
  }

  /** Reads frames until the connection ends, for both sides; then so do all streams. @throws Error of the connection */
  async run(head: Buffer): Promise<void> {
    let rest = head;
    for await (const chunk of this.socket as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      rest = await this.take(rest);
    }
    for (const input of this.streams.values()) input.end();
  }

  /** @returns what is no whole frame yet */
  private async take(bytes: Buffer): Promise<Buffer> {
    let at = 0;
    while (bytes.length - at >= HEADER_BYTES) {
      const size = HEADER_BYTES + bytes.readUIntBE(at + 5, 3);
      if (bytes.length - at < size) break;
      await this.frame(bytes.subarray(at, at + HEADER_BYTES), bytes.subarray(at + HEADER_BYTES, at + size));
      at += size;
    }
    return bytes.subarray(at);
  }

  private async frame(header: Buffer, payload: Buffer): Promise<void> {
    const isLast = ((header[4] ?? 0) & FIN) !== 0;
    if (((header[0] ?? 0) & CONTROL) === 0) return this.data(header.readUInt32BE(0), payload, isLast);
    const type = header.readUInt16BE(2);
    if (type === Type.SynStream) return this.opened(payload.readUInt32BE(0), await this.headersIn(payload.subarray(10)));
    if (type === Type.RstStream) this.streams.get(payload.readUInt32BE(0))?.end();
    if (type === Type.Ping) this.control(Type.Ping, payload);
  }

  private async data(id: number, payload: Buffer, isLast: boolean): Promise<void> {
    const input = this.streams.get(id);
    if (input === undefined) return;
    // One that nobody reads any more takes no room.
    if (payload.length > 0 && !input.destroyed && !input.write(payload)) await drained(input);
    if (isLast) input.end();
  }

  private opened(id: number, headers: Record<string, string>): void {
    const input = new PassThrough();
    this.streams.set(id, input);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(id);
    this.control(Type.SynReply, Buffer.concat([number, this.replied ? Buffer.alloc(0) : ZLIB_BEGIN, NO_HEADERS]));
    this.replied = true;
    this.onStream({
      ...{ headers, input },
      write: async (data) => {
        if (!this.send(id, data, 0) && !this.socket.destroyed) await drained(this.socket);
      },
      end: () => void this.send(id, Buffer.alloc(0), FIN),
    });
  }

  private async headersIn(block: Buffer): Promise<Record<string, string>> {
    await new Promise<void>((resolve, reject) => this.inflate.write(block, (error) => (error ? reject(error) : resolve())));
    const text = Buffer.concat(this.inflated);
    this.inflated = [];
    let at = 4;
    const word = (): string => {
      const start = at + 4;
      at = start + text.readUInt32BE(at);
      return text.toString('utf8', start, at);
    };
    return Object.fromEntries(Array.from({ length: text.readUInt32BE(0) }, () => [word(), word()]));
  }

  private control(type: number, payload: Buffer): void {
    const header = Buffer.from([CONTROL, 3, 0, type, 0, 0, 0, 0]);
    header.writeUIntBE(payload.length, 5, 3);
    this.socket.write(Buffer.concat([header, payload]));
  }

  private send(id: number, data: Buffer, flags: number): boolean {
    if (this.socket.destroyed || this.socket.writableEnded) return false;
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt32BE(id);
    header[4] = flags;
    header.writeUIntBE(data.length, 5, 3);
    this.socket.write(header);
    return this.socket.write(data);
  }
}

/** What comes, to its end; what was said last may still be answered. */
export function piecesOf(source: Readable): AsyncIterable<Buffer> {
  return source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
}

/** Resolves when more may be written, or nothing ever again. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'close'] as const;
    const done = () => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
}
