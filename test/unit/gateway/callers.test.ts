import { bearerToken, callerByCertificate } from '../../../gateway/kubelet/callers/caller';
import { ReviewCache, TooBusy } from '../../../gateway/kubelet/callers/review-cache';
import { renewalAt, servingCertificate } from '../../../gateway/kubelet/serving/certificate';
import { CertificateAuthority } from '../../../local/clusters/certificates';

describe('callerByCertificate', () => {
  const NOW = Date.parse('2026-06-01T00:00:00Z');
  type Connection = Parameters<typeof callerByCertificate>[0];
  const connection = (subject: object | undefined, { authorized = true, validTo = 'Jun  2 00:00:00 2026 GMT' } = {}): Connection => {
    const certificate = subject === undefined ? {} : { subject, valid_to: validTo };
    return { authorized, getPeerCertificate: () => certificate } as unknown as Connection;
  };
  it.each<[string, Connection, unknown]>([
    ['no certificate', connection(undefined), 'nobody'],
    ['no certificate on a session that claims to be authorized', connection(undefined, { authorized: true }), 'nobody'],
    ['a user', connection({ CN: 'jane' }), { name: 'jane', groups: ['system:authenticated'] }],
    ['a user of one group', connection({ CN: 'jane', O: 'dev' }), { name: 'jane', groups: ['dev', 'system:authenticated'] }],
    ['a user of two', connection({ CN: 'jane', O: ['dev', 'ops'] }), { name: 'jane', groups: ['dev', 'ops', 'system:authenticated'] }],
    ['an authority that is not ours', connection({ CN: 'jane' }, { authorized: false }), 'refused'],
    ['one that has expired meanwhile', connection({ CN: 'jane' }, { validTo: 'May 31 23:59:59 2026 GMT' }), 'refused'],
    ['a life that cannot be read', connection({ CN: 'jane' }, { validTo: 'some day' }), 'refused'],
    ['no name', connection({ O: 'system:masters' }), 'refused'],
    ['two names', connection({ CN: ['jane', 'admin'] }), 'refused'],
  ])('%s', (_, socket, caller) => expect(callerByCertificate(socket, NOW)).toEqual(caller));
});

it.each([
  ['Bearer abc.def', 'abc.def'],
  ['bearer abc', 'abc'],
  ['Bearer ', null],
  ['Bearer a b', null],
  ['Basic abc', null],
  [undefined, null],
])('the token in %p is %p', (header, token) => expect(bearerToken(header)).toBe(token));

describe('ReviewCache', () => {
  const clock = () => {
    let time = 0;
    return { now: () => time, pass: (milliseconds: number) => void (time += milliseconds) };
  };

  it('asks once while the answer holds, and again afterwards', async () => {
    const { now, pass } = clock();
    const cache = new ReviewCache<number>({ now });
    let asked = 0;
    const ask = async () => ({ value: (asked += 1), validMs: 100 });
    expect(await Promise.all([cache.get('a', ask), cache.get('a', ask)])).toEqual([1, 1]);
    pass(99);
    expect(await cache.get('a', ask)).toBe(1);
    pass(1);
    expect(await cache.get('a', ask)).toBe(2);
    expect(await cache.get('b', ask)).toBe(3);
  });

  it('keeps no failure', async () => {
    const cache = new ReviewCache<number>();
    await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await cache.get('a', async () => ({ value: 1, validMs: 1_000 }))).toBe(1);
  });

  it('does not let strangers queue up without end', async () => {
    const cache = new ReviewCache<number>();
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const ask = async () => {
      await gate;
      return { value: 1, validMs: 1 };
    };
    const many = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => cache.get(`${prefix}${index}`, ask));
    const running = many(16, 'a');
    // The limiter starts its work in the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    const asked = [...running, ...many(256, 'b')];
    await expect(cache.get('one more', ask)).rejects.toThrow(TooBusy);
    release();
    expect(await Promise.all(asked)).toHaveLength(272);
  });

  it('forgets the oldest of very many', async () => {
    const cache = new ReviewCache<number>();
    let asked = 0;
    const ask = async () => ({ value: (asked += 1), validMs: 60_000 });
    for (let index = 0; index < 2_001; index += 1) await cache.get(`${index}`, ask);
    await cache.get('2000', ask);
    expect(asked).toBe(2_001);
    await cache.get('0', ask);
    expect(asked).toBe(2_002);
  });
});

describe('a serving certificate', () => {
  it('is taken with its own key only, and while it is valid', async () => {
    const authority = await CertificateAuthority.create('a');
    const [one, two] = await Promise.all([authority.issue({ commonName: 'one' }), authority.issue({ commonName: 'two' })]);
    const { notBefore, notAfter } = servingCertificate(one.cert, one.key, Date.now());
    expect(() => servingCertificate(one.cert, two.key, Date.now())).toThrow('the key does not belong to the serving certificate');
    expect(() => servingCertificate('x', one.key, Date.now())).toThrow('the serving certificate or its key cannot be read');
    expect(() => servingCertificate(one.cert, one.key, notAfter)).toThrow('the serving certificate has expired');
    expect((renewalAt({ notBefore, notAfter }) - notBefore) / (notAfter - notBefore)).toBeCloseTo(0.8);
  });
});
