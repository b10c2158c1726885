import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hotSpots, type CpuProfile } from './cpu-profile';

/** The hot spots of every profile in a folder, one profile per thread of a process that ended in order. */
export async function profileSummary(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cpuprofile')).sort();
  const summaries = files.map(async (file) => {
    const spots = hotSpots(JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile);
    return [file, ...spots.map(({ where, milliseconds }) => `${milliseconds.toFixed(0).padStart(8)} ms  ${where}`)].join('\n');
  });
  return (await Promise.all(summaries)).join('\n\n');
}
