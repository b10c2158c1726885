import { clockSkew, clockSkewCheck, credentialsCheck, expiryOf, sameClusterCheck, versionSkewCheck, warnAt } from '../../../../domain/binding';

const NOW = Date.parse('2026-03-06T12:00:00.500Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('sameClusterCheck', () => {
  it.each([
    ['the first', 'one', undefined, ['Passed', /cluster is one/]],
    ['the one that is bound', 'one', 'one', ['Passed', /cluster is one/]],
    ['another', 'two', 'one', ['Failed', /leads to cluster two, but one is bound: put credentials of that one into the Secret/]],
    ['one that does not say who it is', null, 'one', ['Warning', /kubeocean install --role physical/]],
  ] as const)('%s', (_, found, bound, [status, message]) => {
    expect(sameClusterCheck(found, bound)).toEqual({ name: 'SameCluster', status, message: expect.stringMatching(message) });
  });
});

describe('versionSkewCheck', () => {
  it.each([
    ['the same', 'v1.35.4', 'v1.35.1', 'Passed'],
    ['three minors older', 'v1.32.0', 'v1.35.1', 'Passed'],
    ['four minors older', 'v1.31.9', 'v1.35.1', 'Warning'],
    ['four minors newer', 'v1.39.0', 'v1.35.1', 'Warning'],
    ['a vendor suffix', 'v1.30.4-eks-1', 'v1.30.0+k3s1', 'Passed'],
    ['the oldest', 'v1.28.0', null, 'Passed'],
    ['too old', 'v1.27.16', 'v1.27.0', 'Failed'],
    ['not a version', 'dev', 'v1.35.1', 'Warning'],
    ['no version', '', null, 'Warning'],
    ['another major', 'v2.0.0', 'v1.35.1', 'Warning'],
    ['a virtual cluster that does not tell', 'v1.40.0', 'dev', 'Passed'],
  ] as const)('%s: %s against %s is %s', (_, physical, virtual, status) => {
    expect(versionSkewCheck(physical, virtual)).toMatchObject({ name: 'VersionSkew', status });
  });
});

describe('clockSkew', () => {
  const at = (millis: number) => new Date(NOW + millis).toUTCString();
  it.each([
    ['the same', at(0), 0, 'Passed'],
    ['within the second of the header', at(499), 0, 'Passed'],
    ['ahead by ten', at(10_000), 9_400, 'Warning'],
    ['behind by ten', at(-10_000), -9_500, 'Warning'],
    ['ahead by two minutes', at(120_000), 119_400, 'Failed'],
    ['behind by two minutes', at(-120_000), -119_500, 'Failed'],
    ['no header', undefined, null, 'Warning'],
    ['nonsense', 'tomorrow', null, 'Warning'],
  ] as const)('%s', (_, date, skew, status) => {
    const reading = { date, sentAt: NOW, receivedAt: NOW + 100 };
    expect(clockSkew(reading)).toBe(skew);
    expect(clockSkewCheck(reading).status).toBe(status);
  });

  it('does not blame a clock for a slow answer', () => {
    expect(clockSkew({ date: at(3_000), sentAt: NOW, receivedAt: NOW + 8_000 })).toBe(0);
  });
});

describe('credentials', () => {
  const token = (issuedAt: number, expiresAt: number) => ({ kind: 'token' as const, issuedAt: NOW + issuedAt, expiresAt: NOW + expiresAt });

  it.each([
    ['a year, half over', token(-180 * DAY, 180 * DAY), 'valid'],
    ['a year, eight days left', token(-357 * DAY, 8 * DAY), 'valid'],
    ['a year, six days left', token(-359 * DAY, 6 * DAY), 'expiring'],
    ['a year, seven days left', token(-358 * DAY, 7 * DAY), 'expiring'],
    ['a day, half over: a week before its end it was not there yet', token(-12 * HOUR, 12 * HOUR), 'valid'],
    ['a day, an hour left', token(-23 * HOUR, HOUR), 'expiring'],
    ['over', token(-DAY, 0), 'expired'],
    ['without a beginning', token(HOUR, HOUR), 'valid'],
    ['with a beginning after its end', token(2 * HOUR, HOUR), 'valid'],
  ] as const)('%s: %s', (_, life, expiry) => {
    expect(expiryOf(life, NOW)).toBe(expiry);
    expect(warnAt(life)).toBeLessThanOrEqual(life.expiresAt);
  });

  it.each([
    [null, 'Passed', 'They do not expire.'],
    [token(-DAY, 100 * DAY), 'Passed', 'The token is valid until 2026-06-14T12:00:00Z.'],
    [
      token(-100 * DAY, DAY),
      'Warning',
      'The token expires at 2026-03-07T12:00:00Z: make a new kubeconfig with "kubeocean kubeconfig" and put it into Secret a/b before then.',
    ],
    [
      token(-100 * DAY, -DAY),
      'Failed',
      'The token expired at 2026-03-05T12:00:00Z: make a new kubeconfig with "kubeocean kubeconfig" and put it into Secret a/b.',
    ],
  ] as const)('%s is %s', (life, status, message) => {
    expect(credentialsCheck(life, 'Secret a/b', NOW)).toEqual({ name: 'Credentials', status, message });
  });
});
