import { physicalName, type ObjectRef } from '../pods';
import { serviceOf } from './endpoint-slice-copy';
import { isApiServer } from './namespaces';

/** Kinds that are mirrored, Services first: endpoints without theirs mean nothing. */
export const MIRRORED_KINDS = ['Service', 'EndpointSlice'] as const;
/** One of {@link MIRRORED_KINDS}. */
export type MirroredKind = (typeof MIRRORED_KINDS)[number];

/** A virtual object that is mirrored. */
export type MirroredRef = ObjectRef<MirroredKind>;

interface Named {
  readonly metadata?: { readonly namespace?: string; readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
}

/** Where the mirror of an object stands, or will stand. */
export function mirrorKey({ kind, namespace, name }: MirroredRef): { readonly namespace: string; readonly name: string } {
  return { namespace, name: kind === 'Service' ? name : physicalName(name, namespace) };
}

/** Whether an object is of those that are mirrored at all. */
export function isMirrorable(kind: MirroredKind, { metadata = {} }: Named): boolean {
  const name = kind === 'Service' ? metadata.name : serviceOf({ metadata });
  return name !== null && !isApiServer({ namespace: metadata.namespace, name });
}
