import { kubeletSettings } from '../../../gateway/settings';

const ADDRESS = { KUBEOCEAN_GATEWAY_ADDRESS: '10.0.0.7' };

it('serves no kubelet API where nobody says at which address', () => {
  expect(kubeletSettings({ KUBEOCEAN_KUBELET_PORT: '10250' })).toBeUndefined();
});

it('takes a port of 0 for none', () => {
  expect(kubeletSettings({ ...ADDRESS, KUBEOCEAN_PROMETHEUS_PORT: '0' })).toMatchObject({ port: null, prometheusPort: null, drainMs: 20_000 });
});

it.each([
  ['KUBEOCEAN_KUBELET_PORT', '70000', 'KUBEOCEAN_KUBELET_PORT must be a whole number from 0 to 65535'],
  ['KUBEOCEAN_PROMETHEUS_PORT', 'http', 'KUBEOCEAN_PROMETHEUS_PORT must be a whole number from 0 to 65535'],
  ['KUBEOCEAN_DRAIN_SECONDS', '-1', 'KUBEOCEAN_DRAIN_SECONDS must be a whole number from 0 to 999999'],
  ['KUBEOCEAN_SERVING_SECRET', 'certificate', 'KUBEOCEAN_SERVING_SECRET must be NAMESPACE/NAME of a Secret of type kubernetes.io/tls'],
])('refuses %s=%s and says which setting it is', (name, value, message) => {
  expect(() => kubeletSettings({ ...ADDRESS, [name]: value })).toThrow(message);
});
