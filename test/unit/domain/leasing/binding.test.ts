import type { ClusterBindingSpec } from '../../../../api/names/types';
import {
  type BindingFacts,
  decideBinding,
  elderWithClusterId,
  planBindingStatus,
  type PreflightCheck,
  validateBinding,
} from '../../../../domain/binding';
import { aBinding } from '../../../support/builders/binding';

const NOW = Date.parse('2026-03-06T12:00:00Z');

describe('validateBinding', () => {
  it.each<[string, Partial<ClusterBindingSpec>, string[]]>([
    ['valid', {}, []],
    ['no clusterID', { clusterID: '' }, ['spec.clusterID']],
    ['a clusterID that is too long', { clusterID: 'x'.repeat(25) }, ['spec.clusterID']],
    ['a clusterID with a dot', { clusterID: 'a.b' }, ['spec.clusterID']],
    ['no Secret name', { secretRef: { namespace: 'x' } }, ['spec.secretRef.name']],
    ['no Secret namespace', { secretRef: { name: 'x', namespace: ' ' } }, ['spec.secretRef.namespace']],
    ['no Secret at all', { secretRef: {} }, ['spec.secretRef.name', 'spec.secretRef.namespace']],
    ['no mount namespace', { mountNamespace: undefined }, ['spec.mountNamespace']],
    ['an empty mount namespace', { mountNamespace: '' }, ['spec.mountNamespace']],
    ['an empty service namespace', { serviceNamespaces: ['a', ''] }, ['spec.serviceNamespaces[1]']],
    ['ways into the virtual cluster', { virtualCluster: { apiServer: 'https://[2001:db8::1]:6443', dns: '10.0.0.2' } }, []],
    ['no ways after all', { virtualCluster: {} }, []],
    ['an API server with a path', { virtualCluster: { apiServer: 'https://api/x' } }, ['spec.virtualCluster.apiServer']],
    ['what looks like an IPv6 address', { virtualCluster: { apiServer: '[::1::]:6443', dns: '1:2' } }, ['spec.virtualCluster.apiServer', 'spec.virtualCluster.dns']],
  ])('%s', (_, spec, fields) => {
    const problems = validateBinding({ name: 'east', spec: aBinding().spec(spec).build().spec });
    expect(problems.map(({ field }) => field)).toEqual(fields);
    expect(problems.every(({ field, message }) => message.startsWith(`${field} `))).toBe(true);
  });

  it('refuses a changed clusterID and a name that no label can hold', () => {
    const { spec } = aBinding().build();
    expect(validateBinding({ name: 'east', spec, acceptedClusterID: 'other' })[0]?.message).toBe(
      'spec.clusterID cannot be changed: set it back to other, or delete the binding and create it anew.',
    );
    expect(validateBinding({ name: 'east', spec, acceptedClusterID: 'east-id' })).toEqual([]);
    expect(validateBinding({ name: 'x'.repeat(64), spec }).map(({ field }) => field)).toEqual(['metadata.name']);
  });
});

describe('elderWithClusterId', () => {
  const one = aBinding('one').spec({ clusterID: 'same' });
  const older = one.build();
  const younger = aBinding('a').spec({ clusterID: 'same' }).meta({ creationTimestamp: '2026-02-01T00:00:00Z' }).build();
  const twin = aBinding('two').spec({ clusterID: 'same' }).build();
  const leaving = one.meta({ deletionTimestamp: '2026-03-01T00:00:00Z' }).build();
  const served = { phase: 'Failed', lastSyncTime: '2026-03-01T00:00:00Z' } as const;
  const inUse = aBinding('zzz').spec({ clusterID: 'same' }).status(served).build();

  it.each([
    ['alone', older, [older], null],
    ['the older one keeps it', older, [younger, older], null],
    ['the younger one learns of it', younger, [younger, older], 'one'],
    ['of the same age, the smaller name keeps it', twin, [twin, older], 'one'],
    ['one that is leaving keeps it', younger, [younger, leaving], 'one'],
    ['an old copy of itself in the list does not count', older, [one.meta({ generation: 0 }).build()], null],
    ['one that has been Ready keeps it, whatever its name', inUse, [older, inUse], null],
    ['a newcomer of the same second learns of it', older, [older, inUse], 'zzz'],
    ['others do not matter', older, [aBinding('x').build()], null],
  ])('%s', (_, binding, all, elder) => {
    expect(elderWithClusterId(binding, all)?.metadata.name ?? null).toBe(elder);
  });
});

const check = (name: string, status: PreflightCheck['status'] = 'Passed'): PreflightCheck => ({
  name,
  status,
  message: `${name} was looked at.`,
});
const facts: BindingFacts = {
  problems: [],
  duplicateOf: null,
  deleting: false,
  silent: false,
  checks: [check('Kubeconfig'), check('Credentials'), check('Permissions/pods')],
  credentials: null,
  mountNamespaceUID: 'uid-of-namespace',
  clusterUID: 'uid-of-cluster',
  now: NOW,
  watchSynced: true,
  gatewayServing: true,
  virtualAccess: { api: 'None', dns: 'None', unresolvedDns: null },
};
const problem = { field: 'spec.mountNamespace', message: 'spec.mountNamespace must name something.' };

describe('decideBinding', () => {
  it.each<[string, Partial<BindingFacts>, readonly [phase: string, reason: string], Record<string, string>]>([
    [
      'all is well',
      {},
      ['Ready', 'ValidationPassed'],
      { Ready: 'True', Connected: 'True', SyncerReady: 'True', ProxierReady: 'True', VirtualAPIAccess: 'False' },
    ],
    [
      'at first',
      { checks: null, watchSynced: null, gatewayServing: null, virtualAccess: null },
      ['Pending', 'Initializing'],
      { Ready: 'False' },
    ],
    ['invalid', { problems: [problem], checks: null }, ['Failed', 'ValidationFailed'], { Ready: 'False' }],
    [
      'invalid goes before duplicate',
      { problems: [problem], duplicateOf: 'one' },
      ['Failed', 'ValidationFailed'],
      { Ready: 'False' },
    ],
    [
      'duplicate',
      { duplicateOf: 'one', checks: [check('ClusterIDFree', 'Failed'), check('Reachable', 'Skipped')] },
      ['Failed', 'DuplicateClusterID'],
      { Ready: 'False' },
    ],
    ...['Kubeconfig', 'Reachable', 'TLS', 'WhoAmI'].map((name) => [
      `no connection: ${name}`,
      { checks: [check(name, 'Failed'), check('Permissions/pods', 'Skipped')] },
      ['Failed', 'ConnectivityFailed'],
      { Ready: 'False', Connected: 'False' },
    ] as [string, Partial<BindingFacts>, readonly [string, string], Record<string, string>]),
    [
      'no answer still',
      { silent: true, checks: [check('Reachable', 'Failed'), check('TLS', 'Skipped')] },
      ['Failed', 'ClusterUnreachable'],
      { Ready: 'False', Connected: 'False' },
    ],
    [
      'an answer, but a refusal',
      { silent: true, checks: [check('Reachable'), check('WhoAmI', 'Failed')] },
      ['Failed', 'ConnectivityFailed'],
      { Ready: 'False', Connected: 'False' },
    ],
    [
      'connected, but not usable',
      { checks: [check('Reachable'), check('Permissions/pods', 'Failed')] },
      ['Failed', 'PreflightFailed'],
      { Ready: 'False', Connected: 'True' },
    ],
    [
      'a warning keeps nobody away',
      { checks: [check('Reachable'), check('ClockSkew', 'Warning')] },
      ['Ready', 'ValidationPassed'],
      { Ready: 'True', Connected: 'True' },
    ],
    ['being deleted', { deleting: true, problems: [problem] }, ['Pending', 'BindingDeleting'], { Ready: 'False' }],
    [
      'the watch is behind',
      { watchSynced: false, gatewayServing: false },
      ['Ready', 'ValidationPassed'],
      { Ready: 'True', SyncerReady: 'False', ProxierReady: 'False' },
    ],
  ])('%s', (_, change, [phase, reason], statuses) => {
    const decision = decideBinding({ ...facts, ...change });
    expect(decision).toMatchObject({ phase, reason });
    expect(Object.fromEntries(decision.conditions.map(({ type, status }) => [type, status]))).toMatchObject(statuses);
    expect(decision.conditions[0]).toMatchObject({ type: 'Ready', reason, message: decision.message });
  });

  it('says only what is known', () => {
    const { conditions } = decideBinding({
      ...facts,
      checks: null,
      watchSynced: null,
      gatewayServing: null,
      virtualAccess: null,
    });
    expect(conditions.map(({ type }) => type)).toEqual(['Ready']);
  });

  it('names the checks that failed', () => {
    const checks = [check('Kubeconfig'), check('CRDPresent', 'Failed'), check('Permissions/pods', 'Failed'), check('TLS', 'Skipped')];
    expect(decideBinding({ ...facts, checks }).message).toBe(
      'CRDPresent: CRDPresent was looked at. Permissions/pods: Permissions/pods was looked at.',
    );
  });

  const DAY = 86_400_000;
  it.each([
    ['they do not expire', null, 'False', 'CredentialsValid'],
    ['there is time', { issuedAt: NOW - DAY, expiresAt: NOW + 100 * DAY }, 'False', 'CredentialsValid'],
    ['they expire soon', { issuedAt: NOW - 100 * DAY, expiresAt: NOW + DAY }, 'True', 'CredentialsExpireSoon'],
    ['they have expired', { issuedAt: NOW - DAY, expiresAt: NOW - 1 }, 'True', 'CredentialsExpired'],
  ] as const)('says of credentials that %s', (_, life, status, reason) => {
    const credentials = life === null ? null : { kind: 'token' as const, ...life };
    const { conditions, credentialsExpireAt } = decideBinding({ ...facts, credentials });
    expect(conditions.find(({ type }) => type === 'CredentialsExpiring')).toMatchObject({ status, reason });
    expect(credentialsExpireAt).toBe(life?.expiresAt ?? null);
  });

  it('says nothing new of credentials that were not read', () => {
    const checks = [check('Kubeconfig', 'Failed'), check('Credentials', 'Skipped')];
    expect(decideBinding({ ...facts, checks }).conditions.map(({ type }) => type)).not.toContain('CredentialsExpiring');
  });
});

describe('planBindingStatus', () => {
  const ready = decideBinding(facts);
  const written = planBindingStatus(aBinding().build(), ready, NOW)!;

  it('dates the transition into Ready and the generation it saw', () => {
    expect(written).toMatchObject({ phase: 'Ready', lastSyncTime: '2026-03-06T12:00:00Z' });
    expect(written.conditions?.[0]).toMatchObject({
      type: 'Ready',
      observedGeneration: 1,
      lastTransitionTime: '2026-03-06T12:00:00Z',
    });
  });

  it('writes nothing where the API server has put the keys into another order', () => {
    const checks = written.checks?.map(({ name, status, message }) => ({ message, name, status }));
    expect(planBindingStatus(aBinding().status({ ...written, checks }).build(), ready, NOW + 60_000)).toBeNull();
  });

  it('writes nothing twice', () => {
    expect(planBindingStatus(aBinding().status(written).build(), ready, NOW + 60_000)).toBeNull();
  });

  it('keeps lastSyncTime and the conditions it does not mention when the cluster fails', () => {
    const failed = decideBinding({ ...facts, checks: [check('Reachable', 'Failed')], virtualAccess: null });
    const next = planBindingStatus(aBinding().status(written).build(), failed, NOW + 60_000);
    expect(next).toMatchObject({ phase: 'Failed', lastSyncTime: '2026-03-06T12:00:00Z' });
    expect(next?.conditions?.map(({ type }) => type)).toEqual([
      'Ready',
      'Connected',
      'SyncerReady',
      'ProxierReady',
      'VirtualAPIAccess',
      'CredentialsExpiring',
    ]);
    expect(next?.conditions?.[0]?.lastTransitionTime).toBe('2026-03-06T12:01:00Z');
  });

  it('has a line for each check, and writes when one changes', () => {
    expect(written).toMatchObject({
      checks: [{ name: 'Kubeconfig', status: 'Passed', message: 'Kubeconfig was looked at.' }, { name: 'Credentials' }, { name: 'Permissions/pods' }],
      mountNamespaceUID: 'uid-of-namespace',
    });
    const checks = [...facts.checks!.slice(0, 2), check('Permissions/pods', 'Warning')];
    const next = planBindingStatus(aBinding().status(written).build(), decideBinding({ ...facts, checks }), NOW);
    expect(next?.checks?.[2]?.status).toBe('Warning');
  });

  it('binds the cluster with which it became Ready, and no other later', () => {
    expect(written).toMatchObject({ clusterUID: 'uid-of-cluster' });
    const wrong = decideBinding({ ...facts, checks: [check('SameCluster', 'Failed')], clusterUID: null, mountNamespaceUID: null });
    const next = planBindingStatus(aBinding().status(written).build(), wrong, NOW);
    expect(next).toMatchObject({ phase: 'Failed', clusterUID: 'uid-of-cluster', mountNamespaceUID: 'uid-of-namespace' });
    const unfit = decideBinding({ ...facts, checks: [check('Permissions/pods', 'Failed')] });
    expect(planBindingStatus(aBinding().build(), unfit, NOW)).not.toHaveProperty('clusterUID');
  });

  it('tells when credentials expire, and takes it back when new ones do not', () => {
    const credentials = { kind: 'token', issuedAt: NOW, expiresAt: NOW + 3_600_000 } as const;
    const expiring = planBindingStatus(aBinding().status(written).build(), decideBinding({ ...facts, credentials }), NOW);
    expect(expiring).toMatchObject({ credentialsExpireAt: '2026-03-06T13:00:00Z' });
    expect(planBindingStatus(aBinding().status(expiring!).build(), ready, NOW)).toMatchObject({ credentialsExpireAt: null });
  });

  it('keeps what a binding that is being deleted or invalid was not checked for', () => {
    const deleting = decideBinding({ ...facts, deleting: true, checks: null, mountNamespaceUID: null });
    const next = planBindingStatus(aBinding().status(written).build(), deleting, NOW);
    expect(next).toMatchObject({ checks: written.checks, mountNamespaceUID: 'uid-of-namespace' });
  });
});
