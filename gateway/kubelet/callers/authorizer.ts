import type { NodeAccess } from '../../../domain/kubelet';
import type { KubeClient } from '../../../kube';
import { KubeletRefusal } from '../refusal';
import type { Caller } from './caller';
import { ReviewCache } from './review-cache';

const ACCESS_REVIEWS = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
const ALLOWED_MS = 10_000;
const DENIED_MS = 5_000;

interface AccessReview {
  readonly status?: { readonly allowed?: boolean; readonly denied?: boolean };
}

/** Asks the virtual cluster's API server what a caller may do with a node; answers hold for seconds. Fails closed. */
export class Authorizer {
  private readonly answers = new ReviewCache<boolean>();

  constructor(private readonly client: KubeClient) {}

  /**
   * @param node name of the vnode; null: every node
   * @throws KubeletRefusal 403; KubeError where the API server cannot be asked
   */
  async check(caller: Caller, access: NodeAccess, node: string | null): Promise<void> {
    for (const subresource of access.subresources) {
      if (await this.isAllowed(caller, { verb: access.verb, subresource, node })) return;
    }
    const asked = `verb=${access.verb}, resource=nodes, subresource(s)=[${access.subresources.join(' ')}]`;
    throw new KubeletRefusal(403, `Forbidden (user=${caller.name}, ${asked})`);
  }

  private isAllowed(caller: Caller, { verb, subresource, node }: Question): Promise<boolean> {
    const { name: user, uid, groups, extra } = caller;
    const resourceAttributes = { version: 'v1', resource: 'nodes', subresource, verb, name: node ?? '' };
    const spec = { user, uid, groups, extra, resourceAttributes };
    return this.answers.get(JSON.stringify(spec), async () => {
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
      const { status } = await this.client.raw<AccessReview>('POST', ACCESS_REVIEWS, { body });
      const value = status?.allowed === true && status.denied !== true;
      return { value, validMs: value ? ALLOWED_MS : DENIED_MS };
    });
  }
}

interface Question {
  readonly verb: string;
  readonly subresource: string;
  readonly node: string | null;
}
