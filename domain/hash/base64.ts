/** Standard base64, padded, of a text's UTF-8 bytes. Not for workflows: their sandbox has no `Buffer`. */
export function encodeBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** The text that standard base64 stands for, or `null` where it is neither base64 nor UTF-8. Not for workflows. */
export function decodeBase64(encoded: string): string | null {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)) {
    return null;
  }
  const bytes = Buffer.from(encoded, 'base64');
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : null;
}
