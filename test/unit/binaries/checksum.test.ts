import type { Release } from '../../../local/binaries/catalog';
import { officialCatalog, tools } from '../../../local/binaries';
import { publishedChecksum } from '../../../local/binaries/checksum';

const sum = 'ab'.repeat(32);
const other = 'cd'.repeat(32);

const release = (form: Release['checksum']['form']): Release => ({
  file: { site: 'github', path: '/some/tool-linux-amd64' },
  checksum: { site: 'github', path: '/some/sums', form },
});

const assets = (digest?: string | null) => JSON.stringify({ assets: [{ name: 'other' }, { name: 'tool-linux-amd64', digest }] });

it.each<[what: string, form: Release['checksum']['form'], text: string, expected: string | null]>([
  ['alone', 'sum', sum, sum],
  ['alone, with a newline', 'sum', `${sum}\n`, sum],
  ['in capitals', 'sum', sum.toUpperCase(), sum],
  ['among others', 'sum', `${other}  tool-linux-arm64\n${sum}  tool-linux-amd64\n`, sum],
  ['of a binary file', 'sum', `${sum} *tool-linux-amd64\n`, sum],
  ['of another file alone', 'sum', `${other}  tool-linux-arm64\n`, null],
  ['not a checksum', 'sum', '<html>', null],
  ['empty', 'sum', '', null],
  ['of an asset', 'asset', assets(`sha256:${sum}`), sum],
  ['of an asset by another algorithm', 'asset', assets(`sha512:${sum}`), null],
  ['of an asset without digest', 'asset', assets(null), null],
  ['of an asset that is not there', 'asset', '{"assets": []}', null],
])('a checksum %s', (_what, form, text, expected) => {
  const read = () => publishedChecksum(release(form), text);
  if (expected === null) expect(read).toThrow('no SHA-256 of tool-linux-amd64 is published');
  else expect(read()).toBe(expected);
});

it('every tool has a release with a checksum on Linux, and on macOS where one exists', () => {
  const released = (os: string) => tools.filter((tool) => officialCatalog[tool].release({ os, arch: 'arm64' }) !== null);
  expect(released('linux')).toEqual(tools);
  expect(released('darwin')).toEqual(['kubectl', 'kwok', 'temporal']);
});
