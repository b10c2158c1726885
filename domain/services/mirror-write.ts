import type { ServiceSpec } from 'kubernetes-types/core/v1';
import { sameJson } from '../json/canonical-json';
import { copyWrite, SERVICE_FIELDS, SLICE_FIELDS, type CopyObject, type CopyWrite } from '../pods';
import { isHeadless } from './service-copy';

interface Mirrored extends CopyObject {
  readonly spec?: Readonly<ServiceSpec>;
}

/** How a Service or EndpointSlice that exists becomes what it should be; see {@link CopyWrite}. */
export function mirrorWrite(desired: Mirrored, live: Mirrored): CopyWrite {
  const write = copyWrite(desired, live);
  if (write.kind !== 'none' && write.kind !== 'patch') return write;
  if (!isSameKind(desired, live)) return { kind: 'recreate' };
  const body = { ...(write.kind === 'patch' && write.body), ...contentPatch(desired, live) };
  return Object.keys(body).length === 0 ? { kind: 'none' } : { kind: 'patch', body };
}

/** Whether a Service has an address, and of which family those of a slice are, cannot be changed in place. */
function isSameKind(desired: Mirrored, live: Mirrored): boolean {
  if (desired.spec === undefined) return desired.addressType === live.addressType;
  const [wanted, found] = [desired.spec, live.spec ?? {}];
  return wanted.type === found.type && isHeadless(wanted) === isHeadless(found);
}

function contentPatch(desired: Mirrored, live: Mirrored): object {
  if (desired.spec === undefined) return differing(SLICE_FIELDS, desired, live);
  const spec = differing(SERVICE_FIELDS, { ...desired.spec }, { ...live.spec });
  return Object.keys(spec).length === 0 ? {} : { spec };
}

type Fields = Readonly<Record<string, unknown>>;

/** API servers leave empty lists out, or say null. */
function differing(fields: readonly string[], wanted: Fields, found: Fields): Record<string, unknown> {
  const value = (object: Fields, field: string) => {
    const one = object[field] ?? null;
    return Array.isArray(one) && one.length === 0 ? null : one;
  };
  const changed = fields.filter((field) => !sameJson(value(wanted, field), value(found, field)));
  return Object.fromEntries(changed.map((field) => [field, value(wanted, field) ?? (field === 'endpoints' ? [] : null)]));
}
