import { chooseProxierPort, holderOfPort, proxierPortOf, vnodesByPort } from '../../../../domain/vnode';
import { aNode } from '../../../support/builders/node';

describe('proxier port', () => {
  it('comes from the hash of the name, then upward, then round', () => {
    expect(chooseProxierPort('vnode-e1-n1', () => false)).toBe(36_396);
    expect(chooseProxierPort('vnode-e1-n1', (port) => port < 36_400 && port >= 36_396)).toBe(36_400);
    expect(chooseProxierPort('vnode-e1-n1', (port) => port >= 36_396)).toBe(15_000);
    expect(() => chooseProxierPort('vnode-e1-n1', () => true)).toThrow('no kubelet port is free');
  });

  it.each([
    ['20001', 20_001],
    ['80', null],
    ['70000', null],
    ['word', null],
    [undefined, null],
  ])('an existing label %j means %s', (value, port) => {
    const labels: Record<string, string> = value === undefined ? {} : { 'kubeocean.io/proxier_port': value };
    expect(proxierPortOf(aNode().labelled(labels).build())).toBe(port);
  });

  const claimant = (name: string, creationTimestamp: string, port = '20001') => ({
    metadata: { name, uid: name, creationTimestamp, labels: { 'kubeocean.io/proxier_port': port } },
  });
  const [noon, later] = ['2026-01-01T12:00:00Z', '2026-01-01T12:00:01Z'];

  it.each([
    ['the eldest', claimant('b', noon), claimant('a', later), 'b'],
    ['the first by name of two of the same second', claimant('b', noon), claimant('a', noon), 'a'],
  ])('belongs to %s of those that have it, whoever asks', (_, one, other, holder) => {
    expect(holderOfPort(one, [other]).metadata.name).toBe(holder);
    expect(holderOfPort(other, [one]).metadata.name).toBe(holder);
    expect(vnodesByPort([one, other])).toEqual(vnodesByPort([other, one]));
    expect(vnodesByPort([one, other]).get(20_001)?.metadata.name).toBe(holder);
  });

  it('is served for every vnode that has one', () => {
    const found = vnodesByPort([claimant('a', noon), claimant('b', noon, '20002'), claimant('c', noon, 'none')]);
    expect([...found].map(([port, { metadata }]) => [port, metadata.name])).toEqual([[20_001, 'a'], [20_002, 'b']]);
  });
});
