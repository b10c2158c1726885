import { copyName, copyNames, physicalHostname, physicalName, tokenSecretName } from '../../../../domain/pods';
import { aPod } from '../../../support/builders/pod';

describe('physicalName (spec pods.md 0.2)', () => {
  it.each([
    ['default', 'test-pod', 'test-pod-49d2ec05688689cc55230ecf7101f2de'],
    ['test-namespace', 'very-long-pod-name-that-exceeds-31-characters', 'very-long-pod-name-that-exceed-bf24fefacf25ba763e82e9ff59949198'],
    ['ns', 'exactly-thirty-one-characters-x', 'exactly-thirty-one-characters--ccefeb5f61d79c56e300361da3a303ea'],
    ['virtual-ns', 'test-config', 'test-config-4b7db5cba5879ec4624ee839590ca8a9'],
    // A dot at the cut would be followed by a dash, which no name may have.
    ['ns', 'a-name-with-a-dot-at-the-cut1.y', 'a-name-with-a-dot-at-the-cut1--b86b6c8b7c4c2a239005d39bbea61625'],
    ['', 'test-pv', 'test-pv-14c15d9b072115b6e7aae77aa7f1732d'],
    ['test-ns', 'test-pod-kube-api-access-xyz-test-uid-123', 'test-pod-kube-api-access-xyz-t-b70a6c2e342892263f296b4f4deaa821'],
  ])('%s/%s', (namespace, name, expected) => {
    expect(physicalName(name, namespace)).toBe(expected);
    expect(expected.length).toBeLessThanOrEqual(63);
  });

  it('keeps two namespaces apart', () => {
    expect(physicalName('web', 'a')).not.toBe(physicalName('web', 'b'));
  });

  it('names a token Secret after pod, volume and UID', () => {
    const vPod = aPod('test-pod', 'test-ns').meta({ uid: 'test-uid-123' }).build();
    expect(tokenSecretName(vPod, 'kube-api-access-xyz')).toBe('test-pod-kube-api-access-xyz-t-b70a6c2e342892263f296b4f4deaa821');
  });
});

describe('physicalHostname', () => {
  it.each([
    ['a short name stays', 'web-0', undefined, 'web-0'],
    ['dots become dashes', 'web.a.b', undefined, 'web-a-b'],
    ['63 characters stay', 'a'.repeat(63), undefined, 'a'.repeat(63)],
    ['longer names are cut', 'a'.repeat(64), undefined, 'a'.repeat(63)],
    ['no dash where it was cut', `${'a'.repeat(61)}--b`, undefined, 'a'.repeat(61)],
    ['no dash where a dot was cut', `${'a'.repeat(62)}.b`, undefined, 'a'.repeat(62)],
    ['upper case is lowered', 'Web', undefined, 'web'],
    ['nothing left', '...', undefined, 'pod'],
    ["the user's own stays", 'web-0', 'mine', 'mine'],
  ])('%s', (_, name, hostname, expected) => {
    expect(physicalHostname(aPod(name).spec({ hostname }).build())).toBe(expected);
    expect(expected).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
  });
});

describe('names of copies', () => {
  const volume = { kind: 'PersistentVolume', namespace: '', name: 'pv-1' } as const;
  const claim = { kind: 'PersistentVolumeClaim', namespace: 'default', name: 'pv-1' } as const;
  it('of volumes are apart for each virtual cluster', () => expect(copyName(volume, 'a')).not.toBe(copyName(volume, 'b')));
  it('of everything else are those of the mount namespace', () => expect(copyNames(claim, 'a')).toEqual([physicalName('pv-1', 'default')]));
  it('of volumes from earlier versions are known', () => expect(copyNames(volume, 'a')).toEqual([copyName(volume, 'a'), physicalName('pv-1', '')]));
});
