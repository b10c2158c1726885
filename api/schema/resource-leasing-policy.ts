/** ResourceLeasingPolicy: what a physical cluster lends, to which binding, and when (spec leasing.md 1.2). */
import { z } from 'zod';
import { conditionSchema, instantSchema, int32, metadataSchema, nodeSelectorSchema, quantitySchema } from './common';

const timeOfDaySchema = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be HH:MM, 00:00 to 23:59');

const WEEKDAYS = 'monday|tuesday|wednesday|thursday|friday|saturday|sunday';

const weekdaySchema = z
  .string()
  .regex(new RegExp(`^(${WEEKDAYS})$`, 'i'), 'must be the full English name of a day, such as monday')
  // JSON Schema has no flags; the API server's patterns (RE2) take them inline.
  .meta({ pattern: `(?i)^(${WEEKDAYS})$` });

const timeWindowSchema = z.object({
  start: timeOfDaySchema.describe('First minute of the window, HH:MM, 00:00 to 23:59.'),
  end: timeOfDaySchema.describe('Last minute of the window, HH:MM; before start: on the next day. A full day is 00:00 to 23:59.'),
  days: z
    .array(weekdaySchema)
    .optional()
    .describe('Full English names of the days on which the window starts, such as monday. Empty: every day.'),
});

const resourceLimitSchema = z.object({
  resource: z.string().describe('Name of the resource, such as cpu, memory or nvidia.com/gpu.'),
  quantity: quantitySchema.optional().describe('Most that is lent of one node, such as 4 or 8Gi.'),
  percent: int32(0, 100).optional().describe("Most that is lent of one node, in percent of what the lender's own pods leave free."),
});

/** `spec` as users write it. */
export const resourceLeasingPolicySpecSchema = z.object({
  cluster: z.string().min(1).describe('Name of the ClusterBinding in the virtual cluster (its metadata.name, not its clusterID).'),
  nodeSelector: nodeSelectorSchema.optional().describe('Which nodes are lent. Absent: all.'),
  timeWindows: z.array(timeWindowSchema).optional().describe('When nodes are lent: inside any of the windows. Empty: always.'),
  resourceLimits: z
    .array(resourceLimitSchema)
    .optional()
    .describe('Upper bounds per node; the smaller of quantity and percent counts. A resource that is not listed is lent in full.'),
  forceReclaim: z.boolean().optional().describe('If true, pods are evicted when the window closes; else it only keeps new ones away. Default false.'),
  gracefulReclaimPeriodSeconds: int32(0)
    .optional()
    .describe('Seconds between the end of the window and the eviction of what still runs. Default 0.'),
});

/** `status`; written by Kubeocean only. */
export const resourceLeasingPolicyStatusSchema = z.object({
  phase: z.string().optional().describe('Active, Inactive or Failed.'),
  activeTimeWindow: z.boolean().optional().describe('True while a window is open.'),
  lastAppliedTime: instantSchema.optional().describe('When phase or activeTimeWindow changed last.'),
  conditions: z.array(conditionSchema).optional().describe('Valid (is the policy usable?) and Active (is a window open?).'),
});

/** The whole object. */
export const resourceLeasingPolicySchema = z
  .object({
    metadata: metadataSchema,
    spec: resourceLeasingPolicySpecSchema.describe('What is lent, to whom and when.'),
    status: resourceLeasingPolicyStatusSchema.optional().describe('What has become of it; written by Kubeocean.'),
  })
  .describe('ResourceLeasingPolicy lends nodes of this cluster to a virtual cluster, within time windows and up to limits.');
