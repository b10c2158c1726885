import { answerKubeletRoute } from '../../../gateway/kubelet-routes';
import { serveHealth, type HealthServer } from '../../../workers/process';

let server: HealthServer;
beforeAll(async () => {
  const metrics = async () => 'own 1\n';
  server = await serveHealth({ port: 0, checks: { livez: () => [], readyz: () => [] }, metrics, fallback: answerKubeletRoute });
});
afterAll(() => server.close());

test.each([
  ['GET', '/containerLogs/default/web/app?follow=true', 501, '/containerLogs'],
  ['POST', '/exec/default/web/app?command=sh', 501, '/exec'],
  ['POST', '/attach/default/web/app', 501, '/attach'],
  ['POST', '/portForward/default/web', 501, '/portForward'],
  ['GET', '/pods', 501, '/pods'],
  ['GET', '/stats/summary', 501, '/stats'],
  ['GET', '/metrics/resource', 501, '/metrics/resource'],
  ['GET', '/metrics', 200, 'own 1'],
  ['GET', '/', 404, 'not found'],
  ['GET', '/podsy', 404, 'not found'],
] as const)('%s %s: %d', async (...[method, path, status, text]) => {
  const answer = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
  expect(answer.status).toBe(status);
  expect(await answer.text()).toContain(text);
});

test('one sentence says what is not served', async () => {
  const answer = await fetch(`http://127.0.0.1:${server.port}/exec/a/b/c`);
  expect(await answer.text()).toBe('The Kubeocean gateway does not serve /exec of virtual nodes yet.\n');
});
