import { API_SERVER_DEMAND, DNS_SERVER_DEMAND } from '../../api/names/endpoints';
import { CLUSTER_ID_MAX, LABEL_MAX } from '../../api/names/limits';
import type { ClusterBindingSpec } from '../../api/names/types';
import { isDnsServer, parseApiServer } from '../pods/translation/endpoints';

/** One thing that is wrong with a ClusterBinding. */
export interface BindingProblem {
  /** Path of the field, such as `spec.mountNamespace`. */
  readonly field: string;
  /** A sentence that names the field and what to do. */
  readonly message: string;
}

/** What validation looks at. */
export interface BindingCandidate {
  readonly name: string;
  readonly spec: ClusterBindingSpec;
  /** The clusterID under which this binding was accepted before; absent: never. */
  readonly acceptedClusterID?: string;
}

type BindingRule = (candidate: BindingCandidate) => BindingProblem | null;

const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** The rules in the order in which a person reads their answers (spec leasing.md 3.3). */
const BINDING_RULES: readonly BindingRule[] = [
  nameFitsLabel,
  hasClusterId,
  keepsClusterId,
  namesSecret,
  namesSecretNamespace,
  hasMountNamespace,
  hasServiceNamespaces,
  hasApiServer,
  hasDnsServer,
];

/** Everything that is wrong with a binding's spec; empty: valid. Uniqueness is another question, see `elderWithClusterId`. */
export function validateBinding(candidate: BindingCandidate): BindingProblem[] {
  return BINDING_RULES.map((rule) => rule(candidate)).filter((problem) => problem !== null);
}

function nameFitsLabel({ name }: BindingCandidate): BindingProblem | null {
  return problemUnless(
    name.length <= LABEL_MAX,
    'metadata.name',
    `is a label on every object of ours: choose a name of up to ${LABEL_MAX} characters.`,
  );
}

function hasClusterId({ spec }: BindingCandidate): BindingProblem | null {
  const valid = DNS_LABEL.test(spec.clusterID) && spec.clusterID.length <= CLUSTER_ID_MAX;
  return problemUnless(
    valid,
    'spec.clusterID',
    `must have 1 to ${CLUSTER_ID_MAX} lower-case letters, digits or dashes, a dash neither first nor last.`,
  );
}

function keepsClusterId({ spec, acceptedClusterID }: BindingCandidate): BindingProblem | null {
  const kept = acceptedClusterID === undefined || acceptedClusterID === spec.clusterID;
  return problemUnless(
    kept,
    'spec.clusterID',
    `cannot be changed: set it back to ${acceptedClusterID}, or delete the binding and create it anew.`,
  );
}

function namesSecret({ spec }: BindingCandidate): BindingProblem | null {
  return problemUnless(
    isFilled(spec.secretRef?.name),
    'spec.secretRef.name',
    'must name the Secret that holds the kubeconfig.',
  );
}

function namesSecretNamespace({ spec }: BindingCandidate): BindingProblem | null {
  return problemUnless(
    isFilled(spec.secretRef?.namespace),
    'spec.secretRef.namespace',
    'must name the namespace of the kubeconfig Secret.',
  );
}

function hasMountNamespace({ spec }: BindingCandidate): BindingProblem | null {
  const valid = DNS_LABEL.test(spec.mountNamespace ?? '');
  return problemUnless(
    valid,
    'spec.mountNamespace',
    'must name the namespace of the physical cluster that receives the pods, such as kubeocean-worker.',
  );
}

function hasServiceNamespaces({ spec }: BindingCandidate): BindingProblem | null {
  const empty = (spec.serviceNamespaces ?? []).findIndex((namespace) => !isFilled(namespace));
  return problemUnless(
    empty < 0,
    `spec.serviceNamespaces[${empty}]`,
    'is empty: name a namespace or remove the entry.',
  );
}

/** The rules of the CRD, and addresses that look right and are none. */
function hasApiServer({ spec: { virtualCluster } }: BindingCandidate): BindingProblem | null {
  const { apiServer } = virtualCluster ?? {};
  return problemUnless(!apiServer || parseApiServer(apiServer) !== null, 'spec.virtualCluster.apiServer', `${API_SERVER_DEMAND}.`);
}

function hasDnsServer({ spec: { virtualCluster } }: BindingCandidate): BindingProblem | null {
  const { dns } = virtualCluster ?? {};
  return problemUnless(!dns || isDnsServer(dns), 'spec.virtualCluster.dns', `${DNS_SERVER_DEMAND}.`);
}

function problemUnless(holds: boolean, field: string, demand: string): BindingProblem | null {
  return holds ? null : { field, message: `${field} ${demand}` };
}

function isFilled(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== '';
}
