import { WorkerMetrics } from '../../../workers/observability/metrics';

it('tells for each binding how late window edges were acted on', async () => {
  const metrics = new WorkerMetrics();
  metrics.edgeActedOn('east', 120);
  metrics.edgeActedOn('east', 40_000);
  metrics.edgeActedOn('west', 0);
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('kubeocean_window_edge'));
  expect(lines).toEqual(
    expect.arrayContaining([
      'kubeocean_window_edge_lateness_seconds_bucket{le="0.1",clusterbinding="east"} 0',
      'kubeocean_window_edge_lateness_seconds_bucket{le="0.25",clusterbinding="east"} 1',
      'kubeocean_window_edge_lateness_seconds_bucket{le="30",clusterbinding="east"} 1',
      'kubeocean_window_edge_lateness_seconds_bucket{le="60",clusterbinding="east"} 2',
      'kubeocean_window_edge_lateness_seconds_sum{clusterbinding="east"} 40.12',
      'kubeocean_window_edge_lateness_seconds_count{clusterbinding="west"} 1',
    ]),
  );
});

it('counts runs of the standing audit by what they came to', async () => {
  const metrics = new WorkerMetrics();
  for (const outcome of ['Clean', 'Clean', 'Unknown'] as const) metrics.audited(outcome);
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('kubeocean_audit'));
  expect(lines).toEqual(['kubeocean_audit_runs_total{outcome="Clean"} 2', 'kubeocean_audit_runs_total{outcome="Unknown"} 1']);
});

it('counts create steps of pods, those that failed, and pods that were lost, for each binding', async () => {
  const metrics = new WorkerMetrics();
  for (const created of [true, true, false]) metrics.podPlaced('east', created);
  metrics.podLost('west');
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('kubeocean_syncer'));
  expect(lines).toEqual([
    'kubeocean_syncer_create_pod_total{clusterbinding="east"} 3',
    'kubeocean_syncer_create_pod_errors_total{clusterbinding="east"} 1',
    'kubeocean_syncer_pod_created_total{clusterbinding="east"} 2',
    'kubeocean_syncer_pod_created_failed_total{clusterbinding="west"} 1',
  ]);
});
