import fc from 'fast-check';

const EDGE = [...'abcdefghijklmnopqrstuvwxyz0123456789'];

/** A DNS label of 1 to `max` characters. */
export function dnsLabel(max = 63): fc.Arbitrary<string> {
  const inner = fc.string({ unit: fc.constantFrom(...EDGE, '-'), maxLength: max });
  return fc.tuple(fc.constantFrom(...EDGE), inner, fc.constantFrom(...EDGE)).map((parts) => parts.join('').slice(0, max).replace(/-+$/, 'z'));
}

/** A DNS subdomain: labels and dots, as names of pods are. Often of the length at which names are cut. */
export const dnsSubdomain: fc.Arbitrary<string> = fc.oneof(
  dnsLabel(20),
  fc.array(dnsLabel(31), { minLength: 2, maxLength: 6 }).map((labels) => labels.join('.').slice(0, 250).replace(/[.-]+$/, '')),
  // The cut after 30 characters, and that after 63, right behind a dot or a dash.
  fc.tuple(fc.constantFrom(28, 29, 30, 61, 62, 63), fc.constantFrom('.', '-', '-x.'), dnsLabel(40)).map(([length, dot, rest]) => `${'n'.repeat(length)}${dot}${rest}`),
);

/** The start of every name of another object, by which a test finds it again. */
export const REFERENCE = 'ref-';

/** Name of another object in the pod's namespace. */
export const referenceName: fc.Arbitrary<string> = fc.oneof(dnsLabel(12), dnsSubdomain).map((name) => `${REFERENCE}${name}`.slice(0, 250).replace(/[.-]+$/, ''));

const QUALIFIED = fc.constantFrom('app', 'app.kubernetes.io/name', 'team', 'example.com/x', 'a_b.C', 'pod-template-hash', 'topology.kubernetes.io/zone');
/** Keys of ours, as somebody may forge them. */
const FORGED = fc.constantFrom(
  ...['managed-by', 'cluster-binding', 'virtual-pod-uid', 'physical-pod-uid', 'expected-metadata', 'spec-hash', 'virtual-namespace', 'other'].map(
    (key) => `kubeocean.io/${key}`,
  ),
);

export const labels = fc.dictionary(fc.oneof({ weight: 4, arbitrary: QUALIFIED }, FORGED), fc.constantFrom('', 'x', 'v1.2_3', 'a'.repeat(63)), { maxKeys: 5 });

/** Sometimes so much that nothing of ours fits beside it. */
export const annotations = fc.dictionary(
  fc.oneof({ weight: 4, arbitrary: QUALIFIED }, FORGED),
  fc.oneof({ weight: 40, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) }, fc.constantFrom('x'.repeat(100_000), 'y'.repeat(200_000), 'z'.repeat(262_100))),
  { maxKeys: 4 },
);

/** Owners may be called anything but nothing. */
export const owners = fc.array(
  fc.record({
    apiVersion: fc.constant('example.com/v1'),
    kind: fc.constantFrom('Job', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Machine_Set', '-Odd', 'K'.repeat(80)),
    name: fc.oneof(dnsSubdomain, fc.constantFrom('a:b', 'system:thing/with space', '--', '.x.', 'Ünïcode')),
    uid: fc.uuid(),
  }),
  { maxLength: 2 },
);
