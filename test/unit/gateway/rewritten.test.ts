import fc from 'fast-check';
import { rewrittenLines, wholeText } from '../../../gateway/node-metrics/rewritten';

async function* chunksOf(...parts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

async function textOf(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

const line = (text: string) => (text.startsWith('#') ? [] : [text.toUpperCase()]);

it('passes lines on, between what comes first and what comes last', async () => {
  const chunks = rewrittenLines(chunksOf('a\nb\n'), { line, first: ['1'], last: () => ['9'] });
  expect(await textOf(chunks)).toBe('1\nA\nB\n9\n');
});

it('passes on the same wherever the text is cut', async () => {
  const text = 'über {x="é"} 1\n# not this\nb 2\n';
  const bytes = Buffer.from(text);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length)), async (cuts) => {
      const ends = [0, ...cuts.sort((a, b) => a - b), bytes.length];
      const parts = ends.slice(1).map((end, index) => bytes.subarray(ends[index], end));
      expect(await textOf(rewrittenLines(chunksOf(...parts), { line }))).toBe('ÜBER {X="É"} 1\nB 2\n');
    }),
  );
});

it('passes on a last line that does not end', async () => {
  expect(await textOf(rewrittenLines(chunksOf('a\nb'), { line, last: () => ['9'] }))).toBe('A\nB\n9\n');
});

it('does not end in order where the text breaks off', async () => {
  const broken = async function* () {
    yield Buffer.from('a\n');
    throw new Error('broken off');
  };
  const last = jest.fn(() => ['9']);
  await expect(textOf(rewrittenLines(broken(), { line, last }))).rejects.toThrow('broken off');
  expect(last).not.toHaveBeenCalled();
});

it('gives up a line that goes on for ever', async () => {
  const endless = async function* () {
    for (;;) yield Buffer.alloc(64 * 1024, 'x');
  };
  await expect(textOf(rewrittenLines(endless(), { line }))).rejects.toThrow('too long');
});

it('gives up a body that goes on for ever', async () => {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  const endless = async function* () {
    for (;;) yield chunk;
  };
  await expect(wholeText(endless())).rejects.toThrow('too large');
});
