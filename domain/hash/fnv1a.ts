import { utf8Bytes } from './utf8';

/** The 32-bit FNV-1a hash of a text's UTF-8 bytes, as an unsigned integer. */
export function fnv1a32(text: string): number {
  return utf8Bytes(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5 | 0) >>> 0;
}
