import type { Service } from 'kubernetes-types/core/v1';
import { virtualAccessClaim, type VirtualAccess } from '../../../../domain/binding/virtual-access';
import { chooseEndpoints, isDnsServer, isIpAddress, parseApiServer } from '../../../../domain/pods/translation/endpoints';

const service = (ingress: { ip?: string; hostname?: string }[], port?: number): Service => ({
  spec: { ports: port === undefined ? [] : [{ port }] },
  status: { loadBalancer: { ingress } },
});

describe('parseApiServer', () => {
  it.each([
    ['https://api.example.com:6443', 'api.example.com', 6443],
    ['api.example.com', 'api.example.com', 443],
    ['10.0.0.1:6443', '10.0.0.1', 6443],
    ['https://10.0.0.1/', '10.0.0.1', 443],
    ['[2001:db8::1]:6443', '2001:db8::1', 6443],
    ['https://[::ffff:10.0.0.1]', '::ffff:10.0.0.1', 443],
  ])('%s', (text, host, port) => expect(parseApiServer(text)).toEqual({ host, port }));

  it.each(['', 'http://api', 'api:0', 'api:65536', '300.1.1.1', '[::1::]', '[1:2:3]', 'https://api/x', 'api example'])('not %s', (text) => {
    expect(parseApiServer(text)).toBeNull();
  });
});

describe('addresses', () => {
  it.each([
    ['10.0.0.1', true],
    ['2001:db8::1', true],
    ['::', true],
    ['1:2:3:4:5:6:7:8', true],
    ['1:2:3:4:5:6:10.0.0.1', true],
    ['1:2:3:4:5:6:7', false],
    ['1:2:3:4:5:6:7:8:9', false],
    ['::1::2', false],
    ['12345::', false],
    ['10.0.0.1::', false],
    ['api.example.com', false],
  ])('%s is one: %s', (text, expected) => expect(isIpAddress(text)).toBe(expected));

  it.each([
    ['10.0.0.2', true],
    ['2001:db8::2', true],
    ['dns.example.com', true],
    ['1:2', false],
    ['10.0.0.2:53', false],
    ['1.2.3', false],
  ])('%s may be a DNS server: %s', (text, expected) => expect(isDnsServer(text)).toBe(expected));
});

describe('chooseEndpoints (spec pods.md 1.7)', () => {
  const services = { api: service([{ ip: '10.0.0.1' }], 6443), dns: service([{ ip: '10.0.0.2' }], 53) };
  const nobody = { api: { source: 'None', endpoint: null }, dns: { source: 'None', host: null } };
  it.each<[string, object | undefined, { api: Service | null; dns: Service | null }, object]>([
    ['the Services', undefined, services, { api: { source: 'Service', endpoint: { host: '10.0.0.1', port: 6443 } }, dns: { source: 'Service', host: '10.0.0.2' } }],
    ['the binding first', { apiServer: 'https://api', dns: 'dns' }, services, { api: { source: 'Binding', endpoint: { host: 'api', port: 443 } }, dns: { source: 'Binding', host: 'dns' } }],
    ['each for itself', { dns: '10.9.9.9' }, services, { api: { source: 'Service', endpoint: { host: '10.0.0.1', port: 6443 } }, dns: { source: 'Binding', host: '10.9.9.9' } }],
    [
      'names of load balancers',
      {},
      { api: service([{ hostname: 'lb' }], 443), dns: service([{ hostname: 'lb-dns' }], 53) },
      { api: { source: 'Service', endpoint: { host: 'lb', port: 443 } }, dns: { source: 'Service', host: 'lb-dns' } },
    ],
    ['nobody', undefined, { api: null, dns: null }, nobody],
    ['no load balancer yet', undefined, { api: service([], 443), dns: service([{}], 53) }, nobody],
    ['no port', undefined, { api: service([{ ip: '10.0.0.1' }]), dns: null }, nobody],
  ])('%s', (_, virtualCluster, offered, expected) => {
    expect(chooseEndpoints({ virtualCluster }, offered)).toEqual(expected);
  });
});

describe('condition VirtualAPIAccess', () => {
  it.each<[VirtualAccess, string, string, RegExp]>([
    [{ api: 'Binding', dns: 'Service', unresolvedDns: null }, 'True', 'EndpointConfigured', /as spec\.virtualCluster\.apiServer says\.$/],
    [{ api: 'Service', dns: 'Binding', unresolvedDns: null }, 'True', 'IntranetServiceFound', /kubernetes-intranet\.$/],
    [{ api: 'Service', dns: 'None', unresolvedDns: null }, 'True', 'IntranetServiceFound', /dnsPolicy Default: set spec\.virtualCluster\.dns/],
    [{ api: 'None', dns: 'None', unresolvedDns: null }, 'False', 'IntranetServiceMissing', /set spec\.virtualCluster\.apiServer.*dnsPolicy Default/],
    [{ api: 'Service', dns: 'Binding', unresolvedDns: 'lb-dns' }, 'True', 'IntranetServiceFound', /lb-dns does not resolve: pods that need it wait\.$/],
  ])('%j', (access, status, reason, message) => {
    expect(virtualAccessClaim(access)).toEqual({ type: 'VirtualAPIAccess', status, reason, message: expect.stringMatching(message) });
  });
});
