import { utf8Bytes } from './utf8';

/** Left rotation of each round's four steps (RFC 1321 section 3.4). */
const ROTATIONS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
] as const;

/** RFC 1321's table T: the integer part of 2^32 * |sin(i + 1)|. */
const SINES = Array.from({ length: 64 }, (_, i) => Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0);

const BLOCK_BYTES = 64;
type State = [number, number, number, number];

/**
 * The MD5 digest of a text's UTF-8 bytes as 32 lower-case hex digits.
 * For names only (spec leasing.md 7.6, pods.md), never for anything that must resist forgery.
 */
export function md5Hex(text: string): string {
  const words = paddedWords(utf8Bytes(text));
  let state: State = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let block = 0; block < words.length; block += BLOCK_BYTES / 4) {
    state = addBlock(state, words, block);
  }
  return state.map(littleEndianHex).join('');
}

function paddedWords(bytes: readonly number[]): Int32Array {
  const blocks = Math.ceil((bytes.length + 9) / BLOCK_BYTES);
  const words = new Int32Array((blocks * BLOCK_BYTES) / 4);
  bytes.forEach((byte, i) => {
    words[i >> 2] = (words[i >> 2] ?? 0) | (byte << ((i % 4) * 8));
  });
  const end = bytes.length;
  words[end >> 2] = (words[end >> 2] ?? 0) | (0x80 << ((end % 4) * 8));
  words[words.length - 2] = (end << 3) | 0;
  words[words.length - 1] = Math.floor(end / 2 ** 29);
  return words;
}

function addBlock(state: State, words: Int32Array, offset: number): State {
  let [a, b, c, d] = state;
  for (let i = 0; i < 64; i++) {
    const round = i >> 4;
    const sum = a + mix(round, [b, c, d]) + (SINES[i] ?? 0) + (words[offset + wordIndex(round, i)] ?? 0);
    const rotated = rotateLeft(sum | 0, ROTATIONS[round]?.[i % 4] ?? 0);
    [a, d, c, b] = [d, c, b, (b + rotated) | 0];
  }
  return [(state[0] + a) | 0, (state[1] + b) | 0, (state[2] + c) | 0, (state[3] + d) | 0];
}

function mix(round: number, [b, c, d]: readonly [number, number, number]): number {
  switch (round) {
    case 0:
      return (b & c) | (~b & d);
    case 1:
      return (d & b) | (~d & c);
    case 2:
      return b ^ c ^ d;
    default:
      return c ^ (b | ~d);
  }
}

function wordIndex(round: number, i: number): number {
  return [i, 5 * i + 1, 3 * i + 5, 7 * i][round]! % 16;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function littleEndianHex(word: number): string {
  return [0, 8, 16, 24].map((shift) => ((word >>> shift) & 0xff).toString(16).padStart(2, '0')).join('');
}
