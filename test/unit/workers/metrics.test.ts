import { WorkerMetrics } from '../../../workers/observability/metrics';

it('tells for each binding how late window edges were acted on', async () => {
  const metrics = new WorkerMetrics();
  metrics.edgeActedOn('east', 120);
  metrics.edgeActedOn('east', 40_000);
  metrics.edgeActedOn('west', 0);
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('kubeocean_window_edge'));
  expect(lines).toEqual(
    expect.arrayContaining([
      'kubeocean_window_edge_lateness_seconds_bucket{le="0.1",binding="east"} 0',
      'kubeocean_window_edge_lateness_seconds_bucket{le="0.25",binding="east"} 1',
      'kubeocean_window_edge_lateness_seconds_bucket{le="30",binding="east"} 1',
      'kubeocean_window_edge_lateness_seconds_bucket{le="60",binding="east"} 2',
      'kubeocean_window_edge_lateness_seconds_sum{binding="east"} 40.12',
      'kubeocean_window_edge_lateness_seconds_count{binding="west"} 1',
    ]),
  );
});

it('counts runs of the standing audit by what they came to', async () => {
  const metrics = new WorkerMetrics();
  for (const outcome of ['Clean', 'Clean', 'Unknown'] as const) metrics.audited(outcome);
  const lines = (await metrics.registry.metrics()).split('\n').filter((line) => line.startsWith('kubeocean_audit'));
  expect(lines).toEqual(['kubeocean_audit_runs_total{outcome="Clean"} 2', 'kubeocean_audit_runs_total{outcome="Unknown"} 1']);
});
