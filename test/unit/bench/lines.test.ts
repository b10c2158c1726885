import { Readable } from 'node:stream';
import { linesOf } from '../../bench/measure/lines';

async function read(...chunks: (string | Buffer)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks.map((chunk) => Buffer.from(chunk))))) lines.push(line);
  return lines;
}

it.each([
  [['a\nb\n'], ['a', 'b']],
  [['a', 'b\nc', '\n'], ['ab', 'c']],
  [['a\nnot whole'], ['a']],
  [[], []],
])('%j holds %j', async (chunks, lines) => {
  await expect(read(...chunks)).resolves.toEqual(lines);
});

it('puts a character together that two chunks share', async () => {
  const bytes = Buffer.from('ü\n');
  await expect(read(bytes.subarray(0, 1), bytes.subarray(1))).resolves.toEqual(['ü']);
});
