import { inspect } from 'node:util';
import { ClusterAccess, isTlsFault } from '../../../kube';
import { tokenLifetime } from '../../../kube/lifetime';

const part = (claims: unknown) => Buffer.from(JSON.stringify(claims)).toString('base64url');
const jwt = (claims: unknown) => `${part({ alg: 'RS256' })}.${part(claims)}.c2lnbmF0dXJl`;

describe('tokenLifetime', () => {
  it.each([
    ['issued and expiring', jwt({ iat: 100, exp: 200 }), { kind: 'token', issuedAt: 100_000, expiresAt: 200_000 }],
    ['only not before', jwt({ nbf: 150, exp: 200 }), { kind: 'token', issuedAt: 150_000, expiresAt: 200_000 }],
    ['only expiring', jwt({ exp: 200 }), { kind: 'token', issuedAt: 200_000, expiresAt: 200_000 }],
    ['a ServiceAccount Secret: for ever', jwt({ sub: 'system:serviceaccount:a:b' }), null],
    ['an end that is no number', jwt({ exp: 'soon' }), null],
    ['claims that are none', jwt(null), null],
    ['not a JWT', 'abcdef.123456', null],
    ['opaque', 'static-token', null],
  ])('%s', (_, token, life) => {
    expect(tokenLifetime(token)).toEqual(life);
  });
});

describe('ClusterAccess.lifetime', () => {
  it('is that of the token, and shows nothing of it', () => {
    const access = new ClusterAccess({ server: 'https://x', token: jwt({ iat: 1, exp: 2, secret: 'hunter2' }) });
    expect(access.lifetime()).toEqual({ kind: 'token', issuedAt: 1_000, expiresAt: 2_000 });
    expect(inspect(access, { depth: 9 }) + JSON.stringify(access.lifetime())).not.toContain('hunter2');
  });

  it('is unknown for a token that a program gives', () => {
    expect(new ClusterAccess({ server: 'https://x', token: async () => jwt({ exp: 2 }) }).lifetime()).toBeNull();
  });
});

describe('isTlsFault', () => {
  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', true],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
    ['CERT_HAS_EXPIRED', true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true],
    ['ERR_SSL_WRONG_VERSION_NUMBER', true],
    ['ECONNREFUSED', false],
    ['ENOTFOUND', false],
    ['UND_ERR_CONNECT_TIMEOUT', false],
    ['Timeout', false],
  ])('%s: %s', (code, expected) => {
    expect(isTlsFault(code)).toBe(expected);
  });
});
