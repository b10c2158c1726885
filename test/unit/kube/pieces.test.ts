import { Backoff } from '../../../kube/backoff';
import { LineSplitter } from '../../../kube/line-splitter';
import { isNotSent, mayRepeatRead, networkCode } from '../../../kube/network-faults';
import { ownedDiff } from '../../../kube/owned-diff';
import { guardedPatch } from '../../../kube/patch';
import { ConfigMaps, keyOf, Nodes, parseKey, pathOf, Pods, PriorityClasses, resourceType } from '../../../kube/resource';
import { toKubeError } from '../../../kube/status';
import { IndexedStore } from '../../../kube/store';

describe('LineSplitter', () => {
  const text = '{"a":"ü€😀"}\n\n{"b":2}\n{"c":';
  it.each([1, 2, 3, 5, 7, 1000])('puts lines together from chunks of %i bytes', (size) => {
    const splitter = new LineSplitter();
    const bytes = Buffer.from(text);
    const lines: string[] = [];
    for (let at = 0; at < bytes.length; at += size) lines.push(...splitter.push(bytes.subarray(at, at + size)));
    expect(lines).toEqual(['{"a":"ü€😀"}', '{"b":2}']);
    expect(splitter.pending).toBe('{"c":'.length);
  });
});

describe('Backoff', () => {
  const pauses = (random: number, count: number) => {
    const backoff = new Backoff({ first: 500, max: 3_000 }, () => random);
    return Array.from({ length: count }, () => backoff.next());
  };

  it('retries at once, then doubles up to its limit, jittered by half', () => {
    expect(pauses(1, 6)).toEqual([50, 500, 1_000, 2_000, 3_000, 3_000]);
    expect(pauses(0, 6)).toEqual([0, 250, 500, 1_000, 1_500, 1_500]);
  });

  it('begins anew after a success and heeds the wish of the server', () => {
    const backoff = new Backoff({ first: 500, max: 3_000 }, () => 0);
    backoff.next();
    backoff.next();
    expect(backoff.failuresInARow).toBe(2);
    backoff.succeeded();
    expect([backoff.next(), backoff.next(7)]).toEqual([0, 7_000]);
  });
});

describe('IndexedStore', () => {
  const store = () => new IndexedStore<{ at: string[] }>({ at: (object) => object.at });

  it('keeps its indexes in step', () => {
    const stored = store();
    const [one, two] = [{ at: ['x', 'y'] }, { at: ['y'] }];
    expect([stored.set('1', one), stored.set('2', two)]).toEqual([null, null]);
    expect([stored.by('at', 'x'), stored.by('at', 'y')]).toEqual([[one], [one, two]]);
    const moved = { at: ['z'] };
    expect(stored.set('1', moved)).toBe(one);
    expect([stored.by('at', 'x'), stored.by('at', 'y'), stored.by('at', 'z')]).toEqual([[], [two], [moved]]);
    expect(stored.set('1', null)).toBe(moved);
    expect([stored.by('at', 'z'), stored.list(), stored.size]).toEqual([[], [two], 1]);
  });

  it('gives the same list until something changes', () => {
    const stored = store();
    stored.set('1', { at: [] });
    const list = stored.list();
    expect(stored.list()).toBe(list);
    stored.set('2', { at: [] });
    expect(stored.list()).not.toBe(list);
  });

  it('knows no index that it was not given', () => {
    expect(() => store().by('other', 'x')).toThrow('no index other');
  });
});

describe('paths', () => {
  const Apps = resourceType('apps/v1', 'Deployment', { namespaced: true });
  it.each([
    [pathOf(Pods, {}), '/api/v1/pods'],
    [pathOf(Pods, { namespace: 'n' }), '/api/v1/namespaces/n/pods'],
    [pathOf(Pods, { namespace: 'n', name: 'p' }, 'status'), '/api/v1/namespaces/n/pods/p/status'],
    [pathOf(Nodes, { name: 'a', namespace: 'ignored' }), '/api/v1/nodes/a'],
    [pathOf(Apps, { namespace: 'n', name: 'd' }), '/apis/apps/v1/namespaces/n/deployments/d'],
    [pathOf(PriorityClasses, { name: 'a/b?c' }), '/apis/scheduling.k8s.io/v1/priorityclasses/a%2Fb%3Fc'],
  ])('%s', (path, expected) => expect(path).toBe(expected));

  it.each([{ name: 'p' }, { namespace: 'n', name: '..' }, { namespace: '..', name: 'p' }, { namespace: 'n', name: '' }])(
    'refuses %j',
    (key) => expect(() => pathOf(Pods, key)).toThrow(),
  );

  it.each([
    [{ namespace: 'n', name: 'a' }, 'n/a'],
    [{ name: 'a' }, 'a'],
  ])('keys %j', (key, text) => {
    expect(keyOf(key)).toBe(text);
    expect(keyOf({ metadata: key })).toBe(text);
    expect(parseKey(text)).toEqual(key);
  });
});

describe('ownedDiff', () => {
  it.each<[name: string, desired: object, live: object, patch: object | null]>([
    ['equal', { a: 1, b: { c: [1] } }, { a: 1, b: { c: [1] } }, null],
    ['what others wrote', { a: { b: 1 } }, { a: { b: 1, c: 2 }, d: 3 }, null],
    ['a difference deep inside', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 2 } }],
    ['a missing branch', { a: { b: 1 } }, {}, { a: { b: 1 } }],
    ['null removes', { a: { b: null } }, { a: { b: 1 } }, { a: { b: null } }],
    ['null of nothing', { a: { b: null } }, {}, null],
    ['undefined is not ours', { a: undefined }, { a: 1 }, null],
    ['defaults inside a list', { l: [{ p: 80 }] }, { l: [{ p: 80, protocol: 'TCP' }] }, null],
    ['another list', { l: [{ p: 80 }] }, { l: [{ p: 81, protocol: 'TCP' }] }, { l: [{ p: 80 }] }],
    ['a shorter list', { l: [1] }, { l: [1, 2] }, { l: [1] }],
    ['empty lists and objects that are left out', { l: [], o: {} }, {}, null],
    ['an empty list that is not', { l: [] }, { l: [1] }, { l: [] }],
    ['another type', { a: { b: 1 } }, { a: 'x' }, { a: { b: 1 } }],
  ])('%s', (_name, desired, live, patch) => {
    expect(ownedDiff(desired as never, live as never)).toEqual(patch);
  });
});

describe('guardedPatch', () => {
  const guards = { uid: 'u', resourceVersion: '7' };
  it('leaves an unguarded patch as it is', () => {
    const body = { data: {} };
    expect(guardedPatch({ kind: 'merge', body }, {})).toBe(body);
  });

  it('keeps the metadata of a guarded one, and the input', () => {
    const body = Object.freeze({ metadata: Object.freeze({ labels: {} }) });
    expect(guardedPatch({ kind: 'merge', body }, guards)).toEqual({ metadata: { labels: {}, ...guards } });
    expect(guardedPatch({ kind: 'json', body: [{ op: 'x' }] }, guards)).toEqual([
      { op: 'replace', path: '/metadata/uid', value: 'u' },
      { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
      { op: 'x' },
    ]);
  });
});

describe('toKubeError', () => {
  const subject = { verb: 'create', kind: 'Pod', key: 'n/p' };
  const SECRET = 'sekret';
  const status = (more: object) => JSON.stringify({ kind: 'Status', message: SECRET, reason: 'Some', ...more });

  it.each<[number, string, object]>([
    [400, 'InvalidSpec', {}],
    [401, 'Unauthorized', {}],
    [403, 'Unauthorized', {}],
    [404, 'NotFound', {}],
    [405, 'InvalidSpec', {}],
    [408, 'ApiUnavailable', {}],
    [409, 'Conflict', {}],
    [409, 'AlreadyExists', { reason: 'AlreadyExists' }],
    [410, 'Gone', {}],
    [422, 'InvalidSpec', {}],
    [429, 'Throttled', {}],
    [500, 'ApiUnavailable', {}],
    [503, 'ApiUnavailable', {}],
    [302, 'ApiUnavailable', {}],
  ])('%i is %s', (number, code, more) => {
    const error = toKubeError(subject, { status: number, headers: {}, body: status(more) });
    expect(error).toMatchObject({ code, status: number });
    expect(error.message).not.toContain(SECRET);
  });

  it('tells a budget that blocks an eviction from an API server that throttles one', () => {
    const evict = { verb: 'create', kind: 'Pod/eviction' };
    const causes = [{ reason: 'DisruptionBudget' }];
    const blocked = { status: 429, headers: {}, body: status({ details: { causes, retryAfterSeconds: 10 } }) };
    expect(toKubeError(evict, blocked)).toMatchObject({ code: 'DrainBlocked', retryAfterSeconds: 10 });
    const throttled = { status: 429, headers: { 'retry-after': '3' }, body: 'Too many requests' };
    expect(toKubeError(evict, throttled)).toMatchObject({ code: 'Throttled', retryAfterSeconds: 3 });
  });

  it('does not wait the second that an API server asks for while it opens a watch cache', () => {
    const opening = { status: 429, headers: { 'retry-after': '1' }, body: status({ message: 'storage is (re)initializing', details: { retryAfterSeconds: 1 } }) };
    const error = toKubeError({ verb: 'watch', kind: 'Pod' }, opening);
    expect([error.code, error.retryAfterSeconds]).toEqual(['Throttled', undefined]);
  });

  it('takes field paths and one-word reasons only', () => {
    const causes = [{ field: 'spec.a' }, { field: 'spec.a' }, { field: 'x'.repeat(500), message: SECRET }, {}];
    const body = status({ reason: `denied because of ${SECRET}`, details: { causes } });
    const error = toKubeError(subject, { status: 422, headers: {}, body });
    expect(error.fields).toEqual(['spec.a', 'x'.repeat(200)]);
    expect(error.reason).toBeUndefined();
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain(SECRET);
  });

  it.each(['', 'not json', 'null', '[]', '7'])('reads the body %j as saying nothing', (body) => {
    expect(toKubeError(subject, { status: 500, headers: {}, body }).message).toBe('ApiUnavailable: create Pod n/p: 500');
  });
});

describe('network faults', () => {
  const fault = (fields: object) => Object.assign(new Error('x'), fields);
  it.each([
    ['a closed kept connection', fault({ code: 'UND_ERR_SOCKET' }), { read: true, notSent: false }],
    ['a reset', fault({ code: 'ECONNRESET' }), { read: true, notSent: false }],
    ['a refused connection', fault({ code: 'ECONNREFUSED', syscall: 'connect' }), { read: true, notSent: true }],
    ['a slow connection', fault({ code: 'UND_ERR_CONNECT_TIMEOUT' }), { read: true, notSent: true }],
    ['a silent server', fault({ code: 'UND_ERR_HEADERS_TIMEOUT' }), { read: false, notSent: false }],
    ['a foreign certificate', fault({ code: 'SELF_SIGNED_CERT_IN_CHAIN' }), { read: false, notSent: false }],
  ])('%s', (_name, error, { read, notSent }) => {
    expect([mayRepeatRead(error), isNotSent(error)]).toEqual([read, notSent]);
  });

  it('names the cause', () => {
    expect(networkCode(fault({ cause: fault({ code: 'EPIPE' }) }))).toBe('EPIPE');
    expect(networkCode(new Error('x'))).toBe('Unknown');
  });
});

it('a type builder spells plural and group', () => {
  expect(ConfigMaps).toEqual({ group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true });
});
