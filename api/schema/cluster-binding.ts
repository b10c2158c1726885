/** ClusterBinding: one physical cluster, bound to the virtual cluster in which the object lives (spec leasing.md 1.1). */
import { z } from 'zod';
import { API_SERVER_DEMAND, API_SERVER_PATTERN, DNS_SERVER_DEMAND, DNS_SERVER_PATTERN, ENDPOINT_MAX } from '../names/endpoints';
import { CLUSTER_ID_MAX, LABEL_MAX } from '../names/limits';
import { acceptedEditSchema, conditionSchema, instantSchema, metadataSchema, nodeSelectorSchema } from './common';
import { ATOMIC_MAP, celRules, mapList } from './structural';

const secretRefSchema = z
  .object({
    name: z.string().optional().describe('Name of the Secret.'),
    namespace: z.string().optional().describe('Namespace of the Secret, by convention kubeocean-system.'),
  })
  .describe('The Secret whose key "kubeconfig" holds the kubeconfig of the physical cluster. Name and namespace are both needed.')
  .meta(ATOMIC_MAP);

const API_SERVER = new RegExp(API_SERVER_PATTERN);
const DNS_SERVER = new RegExp(DNS_SERVER_PATTERN);

/** As rules, not patterns: the API server's answer then says what is wanted. */
const matching = (pattern: string, message: string) => celRules({ rule: `self.matches(r'${pattern}')`, message });

const virtualClusterSchema = z
  .object({
    apiServer: z
      .string()
      .max(ENDPOINT_MAX)
      .refine((text) => API_SERVER.test(text), API_SERVER_DEMAND)
      .optional()
      .describe('API server as pods reach it: https://host:port, the host an IP address or a name, the port 443 unless given. Absent: that of Service default/kubernetes-intranet.')
      .meta(matching(API_SERVER_PATTERN, API_SERVER_DEMAND)),
    dns: z
      .string()
      .max(ENDPOINT_MAX)
      .refine((text) => DNS_SERVER.test(text), DNS_SERVER_DEMAND)
      .optional()
      .describe('DNS server as pods reach it: an IP address or a name. Absent: that of Service kube-system/kube-dns-intranet.')
      .meta(matching(DNS_SERVER_PATTERN, DNS_SERVER_DEMAND)),
  })
  .describe('How pods in the physical cluster reach the virtual one.');

/** `spec` as users write it. The names in `secretRef` and `mountNamespace` are checked by preflight, which answers by condition. */
export const clusterBindingSpecSchema = z
  .object({
    clusterID: z
      .string()
      .max(CLUSTER_ID_MAX)
      .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'must consist of lower-case letters, digits and inner dashes')
      .describe('Short name of the physical cluster, unique among all bindings. Part of the names of its virtual nodes. Cannot be changed.')
      .meta(celRules({ rule: 'self == oldSelf', message: 'clusterID cannot be changed; delete the binding and create it again' })),
    secretRef: secretRefSchema,
    nodeSelector: nodeSelectorSchema
      .optional()
      .describe('Which nodes of the physical cluster may be borrowed, if a policy there lends them. Absent: all.'),
    mountNamespace: z
      .string()
      .max(LABEL_MAX)
      .regex(/^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$/, 'must be the name of a namespace')
      .optional()
      .describe('Namespace of the physical cluster that receives all pods and what they need, by convention kubeocean-worker. Needed, and cannot be changed once set.'),
    serviceNamespaces: z.array(z.string().min(1)).optional().describe('Namespaces whose Services are mirrored into those of the same names in the physical cluster, so that pods there reach them by name.'),
    disableNodeDefaultTaint: z
      .boolean()
      .optional()
      .describe('If true, virtual nodes do not get the taint kubeocean.io/vnode, so that pods need no toleration. Default false.'),
    podPriorityClassName: z
      .string()
      .optional()
      .describe('PriorityClass of the pods in the physical cluster. Default kubeocean-default (value -10000), made there when it is needed.'),
    runningDaemonsetByDefault: z
      .boolean()
      .optional()
      .describe('If true, pods of DaemonSets run on virtual nodes like others; else only those annotated kubeocean.io/running-daemonset: "true". Default false.'),
    directScheduling: z
      .boolean()
      .optional()
      .describe("If true, pods are bound to their physical node at once; else the physical cluster's scheduler does it by node affinity. Default false."),
    virtualCluster: virtualClusterSchema.optional(),
  })
  .meta(
    celRules({
      rule: "!has(oldSelf.mountNamespace) || oldSelf.mountNamespace == '' || (has(self.mountNamespace) && self.mountNamespace == oldSelf.mountNamespace)",
      message: 'mountNamespace cannot be changed once set; delete the binding and create it again',
      fieldPath: '.mountNamespace',
    }),
  );

const checkSchema = z.object({
  name: z.string().describe('Name of the check, such as Reachable or Permissions/pods.'),
  status: z.enum(['Passed', 'Warning', 'Failed', 'Skipped']).describe('Passed, Warning, Failed or Skipped.'),
  message: z.string().describe('What was found and, unless it passed, what to do.'),
});

const auditSchema = z.object({
  outcome: z.enum(['Clean', 'Findings', 'Unknown']).describe('Clean, Findings, or Unknown where not everything could be looked at.'),
  findings: z.int().min(0).describe('How many; kubeocean audit lists them.'),
  message: z.string().describe('The first of them, or what could not be looked at.'),
  since: instantSchema.describe('Since when this is the answer.'),
});

/** `status`; written by Kubeocean only. */
export const clusterBindingStatusSchema = z.object({
  phase: z.string().optional().describe('Pending, Ready or Failed.'),
  conditions: z.array(conditionSchema).optional().describe('Ready, and what it depends on.'),
  lastSyncTime: instantSchema.optional().describe('When the binding became Ready last.'),
  checks: z
    .array(checkSchema)
    .optional()
    .describe('What was checked of the physical cluster, a line each; what is not Passed says what to do.')
    .meta(mapList('name')),
  credentialsExpireAt: instantSchema.nullable().optional().describe('When the credentials in the kubeconfig expire; absent: never, or not known.'),
  mountNamespaceUID: z.string().optional().describe('UID of the mount namespace: tells it from another of its name.'),
  clusterUID: z.string().optional().describe('UID of kube-system in the physical cluster: a kubeconfig that leads to another cluster is refused.'),
  accepted: acceptedEditSchema.optional().describe('The nodeSelector that counts, while edits are guarded by maxReclaimPercent.'),
  audit: auditSchema.optional().describe('Whether both sides agree, as the standing audit found last.'),
});

/** The whole object. */
export const clusterBindingSchema = z
  .object({
    metadata: metadataSchema,
    spec: clusterBindingSpecSchema.describe('What is bound, and how.'),
    status: clusterBindingStatusSchema.optional().describe('What has become of it; written by Kubeocean.'),
  })
  .describe('ClusterBinding binds a physical cluster, so that nodes which it lends appear as nodes of this cluster.');
