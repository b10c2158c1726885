/** A label of a sample. */
export interface SampleLabel {
  readonly name: string;
  /** As written, escapes and all: what is not renamed goes out byte for byte. */
  readonly raw: string;
}

/** A line of Prometheus' text format that carries a value. */
export interface Sample {
  readonly metric: string;
  readonly labels: readonly SampleLabel[];
  /** Value, and time stamp if there is one, as written. */
  readonly rest: string;
}

/** What a line of Prometheus' text format is. Other comments, and what cannot be understood, are `other`. */
export type ExpositionLine =
  | { readonly kind: 'sample'; readonly sample: Sample }
  | { readonly kind: 'describes'; readonly metric: string }
  | { readonly kind: 'other' };

const DESCRIPTION = /^# (?:HELP|TYPE) (\S+)(?: |$)/;
const METRIC = /[a-zA-Z_:][a-zA-Z0-9_:]*/y;
const LABEL = /[ \t]*([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\\n]|\\.)*)"[ \t]*/y;
const VALUE = /^[ \t]+\S+([ \t]+-?\d+)?[ \t]*$/;
const OTHER: ExpositionLine = { kind: 'other' };

/** Reads one line of the text format 0.0.4. Labels are read as the format wants them: values may hold braces, commas and quotes. */
export function parseExpositionLine(line: string): ExpositionLine {
  if (line.startsWith('#')) {
    const metric = DESCRIPTION.exec(line)?.[1];
    return metric === undefined ? OTHER : { kind: 'describes', metric };
  }
  const metric = matchAt(METRIC, line, 0)?.[0];
  if (metric === undefined) return OTHER;
  const labels = line[metric.length] === '{' ? readLabels(line, metric.length + 1) : { labels: [], end: metric.length };
  const rest = labels === null ? '' : line.slice(labels.end);
  if (labels === null || !VALUE.test(rest)) return OTHER;
  return { kind: 'sample', sample: { metric, labels: labels.labels, rest: rest.trim() } };
}

/** The sample as a line. */
export function formatSample({ metric, labels, rest }: Sample): string {
  const inside = labels.map(({ name, raw }) => `${name}="${raw}"`).join(',');
  return `${metric}${inside === '' ? '' : `{${inside}}`} ${rest}`;
}

/** The text of a label; the empty string where there is none, which means the same. */
export function labelOf({ labels }: Sample, name: string): string {
  const raw = labels.find((label) => label.name === name)?.raw ?? '';
  return raw.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

/** A text as it is written between the quotes of a label. */
export function escapeLabel(text: string): string {
  return text.replace(/["\\]/g, (special) => `\\${special}`).replaceAll('\n', '\\n');
}

function readLabels(line: string, start: number): { readonly labels: SampleLabel[]; readonly end: number } | null {
  const labels: SampleLabel[] = [];
  let at = start;
  while (line[at] !== '}') {
    const [whole, name, raw] = matchAt(LABEL, line, at) ?? [];
    if (whole === undefined || name === undefined || raw === undefined) return null;
    labels.push({ name, raw });
    at += whole.length;
    if (line[at] === ',') at += 1;
    else if (line[at] !== '}') return null;
  }
  return { labels, end: at + 1 };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
