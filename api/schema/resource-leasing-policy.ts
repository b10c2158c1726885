/** ResourceLeasingPolicy: what a physical cluster lends, to which binding, and when (spec leasing.md 1.2). */
import { z } from 'zod';
import { acceptedEditSchema, conditionSchema, instantSchema, int32, metadataSchema, nodeSelectorSchema, quantitySchema } from './common';
import { celRules } from './structural';

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

const DATE_FAULT = 'must be YYYY-MM-DD, a day from 2000-01-01 to 2099-12-31';

/** The API server knows the days of each month by the format; the bounds keep every search through a calendar short. */
const dateSchema = z
  .string()
  .regex(/^20[0-9]{2}-[0-9]{2}-[0-9]{2}$/, DATE_FAULT)
  .refine(isDate, DATE_FAULT)
  .meta({ format: 'date' });

const LAST_DATE_FAULT = 'must not be before date, nor more than 366 days after it';
const DAY_MS = 24 * 60 * 60_000;

const exceptionSchema = z
  .object({
    date: dateSchema.describe('The day, YYYY-MM-DD, in the time zone of the policy; with lastDate: the first one.'),
    lastDate: dateSchema.optional().describe('The last day, YYYY-MM-DD, at most 366 days after date. Absent: the same day.'),
    lending: z.enum(['Open', 'Closed']).describe('Open: nodes are lent, whatever timeWindows say; Closed: they are not. Closed beats Open.'),
    start: timeOfDaySchema.optional().describe('First minute on each of the days, HH:MM. Default 00:00.'),
    end: timeOfDaySchema.optional().describe('Last minute on each of the days, HH:MM; before start: on the next day. Default 23:59.'),
    reason: z.string().min(1).max(256).describe('Why, for people: shown in the conditions of the policy and by kubeocean lease plan.'),
  })
  .refine(({ date, lastDate = date }) => isYearFrom(date, lastDate), { path: ['lastDate'], message: LAST_DATE_FAULT })
  .meta(
    celRules({
      rule: "!has(self.lastDate) || (self.lastDate >= self.date && self.lastDate - self.date <= duration('8784h'))",
      message: LAST_DATE_FAULT,
      fieldPath: '.lastDate',
    }),
  );

function isDate(text: string): boolean {
  const midnight = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(text);
}

function isYearFrom(first: string, last: string): boolean {
  const days = (Date.parse(last) - Date.parse(first)) / DAY_MS;
  return days >= 0 && days <= 366;
}

const ZONE_FAULT = 'must be an IANA time zone such as Europe/Berlin';

const timeZoneSchema = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/, ZONE_FAULT)
  .refine(isZone, ZONE_FAULT)
  // The API server carries the IANA tables; `Local` would be the zone of its machine.
  .meta(celRules({ rule: "self != 'Local' && timestamp('2000-01-01T00:00:00Z').getHours(self) >= 0", message: ZONE_FAULT }));

function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

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
  timeZone: timeZoneSchema
    .optional()
    .describe("IANA time zone, such as Europe/Berlin, on whose wall clock timeWindows and exceptions are read. Absent: the borrower's, see status.timeZone."),
  exceptions: z
    .array(exceptionSchema)
    .max(100)
    .optional()
    .describe('Days on which nodes are lent, or not, whatever timeWindows say.'),
  resourceLimits: z
    .array(resourceLimitSchema)
    .optional()
    .describe('Upper bounds per node; the smaller of quantity and percent counts. A resource that is not listed is lent in full.'),
  forceReclaim: z.boolean().optional().describe('If true, pods are evicted when the window closes; else it only keeps new ones away. Default false.'),
  gracefulReclaimPeriodSeconds: int32(0)
    .optional()
    .describe('Seconds between the end of the window and the eviction of what still runs. Default 0.'),
  noticePeriodSeconds: int32(0)
    .optional()
    .describe('Seconds before the reclaim begins from which the pods and the virtual node tell that it will. Default 0: no notice.'),
  drain: z
    .enum(['Wait', 'Evict'])
    .optional()
    .describe('What happens to pods during the grace: Wait (they run on and may finish) or Evict (as their disruption budgets allow). Default Wait.'),
  reclaimBefore: z
    .boolean()
    .optional()
    .describe('If true, the reclaim begins gracefulReclaimPeriodSeconds before the end of the window, so that the node is empty at its end. Default false.'),
  evictTolerating: z
    .boolean()
    .optional()
    .describe('If true, pods that tolerate kubeocean.io/out-of-time-windows are deleted at the deadline too; else they stay. Default false.'),
  maxExtensionSeconds: int32(0)
    .optional()
    .describe('How many seconds past the end of a window the borrower may extend a lease. Default 0: not at all.'),
});

/** `status`; written by Kubeocean only. */
export const resourceLeasingPolicyStatusSchema = z.object({
  phase: z.string().optional().describe('Active, Inactive or Failed.'),
  activeTimeWindow: z.boolean().optional().describe('True while a window is open.'),
  lastAppliedTime: instantSchema.optional().describe('When phase or activeTimeWindow changed last.'),
  timeZone: z.string().optional().describe('The time zone in effect. Empty while spec.timeZone is unknown.'),
  conditions: z.array(conditionSchema).optional().describe('Valid (is the policy usable?) and Active (is a window open?).'),
  accepted: acceptedEditSchema.optional().describe('The spec that counts, while edits are guarded by maxReclaimPercent.'),
});

/** The whole object. */
export const resourceLeasingPolicySchema = z
  .object({
    metadata: metadataSchema,
    spec: resourceLeasingPolicySpecSchema.describe('What is lent, to whom and when.'),
    status: resourceLeasingPolicyStatusSchema.optional().describe('What has become of it; written by Kubeocean.'),
  })
  .describe('ResourceLeasingPolicy lends nodes of this cluster to a virtual cluster, within time windows and up to limits.');
