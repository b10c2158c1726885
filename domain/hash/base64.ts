import { utf8Bytes, utf8Text } from './utf8';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Standard base64, padded, of a text's UTF-8 bytes. */
export function encodeBase64(text: string): string {
  const bytes = utf8Bytes(text);
  let encoded = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => ALPHABET[(group >> shift) & 0x3f]);
    encoded += digits
      .slice(0, bytes.length - i + 1)
      .join('')
      .padEnd(4, '=');
  }
  return encoded;
}

/** The text that standard base64 stands for, or `null` where it is neither base64 nor UTF-8. */
export function decodeBase64(encoded: string): string | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)) {
    return null;
  }
  const bytes: number[] = [];
  for (let i = 0; i < encoded.length; i += 4) {
    bytes.push(...groupBytes(encoded.slice(i, i + 4)));
  }
  return utf8Text(bytes);
}

function groupBytes(digits: string): number[] {
  const padding = digits.length - digits.replaceAll('=', '').length;
  const group = [...digits].reduce((bits, digit) => (bits << 6) | Math.max(0, ALPHABET.indexOf(digit)), 0);
  return [group >> 16, (group >> 8) & 0xff, group & 0xff].slice(0, 3 - padding);
}
