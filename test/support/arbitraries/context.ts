import fc from 'fast-check';
import type { TranslationContext } from '../../../domain/pods';
import { OWNERSHIP } from '../builders/pod';

/** Physical namespace of every copy. */
export const MOUNT_NAMESPACE = 'kubeocean-worker';

/** What besides the pod decides how its copy looks, in every combination. */
export const translationContext: fc.Arbitrary<TranslationContext> = fc.record({
  ...{ virtualCluster: fc.constant(OWNERSHIP.virtualCluster), binding: fc.constant(OWNERSHIP.binding) },
  ...{ mountNamespace: fc.constant(MOUNT_NAMESPACE), physicalNode: fc.constant('n1') },
  directScheduling: fc.boolean(),
  virtualApi: fc.constantFrom(
    ...[null, { host: '10.0.0.1', ip: '10.0.0.1', port: 6443 }, { host: '2001:db8::2', ip: '2001:db8::2', port: 443 }],
    ...[{ host: 'api.example.com', ip: '10.0.0.9', port: 6443 }, { host: 'api.example.com', ip: null, port: 6443 }],
  ),
  dns: fc.constantFrom(null, '10.0.0.2', '2001:db8::3'),
});
