import { occupiesNode } from '../capacity';
import { isOurs, type Ownership } from '../pods';

/** A port of a node that a pod holds; IP and protocol are never empty. */
export interface HostPort {
  readonly hostIP: string;
  readonly protocol: string;
  readonly hostPort: number;
}

/** What is read of a container port of any pod. */
export interface DeclaredPort {
  readonly hostPort?: number;
  readonly hostIP?: string;
  readonly protocol?: string;
}

interface DeclaringContainer {
  readonly ports?: readonly DeclaredPort[];
}

/** A pod in the physical cluster, as far as its host ports go. */
export interface PortHoldingPod {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly DeclaringContainer[];
    readonly initContainers?: readonly DeclaringContainer[];
  };
  readonly status?: { readonly phase?: string };
}

/** Host ports that a list of containers declares, without doubles, in one order whatever theirs. */
export function declaredHostPorts(containers: readonly DeclaringContainer[]): HostPort[] {
  const ports = containers.flatMap((container) => (container.ports ?? []).flatMap(toHostPort));
  return [...new Map(ports.map((port) => [keyOf(port), port])).values()].sort(compare);
}

/**
 * Host ports of a node that the borrower's scheduler cannot know of: those of every live pod that is not this borrower's own,
 * init containers included (spec leasing.md section 10). A port that two pods declare is listed once.
 */
export function foreignHostPorts(pods: readonly PortHoldingPod[], borrower: Ownership): HostPort[] {
  return declaredHostPorts(pods.filter((pod) => holdsForeignPorts(pod, borrower)).flatMap(containersOf));
}

/** Two states of a pod with the same signature hold the same foreign ports of the same node; empty: none. */
export function hostPortSignature(pod: PortHoldingPod | null, borrower: Ownership): string {
  if (pod === null || pod.spec.nodeName === undefined) return '';
  const ports = foreignHostPorts([pod], borrower);
  return ports.length === 0 ? '' : [pod.spec.nodeName, ...ports.map(keyOf)].join(' ');
}

/** A text that is equal for equal ports. */
export function keyOf({ hostIP, protocol, hostPort }: HostPort): string {
  return `${hostIP}/${protocol}/${hostPort}`;
}

function holdsForeignPorts(pod: PortHoldingPod, borrower: Ownership): boolean {
  return occupiesNode(pod) && !isOurs(pod, borrower);
}

function containersOf({ spec }: PortHoldingPod): readonly DeclaringContainer[] {
  return [...spec.containers, ...(spec.initContainers ?? [])];
}

function toHostPort({ hostPort, hostIP, protocol }: DeclaredPort): HostPort[] {
  return hostPort ? [{ hostIP: hostIP || '0.0.0.0', protocol: protocol || 'TCP', hostPort }] : [];
}

function compare(a: HostPort, b: HostPort): number {
  return compareText(a.hostIP, b.hostIP) || compareText(a.protocol, b.protocol) || a.hostPort - b.hostPort;
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
