/** How the optional `spec.virtualCluster` of a ClusterBinding names the ways into the virtual cluster; RE2, for CEL and JavaScript alike. */

/** A number between 0 and 255. */
const BYTE = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = `${BYTE}(\\.${BYTE}){3}`;
const IPV6 = '[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+';
/** A DNS name; the last label begins with a letter, so that a mistyped IP address is none. */
const DNS_NAME = '([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)*[a-z]([-a-z0-9]{0,61}[a-z0-9])?';
const PORT = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';

/** `[https://]<IPv4 | [IPv6] | name>[:port][/]`. */
export const API_SERVER_PATTERN = `^(https://)?(${IPV4}|\\[${IPV6}\\]|${DNS_NAME})(:${PORT})?/?$`;
/** An IP address, or a name. */
export const DNS_SERVER_PATTERN = `^(${IPV4}|${IPV6}|${DNS_NAME})$`;

/** What is said of text that does not match. */
export const API_SERVER_DEMAND = 'must be the address of the API server, such as https://api.example.com:6443, 10.0.0.1:6443 or [2001:db8::1]:6443';
/** See {@link API_SERVER_DEMAND}. */
export const DNS_SERVER_DEMAND = 'must be an IP address or a DNS name, without a port';

/** Longest text; names have 253 characters at most. */
export const ENDPOINT_MAX = 275;
