import { createPublicKey, X509Certificate } from 'node:crypto';
import { CertificateAuthority, serviceAccountKeys } from '../../../local/clusters/certificates';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

it('makes an authority that signs for itself and for others', async () => {
  const ca = await CertificateAuthority.create('test-ca');
  const root = new X509Certificate(ca.cert);
  expect([root.subject, root.ca, root.checkIssued(root), root.verify(root.publicKey)]).toEqual(['CN=test-ca', true, true, true]);
  expect(root.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
});

it.each([
  { subject: { commonName: 'admin', organization: 'system:masters' }, name: 'O=system:masters\nCN=admin', san: undefined, usages: [CLIENT_AUTH] },
  { subject: { commonName: 'system:kube-scheduler' }, name: 'CN=system:kube-scheduler', san: undefined, usages: [CLIENT_AUTH] },
  {
    subject: { commonName: 'kube-apiserver', serving: true, dnsNames: ['kubernetes.default.svc'] },
    name: 'CN=kube-apiserver',
    san: 'IP Address:127.0.0.1, DNS:localhost, DNS:kubernetes.default.svc',
    usages: [CLIENT_AUTH, SERVER_AUTH],
  },
])('issues a certificate for $subject.commonName', async ({ subject, name, san, usages }) => {
  const ca = await CertificateAuthority.create('test-ca');
  const { cert, key } = await ca.issue(subject);
  const certificate = new X509Certificate(cert);
  expect(certificate.verify(new X509Certificate(ca.cert).publicKey)).toBe(true);
  expect(certificate.publicKey.equals(createPublicKey(key))).toBe(true);
  expect([certificate.subject, certificate.ca, certificate.subjectAltName]).toEqual([name, false, san]);
  expect([...certificate.keyUsage].sort()).toEqual([...usages].sort());
  const validFor = Date.parse(certificate.validTo) - Date.now();
  expect(validFor).toBeGreaterThan(300 * 24 * 3_600_000);
});

it('does not verify what another authority has signed', async () => {
  const [one, two] = await Promise.all([CertificateAuthority.create('same-name'), CertificateAuthority.create('same-name')]);
  const { cert } = await one.issue({ commonName: 'x' });
  expect(new X509Certificate(cert).verify(new X509Certificate(two.cert).publicKey)).toBe(false);
});

it('makes P-256 keys for ServiceAccount tokens', async () => {
  const { publicKey, privateKey } = await serviceAccountKeys();
  expect(createPublicKey(privateKey).equals(createPublicKey(publicKey))).toBe(true);
  expect(createPublicKey(publicKey).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
});
