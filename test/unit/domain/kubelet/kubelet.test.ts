import { Annotation, Label } from '../../../../api/names/keys';
import {
  accessFor,
  execQuery,
  hasContainer,
  inVirtualWords,
  isMapped,
  kubeletRoute,
  sharedPath,
  logQuery,
  physicalKey,
  portForwardQuery,
  requestHeaders,
  responseHeaders,
  takesMethod,
  type MappedPod,
} from '../../../../domain/kubelet';

describe('kubeletRoute', () => {
  const pod = { namespace: 'shop', name: 'web-0' };
  it.each([
    ['/containerLogs/shop/web-0/app', { kind: 'containerLogs', pod, container: 'app' }],
    ['/exec/shop/web-0/app', { kind: 'exec', pod, container: 'app' }],
    ['/exec/shop/web-0/1234-ab/app', { kind: 'exec', pod: { ...pod, uid: '1234-ab' }, container: 'app' }],
    ['/attach/shop/web-0/app/', { kind: 'attach', pod, container: 'app' }],
    ['/portForward/shop/web-0', { kind: 'portForward', pod }],
    ['/portForward/shop/web-0/1234-ab', { kind: 'portForward', pod: { ...pod, uid: '1234-ab' } }],
    ['/pods', { kind: 'pods' }],
    ['/runningpods/', { kind: 'runningpods' }],
    ['/healthz', { kind: 'healthz' }],
    ['/stats/summary', { kind: 'stats/summary' }],
    ['/metrics/cadvisor', { kind: 'metrics/cadvisor' }],
  ])('%s', (path, route) => expect(kubeletRoute(path)).toEqual(route));

  it.each([
    ...['/', '/stats', '/logs/', '/run/shop/web-0/app', '/configz', '/containerLogs/shop/web-0', '/containerLogs/shop/web-0/uid/app'],
    ...['/exec/shop/web-0', '/exec/shop//app', '/exec/shop/../app', '/exec/shop/%2e%2e/app', '/exec/Shop/web-0/app', '/portForward/shop'],
    ...['/exec/shop/web-0/a/b/c', '/exec/shop/web-0/app?x', '/podsy', '/toString/a/b'],
  ])('nothing is served at %s', (path) => expect(kubeletRoute(path)).toBeNull());

  it('takes POST for streams only', () => {
    const [exec, logs] = [kubeletRoute('/exec/a/b/c'), kubeletRoute('/containerLogs/a/b/c')];
    const methods = ['GET', 'POST', 'PUT', 'DELETE'];
    expect(methods.map((method) => exec && takesMethod(exec, method))).toEqual([true, true, false, false]);
    expect(methods.map((method) => logs && takesMethod(logs, method))).toEqual([true, false, false, false]);
  });
});

it.each([
  ['/containerLogs/a/b/c', 'get', ['proxy', 'log']],
  ['/exec/a/b/c', 'create', ['proxy', 'exec']],
  ['/attach/a/b/c', 'create', ['proxy', 'exec']],
  ['/portForward/a/b', 'create', ['proxy']],
  ['/pods', 'get', ['pods', 'proxy']],
  ['/runningpods', 'get', ['pods', 'proxy']],
  ['/healthz', 'get', ['healthz', 'proxy']],
  ['/stats/summary', 'get', ['stats']],
  ['/metrics', 'get', ['metrics']],
  ['/metrics/resource', 'get', ['metrics']],
])('%s needs %s of nodes/%j', (path, verb, subresources) => {
  expect(accessFor(kubeletRoute(path)!)).toEqual({ verb, subresources });
});

describe('sharedPath', () => {
  it.each([
    ['/vnode-a/metrics', 'vnode-a', '/metrics'],
    ['/vnode-a/metrics/resource', 'vnode-a', '/metrics/resource'],
    ['/vnode-a.example/stats/summary/', 'vnode-a.example', '/stats/summary/'],
    ['/metrics/resource', null, '/metrics/resource'],
    ['/stats/summary', null, '/stats/summary'],
    ['/metrics/metrics', 'metrics', '/metrics'],
    ['/vnode-a/exec/a/b/c', null, '/vnode-a/exec/a/b/c'],
    ['/exec/a/pods', null, '/exec/a/pods'],
    ['/../metrics', null, '/../metrics'],
    ['/vnode-a', null, '/vnode-a'],
  ])('%s', (path, vnode, rest) => expect(sharedPath(path)).toEqual({ vnode, path: rest }));
});

describe('logQuery', () => {
  const ofLogs = (query: string) => {
    const result = logQuery(new URLSearchParams(query), 'app');
    return result.ok ? result.value.map(([name, value]) => `${name}=${value}`).join('&') : result.refusal.status;
  };
  it.each([
    ['', 'container=app'],
    ['follow=true&previous=1&timestamps=', 'container=app&follow=true&previous=true&timestamps=true'],
    ['follow=false&previous=0&timestamps=FALSE', 'container=app'],
    ['tailLines=0', 'container=app&tailLines=0'],
    ['tailLines=%2B5', 'container=app&tailLines=5'],
    ['tailLines=3&tail=all', 'container=app'],
    ['tail=7', 'container=app&tailLines=7'],
    ['limitBytes=10&sinceSeconds=60', 'container=app&sinceSeconds=60&limitBytes=10'],
    ['sinceTime=2026-01-31T08:00:00.5Z', 'container=app&sinceTime=2026-01-31T08:00:00.5Z'],
    ['stream=All', 'container=app'],
    ['stream=Stderr', 'container=app&stream=Stderr'],
    ['insecureSkipTLSVerifyBackend=true&container=other&as=admin', 'container=app'],
  ])('%s', (query, wanted) => expect(ofLogs(query)).toBe(wanted));

  it.each([
    [400, ['tailLines=x', 'tailLines=1.5', 'tailLines=', 'limitBytes=99999999999999999999', 'sinceTime=yesterday']],
    [400, ['sinceTime=2026-13-31T08:00:00Z', 'sinceSeconds=0x1']],
    [422, ['tailLines=-1', 'limitBytes=0', 'sinceSeconds=0', 'stream=stderr', 'stream=Stdout&tailLines=1']],
    [422, ['sinceSeconds=1&sinceTime=2026-01-31T08:00:00Z']],
  ])('refuses with %d: %j', (status, queries) => expect(queries.map(ofLogs)).toEqual(queries.map(() => status)));
});

describe('execQuery', () => {
  const ofExec = (query: string) => execQuery(new URLSearchParams(query), 'app');
  it('renames, and keeps the words of the command in order', () => {
    expect(ofExec('command=sh&command=-c&command=echo+a%26b&input=1&output=1&error=1')).toEqual({
      ok: true,
      value: [
        ['container', 'app'],
        ...['sh', '-c', 'echo a&b'].map((word) => ['command', word]),
        ...['stdin', 'stdout', 'stderr'].map((name) => [name, 'true']),
      ],
    });
  });
  it('leaves standard error out of a terminal', () => {
    expect(ofExec('output=1&error=1&tty=1')).toEqual({ ok: true, value: [['container', 'app'], ['stdout', 'true'], ['tty', 'true']] });
  });
  it.each(['', 'command=ls', 'input=0&output=no', 'error=1&tty=1'])('refuses %j: no stream', (query) => {
    expect(ofExec(query)).toEqual({ ok: false, refusal: { status: 400, message: 'you must specify at least 1 of stdin, stdout, stderr' } });
  });
});

describe('portForwardQuery', () => {
  const ofPorts = (query: string) => portForwardQuery(new URLSearchParams(query), true);
  it('turns port into ports', () => {
    expect(ofPorts('port=80&port=443,8080')).toEqual({ ok: true, value: [['ports', '80'], ['ports', '443'], ['ports', '8080']] });
  });
  it('has none where the streams name them', () => {
    expect(portForwardQuery(new URLSearchParams(''), false)).toEqual({ ok: true, value: [] });
  });
  it.each([
    ['', 'query parameter "port" is required'],
    ['port=', 'query parameter "port" cannot be empty'],
    ['port=http', 'unable to parse "http" as a port'],
    ['port=65536', 'unable to parse "65536" as a port'],
    ['port=80,0', 'port "80,0" must be > 0'],
  ])('refuses %j', (query, message) => expect(ofPorts(query)).toEqual({ ok: false, refusal: { status: 400, message } }));
});

describe('headers of a stream', () => {
  it('passes what negotiates, each as often as it came, and no credential', () => {
    const raw = [
      ...['Host', 'gateway', 'Authorization', 'Bearer x', 'Impersonate-User', 'admin', 'X-Remote-User', 'admin', 'Cookie', 'c'],
      ...['Connection', 'Upgrade', 'Upgrade', 'SPDY/3.1', 'X-Stream-Protocol-Version', 'v5.channel.k8s.io'],
      ...['X-Stream-Protocol-Version', 'v4.channel.k8s.io', 'Content-Length', '0'],
    ];
    expect(requestHeaders(raw)).toEqual([
      ['Connection', 'Upgrade'],
      ['Upgrade', 'SPDY/3.1'],
      ['X-Stream-Protocol-Version', 'v5.channel.k8s.io'],
      ['X-Stream-Protocol-Version', 'v4.channel.k8s.io'],
    ]);
  });
  it.each([
    ['base64url.bearer.authorization.k8s.io.dG9rZW4, v4.channel.k8s.io', [['Sec-WebSocket-Protocol', 'v4.channel.k8s.io']]],
    ['base64url.bearer.authorization.k8s.io.dG9rZW4', []],
  ])('takes a token out of the WebSocket protocols %s', (protocols, passed) => {
    expect(requestHeaders(['Sec-WebSocket-Protocol', protocols])).toEqual(passed);
  });
  it('returns the chosen protocol and nothing else of the answer', () => {
    const raw = ['Upgrade', 'websocket', 'Sec-WebSocket-Accept', 'a', 'Audit-Id', '1', 'Set-Cookie', 'c'];
    expect(responseHeaders(raw)).toEqual([['Upgrade', 'websocket'], ['Sec-WebSocket-Accept', 'a']]);
  });
});

describe('the mapping of two pods', () => {
  const ownership = { virtualCluster: 'v-uid', binding: 'east' };
  const vPod: MappedPod = { metadata: { name: 'web', namespace: 'shop', uid: 'v1' } };
  const { name, namespace } = physicalKey(vPod, 'mount');
  const labels = { [Label.ManagedBy]: 'kubeocean', [Label.VirtualCluster]: 'v-uid', [Label.ClusterBinding]: 'east' };
  const back = {
    [Annotation.VirtualPodNamespace]: 'shop',
    [Annotation.VirtualPodName]: 'web',
    [Annotation.VirtualPodUid]: 'v1',
  };
  const pPod: MappedPod = { metadata: { name, namespace, uid: 'p1', labels, annotations: back } };
  const forward = (annotations: Record<string, string>): MappedPod => ({ metadata: { ...vPod.metadata, annotations } });
  const with_ = (change: Partial<MappedPod['metadata']>): MappedPod => ({ metadata: { ...pPod.metadata, ...change } });

  it.each([
    ['both point at each other', vPod, pPod, true],
    ['the status has been mirrored', forward({ [Annotation.PhysicalPodUid]: 'p1', [Annotation.PhysicalPodName]: name }), pPod, true],
    ['the virtual pod points at an earlier physical one', forward({ [Annotation.PhysicalPodUid]: 'p0' }), pPod, false],
    ['the virtual pod points into another namespace', forward({ [Annotation.PhysicalPodNamespace]: 'kube-system' }), pPod, false],
    ['the physical pod names an earlier virtual one', vPod, with_({ annotations: { ...back, [Annotation.VirtualPodUid]: 'v0' } }), false],
    ['the physical pod names nobody', vPod, with_({ annotations: {} }), false],
    ['the physical pod is the owner’s', vPod, with_({ labels: {} }), false],
    ['the physical pod is of another virtual cluster', vPod, with_({ labels: { ...labels, [Label.VirtualCluster]: 'w-uid' } }), false],
    ['the physical pod is of another binding', vPod, with_({ labels: { ...labels, [Label.ClusterBinding]: 'west' } }), false],
  ])('%s', (_, virtual, physical, mapped) => expect(isMapped(virtual, physical, ownership)).toBe(mapped));

  it('speaks of the virtual pod', () => {
    const said = `container "app" in pod "${name}" of "mount" (mount/${name}) cannot mount`;
    expect(inVirtualWords(said, vPod, { name, namespace })).toBe('container "app" in pod "web" of "shop" (shop/web) cannot mount');
  });
});

it.each([['app', true], ['setup', true], ['debugger', true], ['other', false]])('a pod has a container %s: %s', (name, found) => {
  const spec = { containers: [{ name: 'app' }], initContainers: [{ name: 'setup' }], ephemeralContainers: [{ name: 'debugger' }] };
  expect(hasContainer({ spec }, name)).toBe(found);
});
