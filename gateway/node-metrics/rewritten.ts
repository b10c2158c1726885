import { LineSplitter } from '../../kube';
import { KubeletRefusal } from '../kubelet/refusal';

/** No line of a kubelet is as long; one that goes on for ever must not fill our memory. */
const MAX_LINE = 1024 * 1024;
/** Nor is a summary, which has to be read as a whole. */
const MAX_BODY = 64 * 1024 * 1024;

/** What becomes of a text, line by line. */
export interface LineRewriter {
  /** The lines to pass on for one that came. */
  readonly line: (line: string) => readonly string[];
  /** Those that come before and after all others. */
  readonly first?: readonly string[];
  readonly last?: () => readonly string[];
}

/** Passes a text on line by line. An answer that breaks off is never ended in order. */
export async function* rewrittenLines(body: AsyncIterable<Buffer>, { line, first = [], last }: LineRewriter): AsyncGenerator<string> {
  if (first.length > 0) yield joined(first);
  const lines = new LineSplitter();
  for await (const chunk of body) {
    const passed: string[] = [];
    for (const text of lines.push(chunk)) passed.push(...line(text));
    if (lines.pending > MAX_LINE) throw new KubeletRefusal(503, 'a line of the figures is too long');
    if (passed.length > 0) yield joined(passed);
  }
  const unended = lines.pending > 0 ? [...lines.push(Buffer.from('\n'))].flatMap((text) => line(text)) : [];
  const rest = [...unended, ...(last?.() ?? [])];
  if (rest.length > 0) yield joined(rest);
}

/** The whole body as text. @throws KubeletRefusal where it is larger than any summary */
export async function wholeText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_BODY) throw new KubeletRefusal(503, 'the summary is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const joined = (lines: readonly string[]) => `${lines.join('\n')}\n`;
