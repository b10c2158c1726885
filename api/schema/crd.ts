/** The two CustomResourceDefinitions, derived from the schemas. */
import type { z } from 'zod';
import { API_GROUP, API_VERSION, CLUSTER_BINDING_KIND, POLICY_KIND } from '../names/group';
import { clusterBindingSchema } from './cluster-binding';
import { resourceLeasingPolicySchema } from './resource-leasing-policy';
import { toStructural } from './structural';

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'date';
  readonly jsonPath: string;
}

/** What a CRD says beyond its schema. */
export interface CustomResource {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly columns: readonly PrinterColumn[];
  readonly schema: z.ZodType;
}

const AGE: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** ClusterBinding; lives in the virtual cluster. */
export const clusterBindingResource: CustomResource = {
  kind: CLUSTER_BINDING_KIND,
  plural: 'clusterbindings',
  singular: 'clusterbinding',
  shortNames: ['cb'],
  columns: [
    { name: 'ClusterID', type: 'string', jsonPath: '.spec.clusterID' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    AGE,
  ],
  schema: clusterBindingSchema,
};

/** ResourceLeasingPolicy; lives in the physical clusters. */
export const resourceLeasingPolicyResource: CustomResource = {
  kind: POLICY_KIND,
  plural: 'resourceleasingpolicies',
  singular: 'resourceleasingpolicy',
  shortNames: ['rlp'],
  columns: [
    { name: 'Cluster', type: 'string', jsonPath: '.spec.cluster' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'Active', type: 'boolean', jsonPath: '.status.activeTimeWindow' },
    { name: 'TimeZone', type: 'string', jsonPath: '.status.timeZone' },
    AGE,
  ],
  schema: resourceLeasingPolicySchema,
};

/** Every custom resource of Kubeocean. */
export const customResources: readonly CustomResource[] = [clusterBindingResource, resourceLeasingPolicyResource];

const TYPE_META = {
  apiVersion: { type: 'string', description: 'Group and version of the object.' },
  kind: { type: 'string', description: 'Kind of the object.' },
};

/** The `apiextensions.k8s.io/v1` object: cluster scope, one version, served and stored, with the status subresource. */
export function toCustomResourceDefinition(resource: CustomResource) {
  const { properties, required = [], ...rest } = toStructural(resource.schema);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${resource.plural}.${API_GROUP}` },
    spec: {
      group: API_GROUP,
      scope: 'Cluster',
      names: {
        kind: resource.kind,
        listKind: `${resource.kind}List`,
        plural: resource.plural,
        singular: resource.singular,
        shortNames: [...resource.shortNames],
      },
      versions: [
        {
          name: API_VERSION,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: resource.columns.map((column) => ({ ...column })),
          schema: { openAPIV3Schema: { ...rest, required, properties: { ...TYPE_META, ...properties } } },
        },
      ],
    },
  };
}
