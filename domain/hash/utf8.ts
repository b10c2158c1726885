/**
 * The UTF-8 bytes of a text. An unpaired surrogate becomes U+FFFD, as in `TextEncoder`
 * (written out because the workflow sandbox does not promise that global).
 */
export function utf8Bytes(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text) {
    appendCodePoint(bytes, wellFormed(character.codePointAt(0) ?? 0));
  }
  return bytes;
}

function wellFormed(codePoint: number): number {
  return codePoint >= 0xd800 && codePoint <= 0xdfff ? 0xfffd : codePoint;
}

function appendCodePoint(bytes: number[], codePoint: number): void {
  if (codePoint < 0x80) {
    bytes.push(codePoint);
  } else if (codePoint < 0x800) {
    bytes.push(0xc0 | (codePoint >> 6), continuation(codePoint));
  } else if (codePoint < 0x10000) {
    bytes.push(0xe0 | (codePoint >> 12), continuation(codePoint >> 6), continuation(codePoint));
  } else {
    bytes.push(
      0xf0 | (codePoint >> 18),
      continuation(codePoint >> 12),
      continuation(codePoint >> 6),
      continuation(codePoint),
    );
  }
}

function continuation(bits: number): number {
  return 0x80 | (bits & 0x3f);
}
