import { formatSample, parseExpositionLine, type Sample } from './exposition';
import type { OwnPod, OwnPods } from './own-pods';
import { ownerOf, renamed, withLabel } from './rename';

/** How a physical node's figures become a vnode's. */
export interface ExpositionRules {
  readonly pods: OwnPods;
  /** Added to every sample as label `node`; absent: no such label. */
  readonly nodeLabel?: string;
  /** Told about each sample that is kept, as it came. */
  readonly onSample?: (sample: Sample, pod: OwnPod) => void;
  /** Told about each sample that is about no pod, with its HELP and TYPE. */
  readonly onNodeSample?: (sample: Sample, descriptions: readonly string[]) => void;
}

/** About the answer itself, not about anybody's pods. */
const ABOUT_THE_ANSWER: readonly string[] = ['scrape_error', 'resource_scrape_error', 'container_scrape_error'];

/**
 * Turns a physical node's figures (Prometheus text format 0.0.4) into those of a vnode, line by line: samples of its own pods under
 * their virtual names, with values, time stamps and all other labels as they were written; HELP and TYPE where a sample of theirs
 * follows. What is about other pods, about none, or cannot be read is left out.
 * @returns what takes a line and gives those to pass on
 */
export function expositionRewriter(rules: ExpositionRules): (line: string) => readonly string[] {
  let held: { readonly metric: string; readonly lines: readonly string[] } = { metric: '', lines: [] };
  const withDescriptions = (sample: Sample): string[] => {
    const lines = describes(held.metric, sample.metric) ? held.lines : [];
    held = { ...held, lines: [] };
    return [...lines, formatSample(rules.nodeLabel === undefined ? sample : withLabel(sample, 'node', rules.nodeLabel))];
  };
  return (line) => {
    const read = parseExpositionLine(line);
    if (read.kind === 'describes') {
      held = { metric: read.metric, lines: read.metric === held.metric ? [...held.lines, line] : [line] };
      return [];
    }
    if (read.kind === 'other') return [];
    const { sample } = read;
    const owner = ownerOf(sample, rules.pods);
    if (owner === 'foreign') return [];
    if (owner === 'none') {
      rules.onNodeSample?.(sample, describes(held.metric, sample.metric) ? held.lines : []);
      return ABOUT_THE_ANSWER.includes(sample.metric) ? withDescriptions(sample) : [];
    }
    rules.onSample?.(sample, owner);
    return withDescriptions(renamed(sample, owner));
  };
}

/** Samples of histograms and summaries carry their family's name and one of these. */
const SUFFIXES: readonly string[] = ['', '_bucket', '_sum', '_count', '_total'];

function describes(family: string, metric: string): boolean {
  return metric.startsWith(family) && SUFFIXES.includes(metric.slice(family.length));
}
