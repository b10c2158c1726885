import { Registry } from 'prom-client';
import type { AuditStatus, ClusterBinding } from '../../../api/names/types';
import { registerBindingMetrics } from '../../../workers/observability/binding-metrics';
import { aBinding } from '../../support/builders/binding';

it('tells when the credentials of each binding expire, and forgets those that do not', async () => {
  const registry = new Registry();
  const expiring = aBinding('east').status({ credentialsExpireAt: '2026-03-06T12:00:00Z' }).build();
  let bindings: ClusterBinding[] = [expiring, aBinding('west').status({ phase: 'Ready' }).build(), aBinding('new').build()];
  registerBindingMetrics(registry, () => bindings);
  const lines = async () => (await registry.metrics()).split('\n').filter((line) => line.startsWith('kubeocean_binding'));
  expect(await lines()).toEqual(['kubeocean_binding_credentials_expiry_timestamp_seconds{clusterbinding="east"} 1772798400']);
  bindings = [];
  expect(await lines()).toEqual([]);
});

it('counts bindings by status, each status always', async () => {
  const registry = new Registry();
  const ready = aBinding('ready').status({ phase: 'Ready' });
  let bindings: ClusterBinding[] = [
    ...[ready, ready.meta({ deletionTimestamp: '2026-03-06T12:00:00Z' }), aBinding('failed').status({ phase: 'Failed' })].map((one) => one.build()),
    ...[aBinding('pending').status({ phase: 'Pending' }), aBinding('new')].map((one) => one.build()),
  ];
  registerBindingMetrics(registry, () => bindings);
  const counts = async () => (await registry.metrics()).match(/^kubeocean_clusterbindings_total.*$/gm);
  const told = (deleting: number, pending: number, readies: number, failed: number) =>
    Object.entries({ Deleting: deleting, Pending: pending, Ready: readies, Failed: failed }).map(([status, count]) => `kubeocean_clusterbindings_total{status="${status}"} ${count}`);
  expect(await counts()).toEqual(told(1, 2, 1, 1));
  bindings = [];
  expect(await counts()).toEqual(told(0, 0, 0, 0));
});

it('tells what the standing audit found, and where it could not look', async () => {
  const registry = new Registry();
  const audited = (name: string, outcome: AuditStatus['outcome'], findings: number) =>
    aBinding(name).status({ audit: { outcome, findings, message: '', since: '2026-03-06T12:00:00Z' } }).build();
  const bindings = [audited('east', 'Findings', 3), audited('south', 'Clean', 0), audited('west', 'Unknown', 0), aBinding('new').build()];
  registerBindingMetrics(registry, () => bindings);
  const lines = (await registry.metrics()).split('\n').filter((line) => line.startsWith('kubeocean_audit'));
  expect(lines).toEqual([
    ...['{clusterbinding="east"} 3', '{clusterbinding="south"} 0', '{clusterbinding="west"} 0'].map((rest) => `kubeocean_audit_findings${rest}`),
    ...['{clusterbinding="east"} 0', '{clusterbinding="south"} 0', '{clusterbinding="west"} 1'].map((rest) => `kubeocean_audit_incomplete${rest}`),
  ]);
});
