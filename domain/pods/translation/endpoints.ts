import type { Service } from 'kubernetes-types/core/v1';
import { API_SERVER_PATTERN, DNS_SERVER_PATTERN } from '../../../api/names/endpoints';
import type { ClusterBindingSpec } from '../../../api/names/types';

/** A host and port, as a binding or a Service says them; the host may be a name. */
export interface Endpoint {
  /** IP address without brackets, or DNS name. */
  readonly host: string;
  readonly port: number;
}

/** Who says where pods find a service of the virtual cluster. */
export type EndpointSource = 'Binding' | 'Service' | 'None';

/** Where pods of one binding find the virtual cluster's API server and DNS (spec pods.md 1.7). */
export interface EndpointChoice {
  readonly api: { readonly source: EndpointSource; readonly endpoint: Endpoint | null };
  readonly dns: { readonly source: EndpointSource; readonly host: string | null };
}

/** What the intranet Services say; null: there is none, or it has no address. */
export interface IntranetServices {
  readonly api: Service | null;
  readonly dns: Service | null;
}

const HTTPS_PORT = 443;

/** The binding goes before the Services, each of the two for itself. */
export function chooseEndpoints({ virtualCluster = {} }: Pick<ClusterBindingSpec, 'virtualCluster'>, services: IntranetServices): EndpointChoice {
  const api = choose(virtualCluster.apiServer ? parseApiServer(virtualCluster.apiServer) : null, services.api);
  const dns = choose(virtualCluster.dns ? { host: virtualCluster.dns } : null, services.dns);
  return { api, dns: { source: dns.source, host: dns.endpoint?.host ?? null } };
}

function choose<T>(told: T | null, service: Service | null): { readonly source: EndpointSource; readonly endpoint: T | Endpoint | null } {
  if (told !== null) return { source: 'Binding', endpoint: told };
  const offered = service && serviceEndpoint(service);
  return { source: offered ? 'Service' : 'None', endpoint: offered };
}

/** Reads `spec.virtualCluster.apiServer`; the port is 443 unless given. Null: it is no such address. */
export function parseApiServer(text: string): Endpoint | null {
  const parts = API_SERVER.test(text) ? ADDRESS.exec(text)?.groups : undefined;
  const { v6, name, port } = parts ?? {};
  const host = v6 ?? name;
  if (host === undefined || (v6 !== undefined && !isIpAddress(v6))) return null;
  return { host, port: port === undefined ? HTTPS_PORT : Number(port) };
}

const API_SERVER = new RegExp(API_SERVER_PATTERN);
const DNS_SERVER = new RegExp(DNS_SERVER_PATTERN);
const IPV4 = /^([0-9]+\.){3}[0-9]+$/;
const ADDRESS = /^(?:https:\/\/)?(?:\[(?<v6>[^\]]+)\]|(?<name>[^:/]+))(?::(?<port>[0-9]+))?\/?$/;

/** Whether a text names a DNS server: an IP address, or a name. */
export function isDnsServer(text: string): boolean {
  return DNS_SERVER.test(text) && (!text.includes(':') || isIpAddress(text));
}

/** The first ingress of a load balancer, by IP or name, and the first port. */
function serviceEndpoint({ spec, status }: Service): Endpoint | null {
  const { ip, hostname } = status?.loadBalancer?.ingress?.[0] ?? {};
  const host = ip || hostname;
  const port = spec?.ports?.[0]?.port;
  return host && port ? { host, port } : null;
}

/** Whether a host is an IP address, and needs no resolving. */
export function isIpAddress(host: string): boolean {
  return host.includes(':') ? isIpv6(host) : /^[0-9.]+$/.test(host);
}

/** RFC 4291, section 2.2; an IPv4 tail counts as two groups. */
function isIpv6(text: string): boolean {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return false;
  const groups = (part: string | undefined): string[] => (part ? part.split(':') : []);
  const all = [...groups(head), ...groups(tail)];
  const size = all.reduce((sum, group) => sum + (group.includes('.') ? 2 : 1), 0);
  return all.every((group) => isGroup(group, text)) && (tail === undefined ? size === 8 : size < 8);
}

function isGroup(group: string, text: string): boolean {
  return /^[0-9A-Fa-f]{1,4}$/.test(group) || (text.endsWith(group) && IPV4.test(group) && DNS_SERVER.test(group));
}
