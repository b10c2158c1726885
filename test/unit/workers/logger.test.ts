import { ApplicationFailure } from '@temporalio/common';
import { KubeError, KubeErrorCode } from '../../../kube';
import { createLogger, errorFacts, type ErrorFacts } from '../../../workers/observability/logger';

const SECRET = 'hush-hush';

/** An activity's failure as the SDK hands it to the logger. */
const failure = (type: string, message: string) => ApplicationFailure.create({ type, message });

/** What a logger wrote: the parsed lines and the raw text. */
function recorded(write: (logger: ReturnType<typeof createLogger>) => void) {
  let text = '';
  write(createLogger('test', { write: (line) => void (text += line) }));
  const lines = text.split('\n').filter((line) => line !== '');
  return { text, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('createLogger', () => {
  test('writes one JSON object a line, with component, level by name and ISO time', () => {
    const { lines } = recorded((logger) => logger.info({ virtualNode: 'vnode-1' }, 'node lease renewed'));
    expect(lines).toEqual([
      expect.objectContaining({ level: 'info', component: 'test', virtualNode: 'vnode-1', msg: 'node lease renewed' }),
    ]);
    expect(lines[0]?.time).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  const leaks: [string, Record<string, unknown>][] = [
    ['a token', { token: SECRET }],
    ['a kubeconfig', { kubeconfig: SECRET }],
    ['a header, whatever its case', { request: { headers: { Authorization: SECRET } } }],
    ['the data of a Secret', { secret: { data: { key: SECRET } } }],
    ['the data of an object', { object: { kind: 'Secret', data: { key: SECRET } } }],
    ['a pod spec', { pod: { spec: { containers: [{ env: [{ value: SECRET }] }] } } }],
    ['a key of a user in a list', { users: [{ user: { 'client-key-data': SECRET } }] }],
    ['what lies too deep to be looked at', { a: { b: { c: { d: { e: { f: { g: { h: SECRET } } } } } } } }],
    ['bytes', { body: Buffer.from(SECRET) }],
    ['the message of an unknown error', { error: new Error(SECRET) }],
    ['whatever hangs on an error', { error: Object.assign(new Error('x'), { answer: SECRET, details: SECRET }) }],
    ['the message of a cause', { error: new Error('outer', { cause: new Error(SECRET) }) }],
  ];

  test.each(leaks)('censors %s', (_, fields) => {
    const { text } = recorded((logger) => logger.warn(fields, 'told'));
    expect(text).toContain('told');
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain(JSON.stringify([...Buffer.from(SECRET)]).slice(1, -1));
  });

  test.each(leaks)('censors %s in the fields of a child logger', (_, fields) => {
    const { text } = recorded((logger) => logger.child(fields).warn('told'));
    expect(text).toContain('told');
    expect(text).not.toContain(SECRET);
  });

  test('an error given alone does not lend its message to the line', () => {
    const { text, lines } = recorded((logger) => logger.error(new TypeError(SECRET), 'lease not renewed'));
    expect(text).not.toContain(SECRET);
    expect(lines[0]).toMatchObject({ msg: 'lease not renewed', error: { name: 'TypeError' } });
    expect(recorded((logger) => logger.error(new Error(SECRET))).text).not.toContain(SECRET);
  });

  test('an error in a field keeps its safe facts', () => {
    const { lines } = recorded((logger) => logger.warn({ cause: { error: Object.assign(new RangeError(SECRET), { code: 'E1' }) } }, 'told'));
    expect(lines[0]?.cause).toMatchObject({ error: { name: 'RangeError', code: 'E1', stack: expect.any(Array) } });
  });

  test('numbers and absent values under a censored key stay readable', () => {
    const { lines } = recorded((logger) => logger.info({ token: null, data: 3 }, 'told'));
    expect(lines[0]).toMatchObject({ token: null, data: 3 });
  });
});

describe('errorFacts', () => {
  const kube = new KubeError({ code: KubeErrorCode.Conflict, verb: 'patch', kind: 'Lease', key: 'ns/n', status: 409 });
  const system = Object.assign(new Error(`connect 10.0.0.1 ${SECRET}`), { code: 'ECONNREFUSED' });
  const cases: [string, unknown, Partial<ErrorFacts>][] = [
    ['a KubeError with its message', kube, { name: 'KubeError', code: 'Conflict', message: kube.message }],
    ['a failed activity with our message', failure('Conflict', kube.message), { type: 'Conflict', message: kube.message }],
    ['a failed activity of another type without', failure('TypeError', SECRET), { type: 'TypeError' }],
    ['a system error by its code', system, { name: 'Error', code: 'ECONNREFUSED' }],
    ['the cause', new Error(SECRET, { cause: kube }), { name: 'Error', cause: { name: 'KubeError', code: 'Conflict', message: kube.message } }],
    ['something that is no error by its type', SECRET, { name: 'string' }],
    ['a name that is a sentence not at all', Object.assign(new Error(), { name: `my ${SECRET}` }), { name: 'Error' }],
  ];

  test.each(cases)('gives %s', (_, error, expected) => {
    expect(errorFacts(error)).toMatchObject(expected);
    expect(JSON.stringify(errorFacts(error))).not.toContain(SECRET);
  });

  test('an unknown error keeps its frames, even when its message looks like one', () => {
    const { stack } = errorFacts(new Error(`first\n    at ${SECRET} (file.ts:1:2)`));
    expect(stack?.[0]).toContain('logger.test');
    expect(stack?.join()).not.toContain(SECRET);
  });

  test('causes that go round in a circle end', () => {
    const error = new Error('a');
    error.cause = error;
    expect(JSON.stringify(errorFacts(error)).length).toBeLessThan(20_000);
  });
});
