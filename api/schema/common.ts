/** Parts that both custom resources share. */
import { z } from 'zod';
import { LABEL_MAX } from '../names/limits';
import { ATOMIC_LIST, ATOMIC_MAP, INT_OR_STRING } from './structural';

/** Largest `int32`; Kubernetes integers of that format end here. */
const INT32_MAX = 2_147_483_647;

/** An `int32` within bounds, both included. */
export const int32 = (minimum: number, maximum = INT32_MAX) =>
  z.number().int().min(minimum).max(maximum).meta({ format: 'int32' });

/** RFC 3339 instant, any offset. */
export const instantSchema = z.iso.datetime({ offset: true });

/** The pattern with which Kubernetes itself publishes `resource.Quantity`. */
const QUANTITY = /^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$/;

/** A Kubernetes quantity, written as a number or as a string such as `500m` or `4Gi`. */
export const quantitySchema = z
  .union([z.number().int(), z.string().regex(QUANTITY, 'must be a quantity such as 4, 500m or 8Gi')])
  .meta(INT_OR_STRING);

/**
 * Metadata as far as a CRD may restrict it: the name only. The names of both resources become label values,
 * hence the limit.
 */
export const metadataSchema = z.object({ name: z.string().max(LABEL_MAX).optional() }).optional();

const requirementSchema = z.object({
  key: z.string().describe('The label key, or metadata.name in matchFields.'),
  operator: z.string().describe('One of In, NotIn, Exists, DoesNotExist, Gt and Lt; in matchFields only In.'),
  values: z
    .array(z.string())
    .optional()
    .describe('The values to compare with: at least one for In and NotIn, none for Exists and DoesNotExist, one integer for Gt and Lt.')
    .meta(ATOMIC_LIST),
});

const termSchema = z
  .object({
    matchExpressions: z
      .array(requirementSchema)
      .optional()
      .describe('Requirements on the labels of the node; all of them have to hold.')
      .meta(ATOMIC_LIST),
    matchFields: z
      .array(requirementSchema)
      .optional()
      .describe('Requirements on the fields of the node; only metadata.name In with one value is supported.')
      .meta(ATOMIC_LIST),
  })
  .describe('A term without expressions and fields matches nothing.')
  .meta(ATOMIC_MAP);

/** `core/v1` NodeSelector. */
export const nodeSelectorSchema = z
  .object({
    nodeSelectorTerms: z
      .array(termSchema)
      .describe('A node is selected if it matches one of the terms; an empty list selects every node.')
      .meta(ATOMIC_LIST),
  })
  .meta(ATOMIC_MAP);

/** What was accepted last of an object whose edits are guarded. */
export const acceptedEditSchema = z.object({
  generation: z.number().int().min(0).describe('The metadata.generation that was accepted.').meta({ format: 'int64' }),
  spec: z.string().describe('What it said then, as JSON.'),
});

/** `meta/v1` Condition, with the rules that Kubernetes publishes for it. */
export const conditionSchema = z.object({
  type: z
    .string()
    .max(316)
    .regex(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/)
    .describe('What the condition is about, in CamelCase.'),
  status: z.enum(['True', 'False', 'Unknown']).describe('True, False or Unknown.'),
  reason: z
    .string()
    .min(1)
    .max(1024)
    .regex(/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/)
    .describe('Why, as one word in CamelCase for programs.'),
  message: z.string().max(32_768).describe('Why, as a sentence for people.'),
  lastTransitionTime: instantSchema.describe('When the status changed last.'),
  observedGeneration: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe('The metadata.generation that the condition was computed from.')
    .meta({ format: 'int64' }),
});
