import { toTable, toJson, withUnit, type Report } from '../../bench/report';
import { judge, targetsFor } from '../../bench/targets';

const small = targetsFor({ nodes: 10, pods: 200 });

it.each([
  ['idle.copy.p50', 20, 'ok'],
  ['idle.copy.p50', 30, 'ok'],
  ['idle.copy.p50', 30.1, 'behind'],
  ['window.edge', 1, 'ok'],
  ['window.edge', 1.01, 'behind'],
  ['delete.rate', 79, 'ok'],
  ['delete.rate', 78, 'behind'],
  ['burst.copies', 1_000, ''],
  ['no such metric', 1, ''],
])('%s of %d is %j', (metric, value, verdict) => {
  expect(judge(value, small[metric])).toBe(verdict);
});

it.each([
  [10, 12, 79],
  [100, 30, 70],
])('compares %d nodes with the figures for that size', (nodes, restart, rate) => {
  const targets = targetsFor({ nodes, pods: 1 });
  expect([targets['kill-restart.running']?.value, targets['delete.rate']?.value]).toEqual([restart, rate]);
});

it.each([
  [0.034, 's', '0.03 s'],
  [12.34, 'ms', '12.3 ms'],
  [523.4, 'ms', '523 ms'],
  [4, 'requests', '4'],
  [10, 'MiB', '10 MiB'],
] as const)('writes %d %s as %j', (value, unit, text) => {
  expect(withUnit(value, unit)).toBe(text);
});

describe('a report', () => {
  const report: Report = {
    machine: { cores: 2, model: 'CPU', memoryGiB: 8, loadBefore: 0.5, node: '20', revision: 'abc', startedAt: 'then' },
    size: { nodes: 10, pods: 200, burst: 500, idle: 50, workers: 1 },
    scenarios: [
      {
        name: 'window-edge',
        title: 'edge',
        measurements: [{ metric: 'window.edge', title: 'edge → taint', value: 2, unit: 's' }],
        faults: ['a is lost'],
      },
    ],
  };

  it('says where it was measured, what is behind, and what failed', () => {
    const table = toTable(report);
    expect(table).toContain('2 cores (CPU), 8 GiB, load 0.5 before');
    expect(table).toMatch(/edge → taint +\| 2 s +\| ≤ 1 s +\| behind +\| 152 s/);
    expect(table).toContain('window-edge: a is lost');
  });

  it('is JSON with verdicts', () => {
    expect(JSON.parse(JSON.stringify(toJson(report)))).toMatchObject({
      scenarios: [{ measurements: [{ metric: 'window.edge', value: 2, verdict: 'behind', target: { value: 1 } }] }],
    });
  });
});
