import type { KubeClient } from '../../kube';

/** One thing that somebody may want to do. */
export interface Attempt {
  readonly verb: string;
  /** API group; default the core group. */
  readonly group?: string;
  /** Plural, with a subresource after a slash. */
  readonly resource: string;
  /** Absent: everywhere. */
  readonly namespace?: string;
  readonly name?: string;
}

/** Whether the credentials of this client may do it, by a SelfSubjectAccessReview. @throws KubeError */
export async function isAllowed(client: KubeClient, { verb, group = '', resource, namespace, name }: Attempt): Promise<boolean> {
  const [plural, subresource] = resource.split('/');
  const resourceAttributes = { verb, group, resource: plural, subresource, namespace, name };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  const { status } = await client.raw<{ status?: { allowed?: boolean } }>('POST', path, { body });
  return status?.allowed === true;
}
