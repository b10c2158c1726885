import { findVersion, formatVersion, isAtLeast, isSameMinor, type Version } from '../../../local/binaries/version';

it.each<[text: string, version: string | null]>([
  ['Kubernetes v1.35.4', '1.35.4'],
  ['etcd Version: 3.6.6\nGit SHA: 1a2b3c4\nGo Version: go1.26.8', '3.6.6'],
  ['Client Version: v1.35.4\nKustomize Version: v5.7.1', '1.35.4'],
  ['kwok version v0.7.0 go1.26.8 (linux/amd64)', '0.7.0'],
  ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', '1.5.1'],
  ['go version go1.26 linux/amd64', '1.26.0'],
  ['command not found', null],
])('%s says %s', (text, version) => {
  const found = findVersion(text);
  expect(found && formatVersion(found)).toBe(version);
});

it.each<[a: Version, b: Version, same: boolean]>([
  [[1, 35, 4], [1, 35, 0], true],
  [[1, 35, 4], [1, 34, 4], false],
  [[1, 35, 4], [2, 35, 4], false],
])('%j and %j have the same minor: %s', (a, b, same) => {
  expect(isSameMinor(a, b)).toBe(same);
});

it.each<[version: Version, least: Version, enough: boolean]>([
  [[1, 25, 0], [1, 25, 0], true],
  [[1, 25, 1], [1, 25, 0], true],
  [[1, 26, 0], [1, 25, 9], true],
  [[2, 0, 0], [1, 25, 0], true],
  [[1, 24, 9], [1, 25, 0], false],
  [[1, 25, 0], [1, 25, 1], false],
])('%j is at least %j: %s', (version, least, enough) => {
  expect(isAtLeast(version, least)).toBe(enough);
});
