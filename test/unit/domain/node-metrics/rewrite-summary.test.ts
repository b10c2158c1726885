import fc from 'fast-check';
import { parseLossless, rewriteSummary, stringifyLossless, type OwnPod } from '../../../../domain/node-metrics';

describe('JSON with its numbers as written', () => {
  it.each(['18446744073709551615', '0.10', '-1e-09', '[]', '{}', '{"a":[1,{"b":null}],"c":true,"d":"\\n\\u00e9"}'])('%s', (text) => {
    expect(stringifyLossless(parseLossless(text)).replace('é', '\\u00e9')).toBe(text);
  });

  it('reads whatever JSON.stringify writes', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      for (const space of [0, 2]) {
        const read = stringifyLossless(parseLossless(JSON.stringify(value, null, space)));
        expect(read).toBe(JSON.stringify(JSON.parse(JSON.stringify(value))));
      }
    }));
  });

  it.each(['', '{', '[1,]', '{"a"}', '{"a":1,}', '01', '+1', 'nul', '"a', '"\t"', '1 2', '['.repeat(100)])('%s is none', (text) => {
    expect(() => parseLossless(text)).toThrow(SyntaxError);
  });
});

const pods = new Map<string, OwnPod>([
  ['mount/web-0-aa', { namespace: 'shop', name: 'web-0', uid: 'v-1', physicalUid: 'p-1', claims: { data: 'orders' } }],
  ['mount/db-bb', { namespace: 'shop', name: 'db', uid: 'v-2', physicalUid: 'p-2', claims: {} }],
]);

const stats = (name: string, namespace: string, cpu: number | string, more = '') =>
  `{"podRef":{"name":"${name}","namespace":"${namespace}","uid":"u"},"startTime":"s","containers":[{"name":"c","cpu":{"usageCoreNanoSeconds":${cpu}}}],` +
  `"cpu":{"time":"t","usageNanoCores":3,"usageCoreNanoSeconds":${cpu}},"memory":{"time":"t","workingSetBytes":10,"availableBytes":99}${more}}`;
const NODE = `{"nodeName":"n1","startTime":"boot","cpu":{"time":"t9","usageNanoCores":900,"usageCoreNanoSeconds":1},"memory":{"time":"t9","availableBytes":5,"workingSetBytes":777},"network":{"rxBytes":1},"fs":{"usedBytes":1},"rlimit":{"curproc":3},"systemContainers":[{"name":"kubelet"}]}`;

function rewritten(...all: string[]) {
  const { summary, memory } = rewriteSummary(parseLossless(`{"node":${NODE},"pods":[${all.join(',')}]}`), { vnode: 'vnode-a', pods });
  return { text: stringifyLossless(summary), summary: JSON.parse(stringifyLossless(summary)), memory };
}

describe('a summary', () => {
  it('names the own pods virtually and no others', () => {
    const { summary } = rewritten(stats('web-0-aa', 'mount', 5), stats('dns', 'kube-system', 7), stats('db-bb', 'default', 7));
    expect(summary.pods.map((pod: { podRef: object }) => pod.podRef)).toEqual([{ name: 'web-0', namespace: 'shop', uid: 'v-1' }]);
  });

  it('keeps what a pod says of itself, to the last digit', () => {
    const { text } = rewritten(stats('web-0-aa', 'mount', '18446744073709551615'));
    expect(text).toContain('"cpu":{"time":"t","usageNanoCores":3,"usageCoreNanoSeconds":18446744073709551615},"memory":{"time":"t","workingSetBytes":10,"availableBytes":99}');
  });

  it('says of the node what its own pods use, and nothing of the machine', () => {
    const { text } = rewritten(stats('web-0-aa', 'mount', '9007199254740993'), stats('db-bb', 'mount', 1), stats('dns', 'kube-system', 7));
    const node = '{"nodeName":"vnode-a","startTime":"boot","cpu":{"time":"t9","usageNanoCores":6,"usageCoreNanoSeconds":9007199254740994},"memory":{"time":"t9","workingSetBytes":20}}';
    expect(text.startsWith(`{"node":${node},"pods":[`)).toBe(true);
  });

  it('says zero where nothing runs', () => {
    expect(rewritten().summary.node.memory.workingSetBytes).toBe(0);
  });

  it('names claims as the virtual pod does, and others not at all', () => {
    const volume = (name: string) => `{"name":"${name}","usedBytes":1,"pvcRef":{"name":"physical","namespace":"mount"}}`;
    const { summary } = rewritten(stats('web-0-aa', 'mount', 5, `,"volume":[${volume('data')},${volume('other')}]`));
    expect(summary.pods[0].volume).toEqual([
      { name: 'data', usedBytes: 1, pvcRef: { name: 'orders', namespace: 'shop' } },
      { name: 'other', usedBytes: 1 },
    ]);
  });

  it('counts CPU time on when a pod is gone', () => {
    const { memory } = rewritten(stats('web-0-aa', 'mount', 5));
    const next = rewriteSummary(parseLossless(`{"node":${NODE},"pods":[]}`), { vnode: 'vnode-a', pods: new Map(), memory });
    expect(stringifyLossless(next.summary)).toContain('"usageCoreNanoSeconds":5');
  });

  it('counts nothing where another one has overtaken it', () => {
    const { memory } = rewritten(stats('web-0-aa', 'mount', 5));
    const older = parseLossless(`{"node":${NODE},"pods":[${stats('web-0-aa', 'mount', 4)}]}`);
    const next = rewriteSummary(older, { vnode: 'vnode-a', pods, memory, overtaken: true });
    expect(JSON.parse(stringifyLossless(next.summary)).node.cpu.usageCoreNanoSeconds).toBe(5);
    expect(next.memory).toBe(memory);
  });

  it.each(['[]', '{}', '{"node":3}'])('is not %s', (text) => {
    expect(() => rewriteSummary(parseLossless(text), { vnode: 'v', pods })).toThrow('not a summary');
  });
});
