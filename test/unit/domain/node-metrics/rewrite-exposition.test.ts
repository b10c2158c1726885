import { expositionRewriter, NodeTotals, type ExpositionRules, type OwnPod, type OwnPods } from '../../../../domain/node-metrics';

const web: OwnPod = { namespace: 'shop', name: 'web-0', uid: 'v-1', physicalUid: 'p-1', claims: {} };
const db: OwnPod = { namespace: 'shop', name: 'db', uid: 'v-2', physicalUid: 'p-2', claims: {} };
const pods: OwnPods = new Map([
  ['mount/web-0-aa', web],
  ['mount/db-bb', db],
]);

function rewrite(lines: readonly string[], rules: Partial<ExpositionRules> = {}): string[] {
  const take = expositionRewriter({ pods, ...rules });
  return lines.flatMap((line) => take(line));
}

describe('figures of a physical node', () => {
  it.each<[what: string, line: string, kept: string | null]>([
    ['an own pod under its virtual name', 'm{container="c",namespace="mount",pod="web-0-aa"} 1', 'm{container="c",namespace="shop",pod="web-0"} 1'],
    ['every other label as it is', 'm{id="/kube\\"pods",pod="web-0-aa",x="{,}",namespace="mount"} 1', 'm{id="/kube\\"pods",pod="web-0",x="{,}",namespace="shop"} 1'],
    ['value and time as written', 'm{namespace="mount",pod="db-bb"} 4.510720e+07 1700000000000', 'm{namespace="shop",pod="db"} 4.510720e+07 1700000000000'],
    ['zero', 'm{namespace="mount",pod="db-bb"} 0', 'm{namespace="shop",pod="db"} 0'],
    ['a figure of the pod alone', 'm{container="",namespace="mount",pod="db-bb",interface="eth0"} 7', 'm{container="",namespace="shop",pod="db",interface="eth0"} 7'],
    ['the UID of the pod', 'm{namespace="mount",pod="db-bb",pod_uid="p-2"} 7', 'm{namespace="shop",pod="db",pod_uid="v-2"} 7'],
    ['whether there was an error', 'scrape_error 0', 'scrape_error 0'],
    ['nothing of a pod of the same name elsewhere', 'm{namespace="default",pod="db-bb"} 7', null],
    ['nothing of a pod of the owner', 'm{namespace="kube-system",pod="dns"} 7', null],
    ['nothing of half a name', 'm{pod="db-bb"} 7', null],
    ['nothing of a namespace', 'm{namespace="mount"} 7', null],
    ['nothing of the machine', 'container_memory_usage_bytes{id="/system.slice"} 7', null],
    ['nothing that cannot be read', 'm{namespace="mount",pod="db-bb} 7', null],
  ])('%s', (_, line, kept) => {
    expect(rewrite([line])).toEqual(kept === null ? [] : [kept]);
  });

  it('keep HELP and TYPE where a sample follows, once', () => {
    const own = 'm{namespace="mount",pod="db-bb"}';
    const foreign = 'n{namespace="a",pod="b"} 1';
    const written = rewrite(['# HELP m Much.', '# TYPE m counter', `${own} 1`, `${own} 2`, '# HELP n None.', '# TYPE n gauge', foreign, 'o{namespace="mount",pod="db-bb"} 3']);
    expect(written).toEqual(['# HELP m Much.', '# TYPE m counter', 'm{namespace="shop",pod="db"} 1', 'm{namespace="shop",pod="db"} 2', 'o{namespace="shop",pod="db"} 3']);
  });

  it('keep the descriptions of a histogram', () => {
    const written = rewrite(['# TYPE h histogram', 'h_bucket{namespace="mount",pod="db-bb",le="+Inf"} 1', 'h_sum{namespace="mount",pod="db-bb"} 0.5']);
    expect(written).toEqual(['# TYPE h histogram', 'h_bucket{namespace="shop",pod="db",le="+Inf"} 1', 'h_sum{namespace="shop",pod="db"} 0.5']);
  });

  it('carry the node where they are asked to', () => {
    expect(rewrite(['m{namespace="mount",pod="db-bb"} 1'], { nodeLabel: 'vnode-a' })).toEqual(['m{namespace="shop",pod="db",node="vnode-a"} 1']);
    expect(rewrite(['m{namespace="mount",pod="db-bb",node="n"} 1'], { nodeLabel: 'vnode-a' })).toEqual(['m{namespace="shop",pod="db",node="n"} 1']);
  });
});

describe('figures of the node', () => {
  function totals(lines: readonly string[], own: OwnPods = pods) {
    const sums = new NodeTotals();
    const rest = rewrite(lines, {
      pods: own,
      onSample: (sample, pod) => sums.addSample(sample, pod),
      onNodeSample: (sample, descriptions) => sums.addNodeSample(sample, descriptions),
    });
    return { rest, last: sums.finish(own).lines };
  }
  const described = ['# HELP node_memory_working_set_bytes Help of the node.', '# TYPE node_memory_working_set_bytes gauge'];

  it('are the sums over its own pods, exactly, at the time of the physical node and with its descriptions', () => {
    const { rest, last } = totals([
      'container_cpu_usage_seconds_total{container="a",namespace="mount",pod="web-0-aa"} 9007199254740993.1 5',
      'container_cpu_usage_seconds_total{container="b",namespace="mount",pod="web-0-aa"} 0.2 5',
      'container_cpu_usage_seconds_total{container="x",namespace="kube-system",pod="dns"} 100 5',
      ...described,
      'node_memory_working_set_bytes 9.9e+09 1700000000001',
      'node_cpu_usage_seconds_total 777 1700000000002',
      'pod_memory_working_set_bytes{namespace="mount",pod="web-0-aa"} 1e+06 5',
      'pod_memory_working_set_bytes{namespace="mount",pod="db-bb"} 24 5',
    ]);
    expect(rest.filter((line) => line.startsWith('node_'))).toEqual([]);
    expect(last).toEqual([
      '# HELP node_cpu_usage_seconds_total Cumulative cpu time consumed by the node in core-seconds',
      '# TYPE node_cpu_usage_seconds_total counter',
      'node_cpu_usage_seconds_total 9007199254740993.3 1700000000002',
      ...described,
      'node_memory_working_set_bytes 1000024 1700000000001',
    ]);
  });

  it('take a pod’s own figure before those of its containers', () => {
    const { last } = totals(['container_memory_working_set_bytes{container="a",namespace="mount",pod="db-bb"} 5', 'pod_memory_working_set_bytes{namespace="mount",pod="db-bb"} 6']);
    expect(last).toContain('node_memory_working_set_bytes 6');
  });

  it('are a nanosecond and a byte where nothing runs: metrics-server takes zero for no answer', () => {
    const { last } = totals(['node_cpu_usage_seconds_total 777 3', 'node_swap_usage_bytes 5 3'], new Map());
    expect(last.filter((line) => !line.startsWith('#'))).toEqual(['node_cpu_usage_seconds_total 0.000000001 3', 'node_memory_working_set_bytes 1', 'node_swap_usage_bytes 0 3']);
  });

  it('count on from one answer to the next', () => {
    const first = new NodeTotals();
    const sample = (value: string) => ({ metric: 'pod_cpu_usage_seconds_total', labels: [], rest: value });
    first.addSample(sample('10.5'), web);
    const { memory } = first.finish(pods);
    const second = new NodeTotals();
    second.addSample(sample('1'), db);
    expect(second.finish(new Map([['mount/db-bb', db]]), memory).lines).toContain('node_cpu_usage_seconds_total 11.5');
  });

  it('count nothing of an answer that another one has overtaken', () => {
    const told = (value: string, ...rest: Parameters<NodeTotals['finish']>) => {
      const totals = new NodeTotals();
      totals.addSample({ metric: 'pod_cpu_usage_seconds_total', labels: [], rest: value }, web);
      return totals.finish(...rest);
    };
    const { memory } = told('10.5', pods);
    const overtaken = told('10', pods, memory, true);
    expect(overtaken.lines).toContain('node_cpu_usage_seconds_total 10.5');
    expect(told('11', pods, overtaken.memory).lines).toContain('node_cpu_usage_seconds_total 11');
  });
});
