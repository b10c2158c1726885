import { md5Hex } from '../hash';

/**
 * What is not as it should be:
 * - `Orphan`: an object of ours that nobody needs; - `Duplicate`: a second copy of one pod; - `Missing`: an object that ought to be;
 * - `Drift`: both sides differ; - `Stuck`: it was asked to end and has not; - `StaleFinalizer`: a finalizer of ours that waits for
 *   nothing; - `NameTaken`: somebody else's object holds a name of ours; - `Refused`: admission in the virtual cluster does not let it be told.
 */
export type FindingKind = 'Orphan' | 'Duplicate' | 'Missing' | 'Drift' | 'Stuck' | 'StaleFinalizer' | 'NameTaken' | 'Refused';

/** An object by place and name. */
export interface AuditedObject {
  readonly cluster: 'virtual' | 'physical';
  readonly kind: string;
  /** Absent: the kind has no namespaces. */
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

/**
 * How the workflows mend a finding: they have the watch `compare` everything again, or remove the object, take our label off it,
 * release the finalizers of an earlier installation, or issue the tokens anew.
 */
export type Repair = 'compare' | 'remove' | 'unlabel' | 'release' | 'tokens';

/** One finding. Texts carry names, reasons and fields, never content of a spec or Secret. */
export interface Finding {
  /** The same for the same finding, whoever looks. */
  readonly id: string;
  readonly kind: FindingKind;
  /** ClusterBinding that it belongs to; null: none that exists. */
  readonly binding: string | null;
  readonly object: AuditedObject;
  /** One clause that says why. */
  readonly cause: string;
  /** Null: a person has to, see `advice`. */
  readonly repair: Repair | null;
  /** What to do where no workflow can; null: `kubeocean repair`. */
  readonly advice: string | null;
}

/** A pod that rightly has no copy yet, and for what it waits. */
export interface WaitingPod {
  readonly binding: string;
  readonly namespace: string;
  readonly name: string;
  readonly why: string;
}

/** A {@link Finding} without its id; absent `repair`: `compare`. */
export type FindingFacts = Omit<Finding, 'id' | 'repair' | 'advice'> & ({ readonly repair?: Repair } | { readonly advice: string });

/** Completes a finding. */
export function finding(facts: FindingFacts): Finding {
  const { kind, binding, object, cause } = facts;
  const { cluster, namespace = '', name, uid = '' } = object;
  const id = md5Hex([binding ?? '', kind, cluster, object.kind, namespace, name, uid, cause].join('\n')).slice(0, ID_LENGTH);
  if ('advice' in facts) return { id, kind, binding, object, cause, repair: null, advice: facts.advice };
  return { id, kind, binding, object, cause, repair: facts.repair ?? 'compare', advice: null };
}

const ID_LENGTH = 12;

interface Named {
  readonly metadata?: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
}

/** Where an object of a list stands. */
export function objectIn(cluster: AuditedObject['cluster'], kind: string, { metadata = {} }: Named): AuditedObject {
  const { namespace, name = '', uid } = metadata;
  return { cluster, kind, ...(namespace && { namespace }), name, ...(uid && { uid }) };
}

/** `namespace/name`, or the name alone. */
export function pathOf({ namespace, name }: Pick<AuditedObject, 'namespace' | 'name'>): string {
  return namespace ? `${namespace}/${name}` : name;
}
