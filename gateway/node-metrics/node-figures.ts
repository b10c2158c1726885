import {
  countUsage,
  expositionOf,
  expositionRewriter,
  nodeExpositionOf,
  NodeTotals,
  parseLossless,
  rewriteSummary,
  stringifyLossless,
  summaryOf,
  type LosslessJson,
  type OwnPods,
} from '../../domain/node-metrics';
import type { ClusterFigures, Figures } from './cluster-figures';
import { KubeletRefusal } from '../kubelet/refusal';
import { rewrittenLines, wholeText } from './rewritten';
import type { VnodeMemory } from './vnode-memory';

/** Routes of a kubelet that show figures. */
export const FIGURES_KINDS = ['stats/summary', 'metrics', 'metrics/resource', 'metrics/cadvisor', 'metrics/probes'] as const;
/** One of them. */
export type FiguresKind = (typeof FIGURES_KINDS)[number];

/** A vnode with everything that its figures are made from. */
export interface FiguresSubject {
  readonly vnode: string;
  /** Name of the physical node. */
  readonly node: string;
  readonly pods: OwnPods;
  readonly cluster: ClusterFigures;
  readonly memory: VnodeMemory;
  /** The client went away. */
  readonly signal: AbortSignal;
}

/** An answer to pass on as it comes. */
export interface FiguresAnswer {
  readonly contentType: string;
  readonly chunks: AsyncIterable<string>;
}

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
/** Other formats of Prometheus are no lines. */
const ACCEPT_TEXT = 'text/plain;version=0.0.4';
const JSON_TYPE = 'application/json';

/** The figures of a vnode, from those of its physical node. @throws KubeletRefusal */
export async function figuresOf(kind: FiguresKind, query: URLSearchParams, subject: FiguresSubject): Promise<FiguresAnswer> {
  switch (kind) {
    case 'stats/summary':
      return summary(subject, query);
    case 'metrics/resource':
      return resource(subject);
    case 'metrics/probes':
      return text(subject, '/metrics/probes');
    case 'metrics/cadvisor':
      return text(subject, '/metrics/cadvisor');
    case 'metrics':
      return text(subject, '/metrics/cadvisor', subject.vnode);
  }
}

async function text(subject: FiguresSubject, path: string, nodeLabel?: string): Promise<FiguresAnswer> {
  const figures = await ask(subject, path, ACCEPT_TEXT);
  const { pods, vnode } = subject;
  const body = path === '/metrics/probes' && figures.from === 'metrics API' ? [] : bodyOf(figures, subject);
  const first = nodeLabel === undefined ? [] : headOf(vnode, figures);
  return { contentType: TEXT, chunks: rewrittenLines(iterated(body), { line: expositionRewriter({ pods, nodeLabel }), first }) };
}

async function resource(subject: FiguresSubject): Promise<FiguresAnswer> {
  const { cluster, node, pods, memory } = subject;
  const before = memory.resource;
  const figures = await ask(subject, await cluster.resourcePath(node, Date.now()), ACCEPT_TEXT);
  const totals = new NodeTotals();
  const line = expositionRewriter({
    pods,
    onSample: (sample, pod) => totals.addSample(sample, pod),
    onNodeSample: (sample, descriptions) => totals.addNodeSample(sample, descriptions),
  });
  const last = () => {
    const { lines, memory: counted } = totals.finish(pods, memory.resource, memory.resource !== before);
    memory.resource = counted;
    return lines;
  };
  return { contentType: TEXT, chunks: rewrittenLines(iterated(bodyOf(figures, subject, nodeExpositionOf)), { line, last }) };
}

async function summary(subject: FiguresSubject, query: URLSearchParams): Promise<FiguresAnswer> {
  const { vnode, pods, memory } = subject;
  const only = query.get('only_cpu_and_memory');
  const before = memory.summary;
  const figures = await ask(subject, `/stats/summary${only === null ? '' : `?only_cpu_and_memory=${encodeURIComponent(only)}`}`, JSON_TYPE);
  const physical = figures.from === 'node' ? read(await wholeText(figures.body)) : summaryOf(counted(figures.usages, subject), Date.now());
  const rewritten = rewriteSummary(physical, { vnode, pods, memory: memory.summary, overtaken: memory.summary !== before });
  memory.summary = rewritten.memory;
  return { contentType: JSON_TYPE, chunks: iterated([stringifyLossless(rewritten.summary)]) };
}

function read(body: string): LosslessJson {
  try {
    return parseLossless(body);
  } catch {
    throw new KubeletRefusal(503, 'the physical node sent no JSON');
  }
}

function ask({ cluster, node, signal }: FiguresSubject, path: string, accept: string): Promise<Figures> {
  return cluster.ask({ node, path, accept, signal }, Date.now());
}

type Usages = Extract<Figures, { from: 'metrics API' }>['usages'];
type Counted = ReturnType<typeof countUsage>['figures'];

function counted(usages: Usages, { pods, memory }: FiguresSubject): Counted {
  const { figures, memory: next } = countUsage(usages, pods, memory.usage ?? new Map());
  memory.usage = next;
  return figures;
}

/** The physical node's own text, or one made from what the metrics API says. */
function bodyOf(figures: Figures, subject: FiguresSubject, more: (pods: Counted) => string[] = () => []): AsyncIterable<Buffer> | readonly Buffer[] {
  if (figures.from === 'node') return figures.body;
  const pods = counted(figures.usages, subject);
  return [Buffer.from([...expositionOf(pods), ...more(pods), ''].join('\n'))];
}

/** As earlier installations began theirs (spec pods.md 5.7). */
function headOf(vnode: string, { from }: Figures): string[] {
  return [`# Figures of virtual node ${vnode}`, `# Time: ${new Date().toISOString()}`, `# Source: ${from === 'node' ? 'cAdvisor of the physical node' : 'metrics API of the physical cluster'}`];
}

async function* iterated<T>(items: AsyncIterable<T> | readonly T[]): AsyncGenerator<T> {
  yield* items;
}
