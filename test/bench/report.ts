import type { Machine } from './measure/machine';
import type { Measurement, Unit } from './result';
import { judge, targetsFor, type BenchSize, type Target, type Verdict } from './targets';

/** What came of one scenario. */
export interface ScenarioReport {
  readonly name: string;
  readonly title: string;
  readonly measurements: readonly Measurement[];
  /** Pods lost or doubled, or the error that ended it early. */
  readonly faults: readonly string[];
}

/** A whole run, as `--json` writes it. */
export interface Report {
  readonly machine: Machine;
  readonly size: BenchSize & { readonly burst: number; readonly idle: number; readonly workers: number };
  readonly scenarios: readonly ScenarioReport[];
}

/** The report as `--json` writes it: each figure with its target and verdict. */
export function toJson({ machine, size, scenarios }: Report): object {
  const targets = targetsFor(size);
  const judged = (measurement: Measurement) => {
    const target = targets[measurement.metric];
    return { ...measurement, target, verdict: judge(measurement.value, target) };
  };
  return { machine, size, scenarios: scenarios.map((one) => ({ ...one, measurements: one.measurements.map(judged) })) };
}

/** The report as a Markdown table, one row per figure. */
export function toTable({ machine, size, scenarios }: Report): string {
  const targets = targetsFor(size);
  const head = [
    `${machine.cores} cores (${machine.model}), ${machine.memoryGiB} GiB, load ${machine.loadBefore} before, Node ${machine.node}, revision ${machine.revision}, ${machine.startedAt}`,
    `${size.nodes} nodes, bursts of ${size.pods} and ${size.burst} pods, ${size.idle} pods one by one, ${size.workers} worker(s)`,
  ];
  const rows = scenarios.flatMap((scenario) => [
    [`**${scenario.name}**`, scenario.faults.length === 0 ? '' : '**FAILED**', '', '', '', ''],
    ...scenario.measurements.map((measurement) => rowOf(measurement, targets[measurement.metric])),
  ]);
  const faults = scenarios.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`));
  return [...head, '', ...columns([['what', 'measured', 'target', '', 'Go original', 'note'], ...rows]), '', ...faults].join('\n');
}

/** How many figures are as wanted and how many behind. */
export function tally({ size, scenarios }: Report): Record<Exclude<Verdict, ''>, number> {
  const targets = targetsFor(size);
  const verdicts = scenarios.flatMap(({ measurements }) => measurements.map(({ metric, value }) => judge(value, targets[metric])));
  const count = (wanted: Verdict) => verdicts.filter((verdict) => verdict === wanted).length;
  return { ok: count('ok'), behind: count('behind') };
}

function rowOf({ title, value, unit, note }: Measurement, target: Target | undefined): string[] {
  return [title, withUnit(value, unit), wanted(target, unit), judge(value, target), target?.original ?? '', note ?? ''];
}

function wanted(target: Target | undefined, unit: Unit): string {
  if (target === undefined || target.value === null) return '';
  const sign = target.better === 'lower' ? '≤' : '≥';
  const passes = target.passes === undefined ? '' : ` (${target.passes} passes)`;
  return `${sign} ${withUnit(target.value, unit)}${passes}`;
}

/** Three significant digits are all that such figures are worth. */
export function withUnit(value: number, unit: Unit): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const short = ['requests', 'events'].includes(unit) ? '' : ` ${unit}`;
  return `${value.toFixed(digits).replace(/\.0+$/, '')}${short}`;
}

/** Cells padded to the widest of their column, the last one apart. */
function columns(rows: readonly string[][]): string[] {
  const [header = []] = rows;
  const widths = header.map((_, index) => Math.max(3, ...rows.map((row) => row[index]?.length ?? 0)));
  const last = widths.length - 1;
  const line = (row: readonly string[]) => `| ${row.map((cell, index) => (index === last ? cell : cell.padEnd(widths[index] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, index) => '-'.repeat(index === last ? 5 : width + 2)).join('|')}|`;
  return [line(header), rule, ...rows.slice(1).map(line)];
}
