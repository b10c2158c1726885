import { Annotation, Label } from '../../../api/names/keys';

/** The part of a copy that tells who uses it. */
export interface HeldCopy {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/**
 * Names of the bindings whose pods use a copy. Bindings of one virtual cluster may share a mount namespace, and with it copies:
 * the first stands in the label `cluster-binding`, further ones in the annotation `shared-with`.
 */
export function holdersOf({ metadata }: HeldCopy): string[] {
  const first = metadata?.labels?.[Label.ClusterBinding];
  const others = metadata?.annotations?.[Annotation.SharedWith];
  return [...new Set([...(first ? [first] : []), ...(others ? others.split(',') : [])])];
}

/** The label and annotation that say so; `null`: no annotation. */
export function holderMetadata([first = '', ...others]: readonly string[]): {
  readonly labels: { readonly [Label.ClusterBinding]: string };
  readonly annotations: { readonly [Annotation.SharedWith]: string | null };
} {
  return {
    labels: { [Label.ClusterBinding]: first },
    annotations: { [Annotation.SharedWith]: others.length > 0 ? others.join(',') : null },
  };
}

/**
 * What a binding that needs a copy no longer has to do: `delete` it, where no other binding uses it, or patch its own name away.
 * @param exists whether a ClusterBinding of that name exists; one that is gone uses nothing
 */
export function releaseOf(copy: HeldCopy, binding: string, exists: (name: string) => boolean): 'delete' | { metadata: object } {
  const others = holdersOf(copy).filter((holder) => holder !== binding && exists(holder));
  return others.length === 0 ? 'delete' : { metadata: holderMetadata(others) };
}
