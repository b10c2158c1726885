/**
 * Every finished request at level Metadata, but for the events that Kubernetes itself writes, one for each pod; deletions of pods
 * and of what they use with their body, because the caller's grace period and preconditions are in it. No level that could carry a
 * Secret's content is used.
 */
export const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'None',
      users: ['system:kube-scheduler', 'system:kube-controller-manager'],
      resources: [{ group: '', resources: ['events'] }, { group: 'events.k8s.io' }],
    },
    { level: 'Request', verbs: ['delete'], resources: [{ group: '', resources: ['pods', 'configmaps', 'secrets', 'persistentvolumeclaims', 'persistentvolumes'] }] },
    { level: 'Metadata' },
  ],
};
