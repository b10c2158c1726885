/**
 * How kwok plays nodes and pods. Stages of our own instead of its defaults: nodes send leases and no
 * status heartbeats, and annotations make nodes fail and pods start late, stop late or end.
 */

/** Annotations that tests and demos set on fake nodes and their pods. */
export const FakeAnnotation = {
  /** On a node, any value: the kubelet is down (Ready False) until the annotation goes. */
  NodeDown: 'demo/down',
  /** On a pod, a duration ("3s"): it runs that much later. */
  StartAfter: 'demo/start-after',
  /** On a pod, a duration: it is gone that long after its deletion began; "grace": when its grace period has passed. */
  StopAfter: 'demo/stop-after',
  /** On a pod, a number: its containers end with this exit code, and the pod with Succeeded or Failed. */
  ExitCode: 'demo/exit-code',
  /** On a pod, a duration: it runs that long before {@link FakeAnnotation.ExitCode}. */
  ExitAfter: 'demo/exit-after',
} as const;

/** kwok's own settings, a document for its `--config`: its kubelets do not wait for one another, as four at a time would. */
export const KWOK_CONFIGURATION = {
  apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
  kind: 'KwokConfiguration',
  options: { podPlayStageParallelism: 16 },
} as const;

/** Selects the nodes that kwok plays. */
export const FAKE_NODE = { key: 'kwok.x-k8s.io/node', value: 'fake' } as const;

interface Expression {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  readonly values?: readonly string[];
}

interface StageInput {
  readonly name: string;
  readonly kind: 'Node' | 'Pod';
  readonly when: readonly Expression[];
  readonly next: object;
  /** jq expression that gives a duration or an instant; nothing: at once. */
  readonly delay?: string;
}

/** The documents for kwok's `--config`. */
export function kwokStages(): object[] {
  return [nodeUp, nodeDown, podRun, podExit, podStop].map(stage);
}

function stage({ name, kind, when, next, delay }: StageInput): object {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind },
      selector: { matchExpressions: when },
      ...(delay === undefined ? {} : { delay: { durationMilliseconds: 0, durationFrom: { expressionFrom: delay } } }),
      next,
    },
  };
}

const annotation = (key: string) => `.metadata.annotations[${JSON.stringify(key)}]`;
const exists = (key: string): Expression => ({ key, operator: 'Exists' });
const absent = (key: string): Expression => ({ key, operator: 'DoesNotExist' });
const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const DELETION = '.metadata.deletionTimestamp';

const nodeUp: StageInput = {
  name: 'node-up',
  kind: 'Node',
  when: [{ key: READY, operator: 'NotIn', values: ['True'] }, absent(annotation(FakeAnnotation.NodeDown))],
  next: {
    statusTemplate: `
{{ $now := Now | Quote }}
phase: Running
addresses:
{{ with .status.addresses }}
{{ YAML . 1 }}
{{ else }}
- {type: InternalIP, address: {{ NodeIP | Quote }}}
{{ end }}
daemonEndpoints: {kubeletEndpoint: {Port: {{ NodePort }}}}
conditions:
{{ range NodeConditions }}
- type: {{ .type }}
  status: {{ .status | Quote }}
  reason: {{ .reason }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now }}
  lastTransitionTime: {{ $now }}
{{ end }}`,
  },
};

const nodeDown: StageInput = {
  name: 'node-down',
  kind: 'Node',
  when: [{ key: READY, operator: 'In', values: ['True'] }, exists(annotation(FakeAnnotation.NodeDown))],
  next: {
    statusTemplate: `
{{ $now := Now | Quote }}
conditions:
- type: Ready
  status: "False"
  reason: KubeletDown
  message: the kubelet is made to look down by an annotation
  lastHeartbeatTime: {{ $now }}
  lastTransitionTime: {{ $now }}`,
  },
};

const podRun: StageInput = {
  name: 'pod-run',
  kind: 'Pod',
  when: [absent(DELETION), absent('.status.podIP')],
  delay: annotation(FakeAnnotation.StartAfter),
  next: {
    statusTemplate: `
{{ $now := Now | Quote }}
phase: Running
startTime: {{ $now }}
hostIP: {{ NodeIPWith .spec.nodeName | Quote }}
podIP: {{ PodIPWith .spec.nodeName ( or .spec.hostNetwork false ) ( or .metadata.uid "" ) ( or .metadata.name "" ) ( or .metadata.namespace "" ) | Quote }}
conditions:
- {type: Initialized, status: "True", lastTransitionTime: {{ $now }}}
- {type: Ready, status: "True", lastTransitionTime: {{ $now }}}
- {type: ContainersReady, status: "True", lastTransitionTime: {{ $now }}}
{{ range .spec.readinessGates }}
- {type: {{ .conditionType | Quote }}, status: "True", lastTransitionTime: {{ $now }}}
{{ end }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  started: true
  restartCount: 0
  state: {running: {startedAt: {{ $now }}}}
{{ end }}
initContainerStatuses:
{{ range .spec.initContainers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: true
  restartCount: 0
  {{ if eq .restartPolicy "Always" }}
  started: true
  state: {running: {startedAt: {{ $now }}}}
  {{ else }}
  state: {terminated: {exitCode: 0, reason: Completed, startedAt: {{ $now }}, finishedAt: {{ $now }}}}
  {{ end }}
{{ end }}`,
  },
};

const podExit: StageInput = {
  name: 'pod-exit',
  kind: 'Pod',
  when: [
    absent(DELETION),
    { key: '.status.phase', operator: 'In', values: ['Running'] },
    exists(annotation(FakeAnnotation.ExitCode)),
  ],
  delay: annotation(FakeAnnotation.ExitAfter),
  next: {
    statusTemplate: `
{{ $now := Now | Quote }}
{{ $started := .status.startTime | Quote }}
{{ $code := index .metadata.annotations "${FakeAnnotation.ExitCode}" }}
phase: {{ if eq $code "0" }}Succeeded{{ else }}Failed{{ end }}
conditions:
- {type: Ready, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now }}}
- {type: ContainersReady, status: "False", reason: PodCompleted, lastTransitionTime: {{ $now }}}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    terminated:
      exitCode: {{ $code }}
      reason: {{ if eq $code "0" }}Completed{{ else }}Error{{ end }}
      startedAt: {{ $started }}
      finishedAt: {{ $now }}
{{ end }}`,
  },
};

const podStop: StageInput = {
  name: 'pod-stop',
  kind: 'Pod',
  // With grace 0 the API server removes the pod itself, and shows it so for a moment.
  when: [exists(DELETION), { key: '.metadata.deletionGracePeriodSeconds | tostring', operator: 'NotIn', values: ['0'] }],
  delay: `${annotation(FakeAnnotation.StopAfter)} as $after | if $after == "grace" then ${DELETION} else $after end`,
  next: { delete: true },
};
