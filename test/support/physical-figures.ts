import type { Pod } from 'kubernetes-types/core/v1';
import type { Rest } from '../../local/clusters/rest';
import type { KubeletPaths } from './node-tunnel';

/** More digits than a double can hold. */
export const CPU_SECONDS = '9007199254740993.123456789';
export const CPU_NANOS = '9007199254740993123';

/** Usage that pods ask kwok for, by annotation. */
export const USAGE_CPU = 'demo/cpu';
export const USAGE_MEMORY = 'demo/memory';

/** What a real kubelet serves and kwok cannot: figures of every pod of the cluster, the owner's too. */
export function physicalFigures(api: Rest): KubeletPaths {
  const pods = async () => (await api.get<{ items: Pod[] }>('/api/v1/pods')).items.map(({ metadata }) => metadata ?? {});
  return async (path) => {
    switch (path.split('?', 1)[0]) {
      case '/metrics/cadvisor':
        return { contentType: 'text/plain; version=0.0.4; charset=utf-8', body: cadvisor(await pods()) };
      case '/metrics/probes':
        return { contentType: 'text/plain; version=0.0.4; charset=utf-8', body: probes(await pods()) };
      case '/stats/summary':
        return { contentType: 'application/json', body: summary(await pods()) };
      default:
        return null;
    }
  };
}

type Named = NonNullable<Pod['metadata']>;

function cadvisor(pods: readonly Named[]): string {
  const labels = ({ name, namespace, uid }: Named, container = 'main') =>
    `container="${container}",id="/kubepods/pod${uid}/c",image="nginx",name="c",namespace="${namespace}",pod="${name}"`;
  return [
    '# HELP cadvisor_version_info A metric with a constant 1 value.',
    '# TYPE cadvisor_version_info gauge',
    'cadvisor_version_info{cadvisorRevision="",kernelVersion="6.1"} 1',
    '# HELP container_cpu_usage_seconds_total Cumulative cpu time consumed in seconds.',
    '# TYPE container_cpu_usage_seconds_total counter',
    'container_cpu_usage_seconds_total{container="",cpu="total",id="/",image="",name="",namespace="",pod=""} 123 1700000000000',
    ...pods.map((pod) => `container_cpu_usage_seconds_total{${labels(pod)},cpu="total"} ${CPU_SECONDS} 1700000000000`),
    '# HELP container_network_receive_bytes_total Cumulative count of bytes received',
    '# TYPE container_network_receive_bytes_total counter',
    ...pods.map((pod) => `container_network_receive_bytes_total{${labels(pod, '')},interface="eth0"} 0 1700000000000`),
    '# HELP machine_cpu_cores Number of logical CPU cores.',
    '# TYPE machine_cpu_cores gauge',
    'machine_cpu_cores{boot_id="b",machine_id="m",system_uuid="s"} 64',
    '',
  ].join('\n');
}

function probes(pods: readonly Named[]): string {
  const lines = pods.map(({ name, namespace, uid }) => `prober_probe_total{container="main",namespace="${namespace}",pod="${name}",pod_uid="${uid}",probe_type="Readiness",result="successful"} 7`);
  return ['# HELP prober_probe_total [BETA] Cumulative number of a probe.', '# TYPE prober_probe_total counter', ...lines, ''].join('\n');
}

function summary(pods: readonly Named[]): string {
  const figures = `"cpu":{"time":"2026-01-01T00:00:00Z","usageNanoCores":5,"usageCoreNanoSeconds":${CPU_NANOS}},"memory":{"time":"2026-01-01T00:00:00Z","workingSetBytes":1048576}`;
  const stats = pods.map(({ name, namespace, uid }) => `{"podRef":{"name":"${name}","namespace":"${namespace}","uid":"${uid}"},"startTime":"2026-01-01T00:00:00Z",${figures}}`);
  return `{"node":{"nodeName":"physical","startTime":"2026-01-01T00:00:00Z",${figures},"fs":{"usedBytes":1}},"pods":[${stats.join(',')}]}`;
}

/** kwok's figures for metrics-server; the name of the node has to be in the path, because all have one port. */
export function kwokUsage(): object[] {
  const usage = (key: string, fallback: string) => ({
    expression: `"${key}" in pod.metadata.annotations ? Quantity(pod.metadata.annotations["${key}"]) : Quantity("${fallback}")`,
  });
  const label = (name: string, value: string) => ({ name, value });
  const ofPod = [label('namespace', 'pod.metadata.namespace'), label('pod', 'pod.metadata.name')];
  const metric = (dimension: 'node' | 'pod' | 'container', name: string, value: string) => ({
    ...{ dimension, name, value, help: `Help of ${name}`, kind: name.endsWith('_total') ? 'counter' : 'gauge' },
    labels: dimension === 'node' ? [] : dimension === 'pod' ? ofPod : [label('container', 'container.name'), ...ofPod],
  });
  return [
    {
      ...{ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'ClusterResourceUsage', metadata: { name: 'all' } },
      spec: { usages: [{ usage: { cpu: usage(USAGE_CPU, '5m'), memory: usage(USAGE_MEMORY, '1Mi') } }] },
    },
    {
      ...{ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Metric', metadata: { name: 'resource' } },
      spec: {
        path: '/metrics/nodes/{nodeName}/metrics/resource',
        metrics: [
          metric('container', 'container_start_time_seconds', 'UnixSecond(pod.metadata.creationTimestamp)'),
          metric('container', 'container_cpu_usage_seconds_total', 'pod.CumulativeUsage("cpu", container.name)'),
          metric('container', 'container_memory_working_set_bytes', 'pod.Usage("memory", container.name)'),
          metric('pod', 'pod_cpu_usage_seconds_total', 'pod.CumulativeUsage("cpu")'),
          metric('pod', 'pod_memory_working_set_bytes', 'pod.Usage("memory")'),
          metric('node', 'node_cpu_usage_seconds_total', 'node.CumulativeUsage("cpu")'),
          metric('node', 'node_memory_working_set_bytes', 'node.Usage("memory")'),
        ],
      },
    },
  ];
}
