import { Registry } from 'prom-client';
import type { ClusterBinding } from '../../../api/names/types';
import { registerBindingMetrics } from '../../../workers/observability/binding-metrics';
import { aBinding } from '../../support/builders/binding';

it('tells when the credentials of each binding expire, and forgets those that do not', async () => {
  const registry = new Registry();
  const expiring = aBinding('east').status({ credentialsExpireAt: '2026-03-06T12:00:00Z' }).build();
  let bindings: ClusterBinding[] = [expiring, aBinding('west').status({ phase: 'Ready' }).build(), aBinding('new').build()];
  registerBindingMetrics(registry, () => bindings);
  const lines = async () => (await registry.metrics()).split('\n').filter((line) => line.startsWith('kubeocean_binding'));
  expect(await lines()).toEqual(['kubeocean_binding_credentials_expiry_timestamp_seconds{binding="east"} 1772798400']);
  bindings = [];
  expect(await lines()).toEqual([]);
});
