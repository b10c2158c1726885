import { physicalName } from '../naming/physical-name';
import { PodReason, warning, type PodReport } from '../reasons';
import type { PodObject } from '../types';
import { references, type Reference } from './references';

/** The ConfigMap with the virtual API server's certificate authority that every namespace has. */
export const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt';

/** An object that a pod cannot start without. */
export type Need = Pick<Reference, 'kind' | 'name' | 'field'>;

/** A ConfigMap that needs a copy in the mount namespace before the pod. */
export interface ConfigMapCopy {
  readonly namespace: string;
  readonly name: string;
  readonly physicalName: string;
  /** True: the pod starts without it. */
  readonly optional: boolean;
}

/**
 * What a pod requires and the system does not carry over: such a pod waits, and says for what.
 * Optional references do not count; each object is named once, at its first place.
 */
export function unsupportedNeeds(vPod: Pick<PodObject, 'spec'>): Need[] {
  const required = references(vPod).filter((reference) => !reference.optional && !isCopied(reference));
  return required.filter((need, i) => required.findIndex((other) => sameObject(other, need)) === i).map(toNeed);
}

/** The ConfigMaps that must be copied for this pod; a name that is required once is required. */
export function configMapCopies(vPod: Pick<PodObject, 'metadata' | 'spec'>): ConfigMapCopy[] {
  const copied = references(vPod).filter(isCopied);
  const { namespace } = vPod.metadata;
  return [...new Set(copied.map(({ name }) => name))].sort().map((name) => ({
    namespace,
    name,
    physicalName: physicalName(name, namespace),
    optional: copied.every((reference) => reference.name !== name || reference.optional),
  }));
}

/** Event of a pod that waits for what it needs. */
export function waitingReport(needs: readonly Need[]): PodReport {
  const list = needs.map(({ kind, name, field }) => `${kind} ${name} (${field})`).join(', ');
  return warning(PodReason.WaitingForDependency, `Waiting for what is not carried over yet: ${list}`);
}

function isCopied({ kind, name }: Reference): boolean {
  return kind === 'ConfigMap' && name === ROOT_CA_CONFIG_MAP;
}

function sameObject(a: Need, b: Need): boolean {
  return a.kind === b.kind && a.name === b.name;
}

function toNeed({ kind, name, field }: Reference): Need {
  return { kind, name, field };
}
