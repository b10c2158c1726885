import { Label } from '../../api/names/keys';
import { fnv1a32 } from '../hash';
import type { NodeObject } from './types';

const FIRST_PORT = 15_000;
const LAST_PORT = 65_535;
const PORTS = LAST_PORT - FIRST_PORT + 1;

type Vnode = Pick<NodeObject, 'metadata'>;

/** The kubelet port that a vnode already has on the gateway, from its label; `null` where that is no port of ours. */
export function proxierPortOf(vnode: Vnode | null): number | null {
  const text = vnode?.metadata.labels?.[Label.ProxierPort] ?? '';
  const port = /^\d{5}$/.test(text) ? Number(text) : 0;
  return port >= FIRST_PORT && port <= LAST_PORT ? port : null;
}

/**
 * The kubelet port for a new vnode: from the hash of its name upward to the first that is free, going on at 15000 after
 * 65535 (spec leasing.md 7.6).
 * @throws Error where all 50,536 ports are taken.
 */
export function chooseProxierPort(name: string, isTaken: (port: number) => boolean): number {
  const first = fnv1a32(name) % PORTS;
  for (let i = 0; i < PORTS; i++) {
    const port = FIRST_PORT + ((first + i) % PORTS);
    if (!isTaken(port)) {
      return port;
    }
  }
  throw new Error('no kubelet port is free on the gateway');
}

/**
 * The vnode to which a port belongs that several have: two workers that create vnodes at the same moment do not see each other's
 * choice. The eldest keeps it, by name where they are of the same second; every reader decides alike.
 */
export function holderOfPort<T extends Vnode>(vnode: T, others: readonly T[]): T {
  return others.reduce((holder, other) => (bySeniority(holder, other) <= 0 ? holder : other), vnode);
}

function bySeniority({ metadata: left }: Vnode, { metadata: right }: Vnode): number {
  return compare(left.creationTimestamp ?? '', right.creationTimestamp ?? '') || compare(left.name, right.name);
}

function compare(left: string, right: string): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

/** Who serves which port: by port the vnode that it belongs to. */
export function vnodesByPort<T extends Vnode>(vnodes: readonly T[]): ReadonlyMap<number, T> {
  const holders = new Map<number, T>();
  for (const vnode of vnodes) {
    const port = proxierPortOf(vnode);
    if (port === null) continue;
    const other = holders.get(port);
    holders.set(port, other === undefined ? vnode : holderOfPort(vnode, [other]));
  }
  return holders;
}
