import { PodReason, warning, type PodReport } from '../reasons';
import type { PodObject } from '../types';
import { references, type DependencyKind, type Reference } from './references';
import { COPY_KINDS, sourceKey, type CopyKind, type SourceRef } from './source-ref';

/** The ConfigMap with the virtual API server's certificate authority that every namespace has. */
export const ROOT_CA_CONFIG_MAP = 'kube-root-ca.crt';

/** An object that a pod cannot start without, and why it does not do yet. */
export interface MissingNeed extends Pick<Reference, 'name' | 'field'> {
  readonly kind: DependencyKind | 'ServiceAccount' | 'RuntimeClass' | 'PriorityClass' | 'DNS server';
  readonly why: string;
}

/** What pods name themselves; volumes are named by claims. */
type NamedKind = Exclude<CopyKind, 'PersistentVolume'>;

/** An object of the pod's namespace that needs a copy before the pod. */
export interface CopyNeed extends SourceRef {
  readonly kind: NamedKind;
  /** JSON path inside the pod of the first place that names it, a requiring one where there is one. */
  readonly field: string;
  /** True: the pod starts without it. */
  readonly optional: boolean;
}

/**
 * What a pod requires and the system does not carry over: such a pod waits, and says for what.
 * Optional references do not count; each object is named once, at its first place.
 */
export function unsupportedNeeds(vPod: Pick<PodObject, 'spec'>): MissingNeed[] {
  const required = references(vPod).filter((reference) => !reference.optional && !isCopied(reference));
  const first = required.filter((need, i) => required.findIndex((other) => sameObject(other, need)) === i);
  return first.map(({ kind, name, field }) => ({ kind, name, field, why: 'not carried over by this version' }));
}

/** The objects that must be copied for this pod, each once; a name that is required once is required. */
export function copyNeeds(vPod: Pick<PodObject, 'metadata' | 'spec'>): CopyNeed[] {
  const { namespace } = vPod.metadata;
  const needs = new Map<string, CopyNeed>();
  for (const reference of references(vPod)) {
    if (!isCopied(reference)) continue;
    const { kind, name, field, optional } = reference;
    const key = sourceKey({ kind, namespace, name });
    const known = needs.get(key);
    if (known === undefined || (known.optional && !optional)) needs.set(key, { kind, namespace, name, field, optional });
  }
  return [...needs.values()];
}

/** Keys of {@link copyNeeds}, computed once per object. */
export function dependencyKeys(vPod: Pick<PodObject, 'metadata' | 'spec'>): readonly string[] {
  const known = keysOf.get(vPod) ?? copyNeeds(vPod).map(sourceKey);
  keysOf.set(vPod, known);
  return known;
}

/** Stored objects never change, and each is indexed twice: when it comes and when it goes. */
const keysOf = new WeakMap<object, readonly string[]>();

/** Event of a pod that waits for what it needs. */
export function waitingReport(missing: readonly MissingNeed[]): PodReport {
  const list = missing.map(({ kind, name, field, why }) => `${kind} ${name} (${field}): ${why}`).join('; ');
  return warning(PodReason.WaitingForDependency, `Waiting for ${list}`);
}

/** Event of a pod that runs although Secrets for pulling its images are not there; a kubelet says the same. */
export function pullSecretReport(names: readonly string[]): PodReport {
  const message = `Unable to retrieve some image pull secrets (${names.join(', ')}); attempting to pull the image may not succeed.`;
  return warning(PodReason.FailedToRetrieveImagePullSecret, message);
}

function isCopied(reference: Reference): reference is Reference & { readonly kind: NamedKind } {
  return (COPY_KINDS as readonly string[]).includes(reference.kind);
}

function sameObject(a: Reference, b: Reference): boolean {
  return a.kind === b.kind && a.name === b.name;
}
