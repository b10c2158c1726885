import { countUsage, expositionOf, expositionRewriter, nodeExpositionOf, NodeTotals, parseLossless, rewriteSummary, stringifyLossless, summaryOf, type OwnPod, type PodUsage, type UsageMemory } from '../../../../domain/node-metrics';

const pods = new Map<string, OwnPod>([['mount/web-aa', { namespace: 'shop', name: 'web', uid: 'v-1', physicalUid: 'p-1', claims: {} }]]);
const NOON = Date.parse('2026-01-01T12:00:00Z');

const usage = (change: Partial<PodUsage> = {}, cpu = '1500m', memory = '2Ki'): PodUsage => ({
  metadata: { name: 'web-aa', namespace: 'mount' },
  timestamp: '2026-01-01T12:00:00Z',
  window: '10s',
  containers: [{ name: 'main', usage: { cpu, memory } }],
  ...change,
});

/** The lines with figures after some answers, one after the other. */
function linesAfter(...answers: PodUsage[]): string[] {
  let memory: UsageMemory = new Map();
  let lines: string[] = [];
  for (const answer of answers) {
    const counted = countUsage([answer], pods, memory);
    memory = counted.memory;
    lines = expositionOf(counted.figures).filter((line) => !line.startsWith('#'));
  }
  return lines;
}
const cpuLine = (seconds: string, time = NOON) => `container_cpu_usage_seconds_total{container="main",namespace="mount",pod="web-aa"} ${seconds} ${time}`;
const at = (seconds: number) => ({ timestamp: new Date(NOON + seconds * 1_000).toISOString() });

it.each<[what: string, answers: PodUsage[], line: string]>([
  ['the first answer counts its window', [usage()], cpuLine('15')],
  ['the next one the time since', [usage(), usage(at(20), '100m')], cpuLine('17', NOON + 20_000)],
  ['an answer counts once', [usage(), usage()], cpuLine('15')],
  ['an older one counts nothing', [usage(), usage(at(-5))], cpuLine('15', NOON - 5_000)],
  ['an answer without the pod takes nothing away', [usage(), usage({ metadata: { name: 'other', namespace: 'mount' } }), usage(at(20), '100m')], cpuLine('17', NOON + 20_000)],
  ['a billionth counts', [usage({}, '1n')], cpuLine('0.00000001')],
  ['a window of minutes', [usage({ window: '1m30.5s' }, '2')], cpuLine('181')],
])('CPU time: %s', (_, answers, line) => {
  expect(linesAfter(...answers)[0]).toBe(line);
});

it('leaves out pods of others', () => {
  expect(linesAfter(usage({ metadata: { name: 'other', namespace: 'mount' } }))).toEqual([]);
});

it('tells memory in bytes', () => {
  expect(linesAfter(usage())[1]).toBe(`container_memory_working_set_bytes{container="main",namespace="mount",pod="web-aa"} 2048 ${NOON}`);
});

it('becomes a vnode’s figures as those of a kubelet do', () => {
  const { figures } = countUsage([usage()], pods, new Map());
  const totals = new NodeTotals();
  const rewrite = expositionRewriter({
    pods,
    onSample: (sample, pod) => totals.addSample(sample, pod),
    onNodeSample: (sample, descriptions) => totals.addNodeSample(sample, descriptions),
  });
  const lines = [...expositionOf(figures), ...nodeExpositionOf(figures)].flatMap((line) => rewrite(line));
  expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
    `container_cpu_usage_seconds_total{container="main",namespace="shop",pod="web"} 15 ${NOON}`,
    `container_memory_working_set_bytes{container="main",namespace="shop",pod="web"} 2048 ${NOON}`,
  ]);
  expect(totals.finish(pods).lines).toContain(`node_cpu_usage_seconds_total 15 ${NOON}`);
});

it('becomes a vnode’s summary as that of a kubelet does', () => {
  const { figures } = countUsage([usage()], pods, new Map());
  const { summary } = rewriteSummary(parseLossless(stringifyLossless(summaryOf(figures, NOON))), { vnode: 'vnode-a', pods });
  const stats = {
    cpu: { time: '2026-01-01T12:00:00.000Z', usageNanoCores: 1_500_000_000, usageCoreNanoSeconds: 15_000_000_000 },
    memory: { time: '2026-01-01T12:00:00.000Z', workingSetBytes: 2048 },
  };
  expect(JSON.parse(stringifyLossless(summary))).toEqual({
    node: { nodeName: 'vnode-a', ...stats },
    pods: [{ podRef: { name: 'web', namespace: 'shop', uid: 'v-1' }, containers: [{ name: 'main', ...stats }], ...stats }],
  });
});
