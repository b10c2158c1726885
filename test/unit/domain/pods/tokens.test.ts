import { Annotation, Label } from '../../../../api/names/keys';
import { tokenRenewAt, tokenRequests, tokenSecret, tokenSecretName, tokenTimes } from '../../../../domain/pods';
import { aPod, kubeApiAccess, OWNERSHIP } from '../../../support/builders/pod';

const HOUR = 3_600_000;

describe('tokenRequests (spec pods.md 3.6)', () => {
  it('asks for the token of the volume that admission adds', () => {
    const pod = aPod().volumes(kubeApiAccess('kube-api-access-a')).build();
    expect(tokenRequests(pod)).toEqual([
      { secretName: tokenSecretName(pod, 'kube-api-access-a'), volume: 'kube-api-access-a', expirationSeconds: 3607, key: 'token', path: 'token' },
    ]);
  });

  it('gives every source of a volume its own key, and every volume its own Secret', () => {
    const source = (path: string, audience?: string) => ({ serviceAccountToken: { path, audience, expirationSeconds: 600 } });
    const pod = aPod()
      .volumes(
        { name: 'many', projected: { sources: [source('a'), { configMap: { name: 'c' } }, source('b', 'vault'), source('c', 'aws')] } },
        { name: 'one', projected: { sources: [source('d')] } },
        { name: 'none', emptyDir: {} },
      )
      .build();
    expect(tokenRequests(pod).map(({ volume, key, path, audience }) => [volume, key, path, audience])).toEqual([
      ['many', 'token', 'a', undefined],
      ['many', 'token-1', 'b', 'vault'],
      ['many', 'token-2', 'c', 'aws'],
      ['one', 'token', 'd', undefined],
    ]);
    expect(new Set(tokenRequests(pod).map(({ secretName }) => secretName)).size).toBe(2);
  });

  it('asks for none without such volumes', () => expect(tokenRequests(aPod().build())).toEqual([]));
});

describe('tokenRenewAt', () => {
  it.each([
    ['80 % of an hour', 0, HOUR, 0.8 * HOUR],
    ['80 % of ten minutes, later', 1000, 601_000, 481_000],
    ['a day at most', 0, 365 * 24 * HOUR, 24 * HOUR],
    ['at once when expired', 5000, 4000, 5000],
  ])('%s', (_, issued, expires, expected) => expect(tokenRenewAt(issued, expires)).toBe(expected));
});

describe('tokenTimes', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  const issued = (...minutes: number[]) => minutes.map((each) => ({ expiresAt: new Date(now + each * 60_000).toISOString() }));

  it.each([
    ['ten minutes, the least there is', issued(10), '00:10', '00:08'],
    ['an hour', issued(60), '01:00', '00:48'],
    ['several: the first counts', issued(60, 10), '00:10', '00:08'],
  ])('%s', (_, tokens, expires, renew) => {
    expect(tokenTimes(tokens, now)).toEqual({ expiresAt: `2026-01-01T${expires}:00.000Z`, renewAt: `2026-01-01T${renew}:00.000Z` });
  });

  it('an answer without an expiry is due soon, but not in a loop', () => {
    expect(tokenTimes([{ expiresAt: '' }], now).renewAt).toBe('2026-01-01T00:00:10.000Z');
  });
});

describe('tokenSecret', () => {
  it('carries the tokens, whose they are and when the first expires', () => {
    const pod = aPod('web', 'prod').spec({ serviceAccountName: 'robot' }).build();
    const content = { secretName: 's', mountNamespace: 'kubeocean-worker', data: { token: 'dG9r' }, expiresAt: '2026-01-01T01:00:00Z', renewAt: '2026-01-01T00:48:00Z' };
    expect(tokenSecret(pod, content, OWNERSHIP)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'Opaque',
      metadata: {
        name: 's',
        namespace: 'kubeocean-worker',
        labels: {
          [Label.ManagedBy]: 'kubeocean',
          [Label.VirtualCluster]: 'v-uid',
          [Label.ClusterBinding]: 'east',
          [Label.ServiceAccountToken]: 'true',
        },
        annotations: {
          [Annotation.VirtualPodNamespace]: 'prod',
          [Annotation.VirtualPodName]: 'web',
          [Annotation.VirtualPodUid]: 'web-uid',
          [Annotation.ServiceAccount]: 'robot',
          [Annotation.TokenExpiresAt]: '2026-01-01T01:00:00Z',
          [Annotation.TokenRenewAt]: '2026-01-01T00:48:00Z',
        },
      },
      data: { token: 'dG9r' },
    });
  });

  it('belongs to the default account where the pod names none', () => {
    const content = { secretName: 's', mountNamespace: 'm', data: {}, expiresAt: '', renewAt: '' };
    expect(tokenSecret(aPod().build(), content, OWNERSHIP).metadata?.annotations?.[Annotation.ServiceAccount]).toBe('default');
  });
});
