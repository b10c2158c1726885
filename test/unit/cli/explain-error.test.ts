import { explainError } from '../../../cli/explain-error';
import { UserError } from '../../../cli/user-error';
import { KubeError } from '../../../kube';

const failed = { verb: 'patch', kind: 'ClusterRole', key: 'kubeocean' } as const;

it.each([
  ['our own sentence', new UserError('--x is wrong; leave it out.'), '--x is wrong; leave it out.'],
  [
    'too few rights',
    new KubeError({ ...failed, code: 'Unauthorized', status: 403, reason: 'Forbidden' }),
    'Unauthorized: patch ClusterRole kubeocean: 403 Forbidden. The identity in --kubeconfig may not do this; use one with the rights of a cluster administrator.',
  ],
  [
    'a rejected field',
    new KubeError({ ...failed, code: 'InvalidSpec', status: 422, reason: 'Invalid', fields: ['rules[0].verbs'] }),
    'InvalidSpec: patch ClusterRole kubeocean: 422 Invalid (rules[0].verbs).',
  ],
  ['a bug', new Error('boom'), 'Unexpected failure: boom.'],
  ['a bug that throws a string', 'boom', 'Unexpected failure: boom.'],
])('%s', (_name, error, sentence) => {
  expect(explainError(error)).toBe(sentence);
});
