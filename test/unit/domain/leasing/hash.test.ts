import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { decodeBase64, encodeBase64, fnv1a32, md5Hex } from '../../../../domain/hash';

describe('md5Hex', () => {
  it.each([
    ['', 'd41d8cd98f00b204e9800998ecf8427e'],
    ['abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
    [
      '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
      '57edf4a22be3c955ac49da2e2107b67a',
    ],
  ])('agrees with RFC 1321 on %j', (text, digest) => {
    expect(md5Hex(text)).toBe(digest);
  });

  it('agrees with Node on any text and length', () => {
    for (let length = 0; length < 200; length++) {
      const text = 'é'.repeat(length);
      expect(md5Hex(text)).toBe(createHash('md5').update(text).digest('hex'));
    }
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (text) => md5Hex(text) === createHash('md5').update(text).digest('hex'),
      ),
    );
  });
});

describe('fnv1a32', () => {
  it.each([
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ])('hashes %j', (text, hash) => {
    expect(fnv1a32(text)).toBe(hash);
  });
});

describe('base64', () => {
  it('agrees with Buffer and reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const encoded = encodeBase64(text);
        expect(encoded).toBe(Buffer.from(text).toString('base64'));
        expect(decodeBase64(encoded)).toBe(text);
      }),
    );
  });

  it.each(['a', 'ab=c', '!!!!', '/w=='])('refuses %j', (encoded) => {
    expect(decodeBase64(encoded)).toBeNull();
  });
});
