export { decodeBase64, encodeBase64 } from './base64';
export { fnv1a32 } from './fnv1a';
export { md5Hex } from './md5';
export { utf8Bytes } from './utf8';
