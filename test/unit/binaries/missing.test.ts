import { missingTools, type Missing } from '../../../local/binaries/missing';

const etcd: Missing = {
  title: 'etcd 3.6.6',
  variable: 'KUBEOCEAN_ETCD',
  noDownload: 'github.com cannot be reached (ENOTFOUND)',
  noBuild: 'no Go in PATH',
  goWanted: '1.25.0',
};
const kubectl: Missing = { ...etcd, title: 'kubectl 1.35.4', variable: 'KUBEOCEAN_KUBECTL', noDownload: 'dl.k8s.io does not answer' };

it('names the tool, the reasons and the two ways to provide it in one sentence', () => {
  expect(missingTools([etcd])).toBe(
    'etcd 3.6.6 cannot be found, downloaded (github.com cannot be reached (ENOTFOUND)) or built (no Go in PATH): ' +
      'either put it into PATH or name it in KUBEOCEAN_ETCD, or install Go 1.25.0 or newer (https://go.dev/dl/) to have it built here.',
  );
});

it('says a common reason once for several tools', () => {
  const sentence = missingTools([etcd, { ...etcd, title: 'temporal 1.5.1', variable: 'KUBEOCEAN_TEMPORAL' }, kubectl]);
  expect(sentence).toContain('etcd 3.6.6, temporal 1.5.1 and kubectl 1.35.4 cannot be found');
  expect(sentence).toContain('(github.com cannot be reached (ENOTFOUND) and dl.k8s.io does not answer)');
  expect(sentence).toContain('name them in KUBEOCEAN_ETCD, KUBEOCEAN_TEMPORAL and KUBEOCEAN_KUBECTL');
});
