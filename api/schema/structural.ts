/**
 * From a zod schema to the structural OpenAPI schema that a CustomResourceDefinition carries.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
 */
import { z } from 'zod';

/** A node of a structural schema: plain JSON, as it stands in the CRD. */
export interface StructuralSchema {
  [key: string]: unknown;
  type?: string;
  description?: string;
  properties?: Record<string, StructuralSchema>;
  items?: StructuralSchema;
  required?: string[];
}

/** A rule in CEL; `message` is what the user reads, `fieldPath` the field that the API server blames. */
export interface ValidationRule {
  readonly rule: string;
  readonly message: string;
  readonly fieldPath?: string;
}

/** Metadata for `.meta()`: rules that need the old object, or that zod cannot express. */
export function celRules(...rules: readonly ValidationRule[]): { readonly 'x-kubernetes-validations': readonly ValidationRule[] } {
  return { 'x-kubernetes-validations': rules };
}

/** Metadata for `.meta()` on an object that is replaced as a whole by server-side apply. */
export const ATOMIC_MAP = { 'x-kubernetes-map-type': 'atomic' } as const;
/** Metadata for `.meta()` on a list that is replaced as a whole by server-side apply. */
export const ATOMIC_LIST = { 'x-kubernetes-list-type': 'atomic' } as const;
/** Metadata for `.meta()` on a list whose entries are told apart by one of their fields. */
export function mapList(key: string): { readonly 'x-kubernetes-list-type': 'map'; readonly 'x-kubernetes-list-map-keys': readonly string[] } {
  return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] };
}
/** Metadata for `.meta()` on a union of integer and string. */
export const INT_OR_STRING = { 'x-kubernetes-int-or-string': true } as const;

/** Converts a schema as written by users (`io: input`: defaulted fields stay optional). */
export function toStructural(schema: z.ZodType): StructuralSchema {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override: ({ jsonSchema }) => adapt(jsonSchema as StructuralSchema),
  }) as StructuralSchema;
}

/** Rewrites in place what a structural schema expresses differently from JSON Schema. */
function adapt(node: StructuralSchema): void {
  dropSafeIntegerBounds(node);
  if (node.format === 'date-time') delete node.pattern;
  if (node['x-kubernetes-int-or-string'] === true) {
    // The only form of `anyOf` with types inside that the API server allows; the pattern moves beside it.
    const text = (node.anyOf as StructuralSchema[] | undefined)?.find((branch) => branch.type === 'string');
    if (text?.pattern !== undefined) node.pattern = text.pattern;
    node.anyOf = [{ type: 'integer' }, { type: 'string' }];
  }
}

/** zod bounds integers by what a double holds exactly; the API server bounds them by `format`. */
function dropSafeIntegerBounds(node: StructuralSchema): void {
  if (node.minimum === Number.MIN_SAFE_INTEGER) delete node.minimum;
  if (node.maximum === Number.MAX_SAFE_INTEGER) delete node.maximum;
}
